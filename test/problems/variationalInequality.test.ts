import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkDerivatives } from "../../src/problems/checkDerivatives.ts";
import type { PlainField } from "../../src/problems/plainField.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { box } from "../../src/problems/sets/box.ts";
import { simplex } from "../../src/problems/sets/simplex.ts";
import { variationalInequality } from "../../src/problems/variationalInequality.ts";
import { assertClose, assertError } from "../support/assert.ts";

const inequalities = suite("variationalInequality");

/** F(z) = (z_0^2 + z_1, z_0 z_1 - 1, exp z_2). */
const field: PlainField = (z, out) => {
  out[0] = z[0]! ** 2 + z[1]!;
  out[1] = z[0]! * z[1]! - 1;
  out[2] = Math.exp(z[2]!);
};
const jacobian = {
  apply(z: Float64Array, v: Float64Array, out: Float64Array): void {
    out[0] = 2 * z[0]! * v[0]! + v[1]!;
    out[1] = z[1]! * v[0]! + z[0]! * v[1]!;
    out[2] = Math.exp(z[2]!) * v[2]!;
  },
};
const point = Float64Array.of(0.3, -0.8, 0.5);

inequalities("takes a field in plain TypeScript, with its Jacobian", () => {
  const problem = variationalInequality(field, simplex(3), { jacobian });
  assert.is(problem.name, "field");
  assert.is(problem.constraint!.name, "simplex");
  const out = new Float64Array(3);
  assert.ok(Number.isNaN(problem.evaluate(point, out)));
  assertClose(out, [0.09 - 0.8, -1.24, Math.exp(0.5)], 1e-15);
  const report = checkDerivatives(problem, point);
  assert.is(report.verdict, "agrees", report.table);
});

inequalities("differentiates by central differences where it gets no Jacobian, to about ten digits", () => {
  const exact = variationalInequality(field, simplex(3), { jacobian }).linearize(point);
  const numeric = variationalInequality(field, simplex(3)).linearize(point);
  const v = Float64Array.of(3, -4, 2);
  for (const product of ["apply", "applyTranspose"] as const) {
    const [a, b] = [new Float64Array(3), new Float64Array(3)];
    exact[product](v, a);
    numeric[product](v, b);
    assertClose(b, a, 3e-10, product);
  }
  numeric.apply(new Float64Array(3), v);
  assert.equal([...v], [0, 0, 0]);
});

inequalities("takes a field of tensors with its shapes, with the same derivatives", () => {
  const traced = variationalInequality(
    (x: tf.Tensor1D) => {
      const [a, b, c] = tf.split(x, 3) as [tf.Tensor, tf.Tensor, tf.Tensor];
      return tf.concat([tf.add(tf.square(a), b), tf.sub(tf.mul(a, b), 1), tf.exp(c)]);
    },
    simplex(3),
    { shapes: [[3]], names: ["strategy"] },
  );
  assert.is(traced.blocks[0]!.name, "strategy");
  assert.is(traced.constraint!.dimension, 3);
  const plain = variationalInequality(field, simplex(3), { jacobian });
  const [a, b] = [new Float64Array(3), new Float64Array(3)];
  traced.linearize(point).apply(Float64Array.of(1, 2, 3), a);
  plain.linearize(point).apply(Float64Array.of(1, 2, 3), b);
  assertClose(a, b, 1e-15);
});

inequalities("puts a problem that exists on a set", () => {
  const problem = variationalInequality(quartic(), box([0, 0], [1, 1]));
  assert.is(problem.symmetric, true);
  assert.is(problem.evaluate(Float64Array.of(-3, 0), new Float64Array(2)), 6.25);
  assert.is(problem.constraint!.name, "box");
});

inequalities("refuses other fields, and sets of another dimension", () => {
  assertError(() => variationalInequality(3 as never, simplex(2)), "ERR_OPTION_TYPE", /got number/);
  assertError(() => variationalInequality(quartic(), simplex(3)), "ERR_LENGTH", /dimension 2, that of quartic/);
  const problem = variationalInequality(field, simplex(3));
  assertError(
    () => problem.evaluate(new Float64Array(2), new Float64Array(3)),
    "ERR_LENGTH",
    /field: .* for the point/,
  );
  assertError(() => problem.linearize(new Float64Array(2)), "ERR_LENGTH");
});

inequalities(
  "a field that leaves entries out, or adds to them, is refused where it is first used; NaN of its own is not",
  () => {
    const evaluate = (plain: PlainField): Float64Array => {
      const out = new Float64Array(2);
      variationalInequality(plain, box([0, 0], [1, 1])).evaluate(Float64Array.of(0.5, 0.25), out);
      return out;
    };
    const leaves: PlainField = (z, out) => {
      out[0] = z[0]!;
    };
    const adds: PlainField = (z, out) => {
      out[0] = z[0]!;
      out[1] = out[1]! + z[1]!;
    };
    assertError(
      () => evaluate(leaves),
      "ERR_LOSS",
      /leaves: expected .* every entry .* leaves out, or adds to, entry 1/,
    );
    assertError(() => evaluate(adds), "ERR_LOSS", /adds: .*entry 1/);
    const own = evaluate((z, out) => {
      out[0] = z[0]!;
      out[1] = Math.sqrt(-z[1]!);
    });
    assert.is(own[0], 0.5);
    assert.ok(Number.isNaN(own[1]));
  },
);

inequalities.run();

import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { chain, firstRows } from "../../../src/authoring/index.ts";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { gradient } from "../../../src/autodiff/derivatives/differentiate.ts";
import { Float64Engine } from "../../../src/autodiff/float64/engine.ts";
import { compileField } from "../../../src/autodiff/program.ts";
import { linearMap, minresQLP } from "../../../src/linalg/index.ts";
import type { LinearMap } from "../../../src/linalg/linearMap.ts";
import { borrowMemory, memoryOfProgram, type ProgramMemory } from "../../../src/linalg/programMemory.ts";
import { backtrackGradientNorm, dampedNewton, newtonDirection } from "../../../src/operators/index.ts";
import { objective } from "../../../src/problems/objective.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { normalVector } from "../../support/random.ts";

/** F(z) = sin z + c rev z, whose Jacobian diag(cos z) + c rev is symmetric, though the engine is not told. */
function swung(n: number): ConstructorParameters<typeof Float64Engine>[0] {
  const b = new GraphBuilder();
  const z = b.input("z", "parameter", [n]);
  const reversed = b.take(z, [{ offset: n - 1, strides: [-1] }], [n]);
  const field = b.add(b.unary("sin", z), b.scale(0.25, reversed));
  return { builder: b, parameters: [z], field: [field], symmetric: false };
}

const expected = (point: Float64Array, v: Float64Array): number[] =>
  [...v].map((x, i) => Math.cos(point[i]!) * x + 0.25 * v[v.length - 1 - i]!);

function assertNear(found: Float64Array, wanted: readonly number[]): void {
  for (const [i, value] of wanted.entries()) assert.ok(Math.abs(found[i]! - value) <= 1e-14 * (1 + Math.abs(value)));
}

const lending = suite("memory lent beside a program");

lending("holds what a solver wrote, and gives products, after the arena has moved and points have changed", () => {
  const n = 5000;
  const engine = new Float64Engine(swung(n));
  const [here, there] = [
    { data: [], point: normalVector(n, 1) },
    { data: [], point: normalVector(n, 2) },
  ] as const;
  const [v, u, out] = [normalVector(n, 3), normalVector(n, 4), new Float64Array(n)];
  engine.linearize(here);
  const lent = engine.lend(here, 100)!;
  assert.is(lent.own % 16, 0);
  const view = (place: number, size: number): Float64Array => new Float64Array(lent.memory.buffer, place, size);
  view(lent.own, 100).set(normalVector(100, 5));
  const product = (): Float64Array => {
    view(lent.input, n).set(v);
    lent.product();
    return view(lent.output, n).slice();
  };
  lent.prepare();
  assertNear(product(), expected(here.point, v));
  assert.is(lent.prepare(), false, "nothing has moved");
  // The program of the transpose is compiled now, and takes more memory than there is.
  const { memory } = lent;
  engine.multiply(there, u, 1, out, true);
  assertNear(out, expected(there.point, u));
  assert.is(lent.prepare(), true, "the arena has moved");
  assert.is.not(lent.memory, memory);
  assertNear(product(), expected(here.point, v));
  assert.equal(view(lent.own, 100), normalVector(100, 5));
  assert.is(engine.counts.relinearizations, 2, "there, and here again");
  lent.release();
});

lending("is for one solver at a time, and for vectors whose copies would matter", () => {
  const engine = new Float64Engine(swung(10));
  const owner = { data: [], point: normalVector(10, 1) };
  const first = engine.lend(owner, 100)!;
  assert.is(engine.lend(owner, 1), undefined);
  first.release();
  const second = engine.lend(owner, 200_000);
  assert.is(second, undefined);
  // Further solvers take no more memory than the largest of them.
  const { memory } = engine.memory;
  for (let again = 0; again < 5; again++) engine.lend(owner, 100)!.release();
  assert.is(engine.memory.memory, memory);
  const large = new Float64Engine(swung(2 ** 21));
  assert.is(large.lend({ data: [], point: new Float64Array(2 ** 21) }, 10), undefined);
});

lending("a field whose Jacobian is zero, or does not depend on the point, is solved as without it", () => {
  for (const power of [1, 2]) {
    const b = new GraphBuilder();
    const z = b.input("z", "parameter", [70]);
    const value = b.sum(power === 1 ? z : b.mul(z, z));
    const field = gradient(b, value, [z]);
    const program = compileField({ builder: b, parameters: [z], value, field, symmetric: true });
    const map = program.instance().linearize(normalVector(70, 1));
    assert.equal(minresQLP(map, normalVector(70, 2)), minresQLP(hidden(map), normalVector(70, 2)));
  }
});

/** The same map without the memory of its program. */
function hidden(map: LinearMap): LinearMap {
  const { rows, columns, symmetric } = map;
  return linearMap({ rows, columns, symmetric, apply: (v, out) => map.apply(v, out) });
}

lending("a run has the same rows and counts the same products, in the parameters' units and in their own", () => {
  const x = tf.tensor2d(Float32Array.from(normalVector(12 * 16, 1)), [12, 16]);
  for (const width of [3, 5]) {
    const n = 24 * width;
    const problem = objective(
      [
        [width, 12],
        [12, width],
      ],
      (a: tf.Tensor2D, b: tf.Tensor2D) => tf.mean(tf.square(tf.sub(tf.matMul(b, tf.tanh(tf.matMul(a, x))), x))),
    );
    // What lends its memory to be run in, and how often.
    let lent = 0;
    const watched: Problem = {
      ...problem,
      linearize: (point) => {
        const map = problem.linearize(point);
        const borrow = (numbers: number, onProduct?: () => void): ProgramMemory | undefined => {
          lent++;
          return borrowMemory(map, numbers, onProduct);
        };
        return { ...hidden(map), [memoryOfProgram]: borrow } as LinearMap;
      },
    };
    const without: Problem = { ...problem, linearize: (point) => hidden(problem.linearize(point)) };
    for (const scaling of ["none", "curvature"] as const) {
      for (const update of [
        chain(newtonDirection({ scaling }), backtrackGradientNorm()),
        dampedNewton({ scaling, dampings: [1e-3, 1] }),
      ]) {
        const rowsOf = (each: Problem) => firstRows(each, normalVector(n, 2), update, 5);
        lent = 0;
        const [found, wanted] = [rowsOf(watched), rowsOf(without)];
        assert.ok(lent >= 5);
        for (const [k, row] of found.entries()) {
          assert.equal(row.point, wanted[k]!.point);
          assert.is(row.products, wanted[k]!.products);
        }
        assert.ok(found.at(-1)!.products > 100);
      }
    }
  }
});

lending.run();

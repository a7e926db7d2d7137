import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkDerivatives } from "../../src/problems/checkDerivatives.ts";
import { fixedPoint } from "../../src/problems/fixedPoint.ts";
import { assertClose, assertError } from "../support/assert.ts";

const fixedPoints = suite("fixedPoint");

fixedPoints("are the zeros of I - T, whose Jacobian is I - J_T", () => {
  const cosine = (z: Float64Array, out: Float64Array): void => {
    out[0] = Math.cos(z[0]!);
  };
  const problem = fixedPoint(cosine, {
    dimension: 1,
    jacobian: {
      apply: (z, v, out) => {
        out[0] = -Math.sin(z[0]!) * v[0]!;
      },
    },
  });
  const out = new Float64Array(1);
  problem.evaluate(Float64Array.of(0.7390851332151607), out);
  assertClose(out, 0, 1e-15, "residual", 1);
  const report = checkDerivatives(problem, Float64Array.of(0.4));
  assert.is(report.verdict, "agrees", report.table);
});

fixedPoints("of a map of tensors have exact derivatives", () => {
  const problem = fixedPoint((x: tf.Tensor1D, y: tf.Tensor) => [tf.mul(x, y), tf.cos(y)], { shapes: [[2], []] });
  const out = new Float64Array(3);
  problem.evaluate(Float64Array.of(1, 2, 3), out);
  assertClose(out, [-2, -4, 3 - Math.cos(3)], 1e-15);
  const report = checkDerivatives(problem, Float64Array.of(1, 2, 3));
  assert.is(report.verdict, "agrees", report.table);
});

fixedPoints("refuse maps that are none", () => {
  assertError(() => fixedPoint(1 as never, { dimension: 1 }), "ERR_OPTION_TYPE");
  assertError(() => fixedPoint((x: tf.Tensor1D) => tf.sum(x), { shapes: [[2]] }), "ERR_LOSS");
});

fixedPoints.run();

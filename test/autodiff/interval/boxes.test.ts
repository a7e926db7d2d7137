/** Enclosures over boxes that cross kinks, poles and the range of float64, and boxes that are refused. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { intervalDerivatives } from "../../../src/autodiff/interval/derivatives.ts";
import type { Enclosure } from "../../../src/linalg/verified/enclosure.ts";
import { objective } from "../../../src/problems/objective.ts";
import { vectorField } from "../../../src/problems/vectorField.ts";

await tf.setBackend("cpu");
const boxOf = (...pairs: readonly (readonly [number, number])[]): Enclosure => ({
  mid: Float64Array.from(pairs, ([mid]) => mid),
  rad: Float64Array.from(pairs, ([, rad]) => rad),
});
const intervals = suite("intervals: boxes");

intervals("count what a box does not decide", () => {
  const relu = intervalDerivatives(objective([[2]], (x: tf.Tensor1D) => tf.sum(tf.relu(x))).graph!);
  relu.gradient(boxOf([1, 0.5], [-1, 0.5]));
  assert.is(relu.undecided, 0);
  const crossing = boxOf([0.25, 0.5], [-1, 0.5]);
  const { mid, rad } = relu.gradient(crossing);
  assert.is(relu.undecided, 1);
  assert.equal([mid[0], mid[1], rad[1]], [0.5, 0, 0]);
  assert.ok(rad[0]! >= 0.5 && rad[0]! < 0.5 + 1e-14);
  // The Hessian does not read the comparison, but no mean value theorem holds all the same.
  relu.hessian(crossing);
  assert.is(relu.undecided, 1);
  relu.hessianTimes(crossing, boxOf([1, 0], [1, 0]));
  assert.is(relu.undecided, 1);
  relu.gradient(boxOf([1, 0.5], [-1, 0.5]));
  assert.is(relu.undecided, 0, "of the last call");
  // A loss that jumps although its gradient does not show it.
  const steps = intervalDerivatives(objective([[]], (x: tf.Scalar) => tf.add(tf.square(x), tf.floor(x))).graph!);
  steps.gradient(boxOf([1, 0.1]));
  assert.is(steps.undecided, 1);
  steps.gradient(boxOf([1.5, 0.1]));
  assert.is(steps.undecided, 0);
});

intervals("find the largest of several numbers although its radius is that of the maximum", () => {
  const largest = intervalDerivatives(objective([[3]], (x: tf.Tensor1D) => tf.max(tf.exp(x))).graph!);
  const { mid, rad } = largest.gradient(boxOf([1, 0.1], [2, 0.1], [0, 0.1]));
  assert.is(largest.undecided, 0);
  assert.equal([mid[0], rad[0], mid[2], rad[2]], [0, 0, 0, 0]);
  assert.ok(Math.abs(mid[1]! - Math.exp(2)) < 1e-12 && rad[1]! >= Math.exp(2.1) - Math.exp(2));
  largest.gradient(boxOf([1.9, 0.1], [2, 0.1], [0, 0.1]));
  assert.ok(largest.undecided > 0);
});

intervals("are infinite where the function may be undefined or overflow, never NaN", () => {
  for (const [what, loss, box] of [
    ["a logarithm across 0", (x: tf.Scalar) => tf.log(x), boxOf([1, 1.5])],
    ["a pole inside", (x: tf.Scalar) => tf.div(1, x), boxOf([0.1, 0.2])],
    ["a root across 0", (x: tf.Scalar) => tf.sqrt(x), boxOf([0.5, 1])],
    ["overflow", (x: tf.Scalar) => tf.exp(tf.exp(x)), boxOf([7, 0])],
    ["a square that overflows", (x: tf.Scalar) => tf.square(x), boxOf([1e200, 0])],
    ["an infinite box", (x: tf.Scalar) => tf.exp(x), boxOf([0, Infinity])],
  ] as const) {
    const derivatives = intervalDerivatives(objective([[]], loss).graph!);
    const { mid, rad } = derivatives.value(box);
    assert.is(rad[0], Number.POSITIVE_INFINITY, what);
    for (const found of [derivatives.value(box), derivatives.gradient(box), derivatives.hessian(box)]) {
      assert.ok(
        found.mid.every(Number.isFinite) && found.rad.every((r) => r >= 0),
        `${what}: ${found.mid} ${found.rad}`,
      );
    }
    assert.is(mid[0], 0, what);
  }
});

intervals("take the Jacobian of a field that is no gradient, and data with radii", () => {
  const field = vectorField([[2]], (x: tf.Tensor1D) => {
    const [a, b] = tf.unstack(x) as [tf.Scalar, tf.Scalar];
    return tf.stack([tf.mul(a, b), tf.add(a, tf.mul(3, b))]) as tf.Tensor1D;
  });
  const derivatives = intervalDerivatives(field.graph!);
  const { mid } = derivatives.hessian(boxOf([2, 0], [5, 0]));
  assert.equal(Array.from(mid), [5, 2, 1, 3]);
  assert.is(derivatives.value(boxOf([2, 0], [5, 0])).rad[0], Number.POSITIVE_INFINITY);

  const builder = new GraphBuilder();
  const [x, c] = [builder.input("x", "parameter", []), builder.input("c", "data", [])];
  const value = builder.mul(c, builder.mul(x, x));
  const uncertain = intervalDerivatives({ parameters: [x], data: [{ node: c, values: boxOf([2, 0.5]) }], value });
  const slope = uncertain.gradient(boxOf([1, 0]));
  assert.is(slope.mid[0], 4);
  assert.ok(slope.rad[0]! >= 1 && slope.rad[0]! < 1 + 1e-14);
  // A product with a vector that is itself uncertain.
  const product = uncertain.hessianTimes(boxOf([1, 0]), boxOf([1, 0.25]));
  assert.ok(product.mid[0] === 4 && product.rad[0]! >= 2.25 && product.rad[0]! < 2.26);
});

intervals("refuse what does not fit", () => {
  const derivatives = intervalDerivatives(objective([[2]], (x: tf.Tensor1D) => tf.sum(x)).graph!);
  assert.throws(() => derivatives.value(boxOf([1, 0])), /ERR_LENGTH|expected 2 numbers for the box/);
  assert.throws(() => derivatives.gradient(boxOf([Number.NaN, 0], [0, 0])), /finite midpoints/);
  assert.throws(() => derivatives.hessian(boxOf([0, -1], [0, 0])), /at least 0/);
  assert.throws(() => derivatives.hessianTimes(boxOf([0, 0], [0, 0]), boxOf([0, 0])), /2 numbers for the vector/);
  assert.throws(() => intervalDerivatives({ parameters: [] }), /a value or a field/);
});

intervals.run();

import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { objective } from "../../../src/problems/objective.ts";
import { assertClose } from "../../support/assert.ts";

await tf.setBackend("cpu");

type Loss = (x: tf.Tensor) => tf.Tensor;

/** [gradient, Hessian times ones] of sum(f(x)) at a point. */
function derivatives(f: Loss, point: readonly number[]): readonly [Float64Array, Float64Array] {
  const problem = objective([[point.length]], (x) => tf.sum(f(x)));
  const at = Float64Array.from(point);
  const [field, product] = [new Float64Array(at.length), new Float64Array(at.length)];
  problem.evaluate(at, field);
  problem.linearize(at).apply(new Float64Array(at.length).fill(1), product);
  return [field, product];
}

const kinks = suite("kinks and ties");

/** f, the point of the kink, the slope there. */
const conventions: Readonly<Record<string, readonly [Loss, number, number]>> = {
  "relu at 0": [(x) => tf.relu(x), 0, 0],
  "relu6 at 0": [(x) => tf.relu6(x), 0, 0],
  "relu6 at 6": [(x) => tf.relu6(x), 6, 1],
  "abs at 0": [(x) => tf.abs(x), 0, -1],
  "leakyRelu at 0": [(x) => tf.leakyRelu(x, 0.1), 0, 0.1],
  "prelu at 0": [(x) => tf.prelu(x, tf.scalar(0.3)), 0, 0.3],
  "elu at 0": [(x) => tf.elu(x), 0, 1],
  "selu at 0": [(x) => tf.selu(x), 0, 1.7580993408473768],
  "clipByValue at its lower end": [(x) => tf.clipByValue(x, -1, 2), -1, 1],
  "clipByValue at its upper end": [(x) => tf.clipByValue(x, -1, 2), 2, 1],
  "maximum with the variable first": [(x) => tf.maximum(x, 1), 1, 1],
  "maximum with the variable second": [(x) => tf.maximum(1, x), 1, 0],
  "minimum with the variable first": [(x) => tf.minimum(x, 1), 1, 1],
  "minimum with the variable second": [(x) => tf.minimum(1, x), 1, 0],
  "sign at 0": [(x) => tf.sign(x), 0, 0],
  "step at 0": [(x) => tf.step(x), 0, 0],
  "floor at a whole number": [(x) => tf.floor(x), 2, 0],
  "round at a half": [(x) => tf.round(x), 2.5, 0],
  "where at its border": [(x) => tf.where(tf.greater(x, 0), tf.mul(2, x), tf.mul(3, x)), 0, 3],
};

for (const [name, [f, at, slope]] of Object.entries(conventions)) {
  kinks(`${name} has the slope ${slope}, which is TensorFlow.js's`, () => {
    const [field, product] = derivatives(f, [at]);
    assertClose(field, [slope], 1e-15);
    // The exponential of elu and selu is curved on the side that counts.
    assertClose(product, [/elu at 0/.test(name) && !/relu/i.test(name) ? slope : 0], 1e-15, "curvature");
    // It has no gradient of a comparison.
    if (name.startsWith("where")) return;
    assertClose(
      tf
        .grad((x) => tf.sum(f(x)))(tf.tensor1d([at]))
        .dataSync(),
      [slope],
      1e-6,
      "TensorFlow.js",
    );
  });
}

kinks("largest entries that tie share the derivative", () => {
  const [field, product] = derivatives((x) => tf.max(x), [1, 3, 3, 2]);
  assert.equal(field, Float64Array.of(0, 0.5, 0.5, 0));
  assert.equal(product, new Float64Array(4));
  assert.equal(
    derivatives((x) => tf.min(x), [1, 1, 1, 2])[0].map((s) => Math.round(s * 3e15) / 1e15),
    Float64Array.of(1, 1, 1, 0),
  );
});

kinks("the places of a maximum pooling that tie share it too", () => {
  const image = [1, 1, 0, 1];
  const [field] = derivatives((x) => tf.maxPool(tf.reshape(x, [1, 2, 2, 1]) as tf.Tensor4D, 2, 2, "valid"), image);
  assertClose(field, [1 / 3, 1 / 3, 0, 1 / 3], 1e-15);
});

kinks(
  "sigmoid cross-entropy at zero logits has gradient p - y and curvature 1/4, though it is written with relu and abs",
  () => {
    const labels = tf.tensor1d([1, 0]);
    const [field, product] = derivatives((x) => tf.losses.sigmoidCrossEntropy(labels, x as tf.Tensor1D), [0, 0]);
    assertClose(field, [-0.25, 0.25], 1e-15);
    assertClose(product, [0.125, 0.125], 1e-15);
  },
);

kinks("powers with constant exponents have their derivatives at 0", () => {
  for (const [exponent, slope, curvature] of [
    [1, 1, 0],
    [2, 0, 2],
    [3, 0, 0],
    [0, 0, 0],
  ] as const) {
    const [field, product] = derivatives((x) => tf.pow(x, exponent), [0]);
    assertClose(field, [slope], 0, `x^${exponent}`);
    assertClose(product, [curvature], 0, `x^${exponent}`);
  }
});

kinks("a variable exponent at a base of 0 has finite derivatives", () => {
  const problem = objective([[], []], (x, p) => tf.pow(x, p));
  const field = new Float64Array(2);
  assert.is(problem.evaluate(Float64Array.of(0, 2.5), field), 0);
  assert.equal(field, Float64Array.of(0, 0));
});

kinks("a where that keeps a bad branch away is not spoiled by it, if the branch is given a safe operand", () => {
  const safe: Loss = (x) => {
    const positive = tf.greater(x, 0);
    return tf.where(positive, tf.sqrt(tf.where(positive, x, tf.onesLike(x))), tf.zerosLike(x));
  };
  const [field, product] = derivatives(safe, [-1, 0, 4]);
  assertClose(field, [0, 0, 0.25], 1e-15);
  assertClose(product, [0, 0, -1 / 32], 1e-15);
});

kinks("a branch that was not chosen adds nothing where its own derivative is finite", () => {
  const [field] = derivatives((x) => tf.where(tf.greater(x, 0), tf.exp(x), tf.mul(2, x)), [-800, 1]);
  assertClose(field, [2, Math.E], 1e-15);
});

kinks.run();

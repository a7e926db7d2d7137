import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkDerivatives } from "../../../src/problems/checkDerivatives.ts";
import { objective } from "../../../src/problems/objective.ts";
import { normalVector } from "../../support/random.ts";

await tf.setBackend("cpu");

type Loss = (x: tf.Tensor1D) => tf.Tensor;
const weights = tf.tensor1d([0.3, -1.1, 0.7, 1.9]);
const weighted =
  (f: (x: tf.Tensor1D) => tf.Tensor): Loss =>
  (x) =>
    tf.sum(tf.mul(f(x), weights));

/** Hessian times v by TensorFlow.js: the gradient of <gradient, v>. */
function product(loss: Loss, point: Float64Array, v: Float64Array): Float64Array {
  const direction = tf.tensor1d(Array.from(v));
  const slope = tf.grad((x) => loss(x as tf.Tensor1D));
  const found = tf.grad((x) => tf.sum(tf.mul(slope(x), direction)))(tf.tensor1d(Array.from(point)));
  return Float64Array.from(found.dataSync());
}

/**
 * Losses whose second derivatives TensorFlow.js 4.22 gives wrong without a word (tfjs #3252): a factor of a derivative that
 * its gradient function keeps outside the tape counts as constant, and a sum drops the paths it cannot differentiate.
 */
const wrong: Readonly<Record<string, Loss>> = {
  "tanh squared": (x) => tf.sum(tf.square(tf.tanh(x))),
  "tanh plus x squared": (x) => tf.add(tf.sum(tf.tanh(x)), tf.sum(tf.square(x))),
  "exp plus x squared": (x) => tf.add(tf.sum(tf.exp(x)), tf.sum(tf.square(x))),
  "sigmoid squared": weighted((x) => tf.square(tf.sigmoid(x))),
  swish: weighted((x) => tf.mul(x, tf.sigmoid(x))),
  "dot of exponentials": (x) => tf.dot(tf.exp(x), tf.sin(x)),
  "stack of sigmoids": (x) => tf.sum(tf.mul(tf.stack([tf.sigmoid(x), tf.square(x)]), weights)),
  "addN of tanh": (x) => tf.addN([tf.sum(tf.tanh(x)), tf.sum(tf.pow(x, 3))]),
  atan2: weighted((x) => tf.add(tf.atan2(x, tf.exp(x)), tf.square(x))),
};

const silently = suite("second derivatives that TensorFlow.js has silently wrong");

for (const [name, loss] of Object.entries(wrong)) {
  silently(`${name}: ours agree with differences, its own do not`, () => {
    const problem = objective([[4]], loss);
    const point = normalVector(4, 1);
    const report = checkDerivatives(problem, point, { tolerance: 1e-9 });
    assert.is(report.verdict, "agrees", report.table);
    const v = normalVector(4, 2);
    const ours = new Float64Array(4);
    problem.linearize(point).apply(v, ours);
    const theirs = product(loss, point, v);
    const scale = Math.max(...ours.map(Math.abs));
    const difference = Math.max(...ours.map((x, i) => Math.abs(x - theirs[i]!))) / scale;
    // Far beyond what float32 explains.
    assert.ok(difference > 1e-2, `TensorFlow.js differs by ${difference} only: is #3252 repaired?`);
  });
}

silently("agree with it where it is right", () => {
  const loss = weighted((x) => tf.mul(tf.sin(x), tf.square(x)));
  const problem = objective([[4]], loss);
  const [point, v] = [normalVector(4, 1), normalVector(4, 2)];
  const ours = new Float64Array(4);
  problem.linearize(point).apply(v, ours);
  const theirs = product(loss, point, v);
  for (let i = 0; i < 4; i++) assert.ok(Math.abs(ours[i]! - theirs[i]!) < 1e-5);
});

silently.run();

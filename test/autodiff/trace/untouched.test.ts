import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { objective } from "../../../src/problems/objective.ts";

const untouched = suite("what a trace leaves as it was");

const inputs = tf.tensor2d([0.5, -1.2, 0.3, 1.1], [2, 2]);
const loss = (w: tf.Tensor2D): tf.Scalar =>
  tf.tidy(() => tf.losses.softmaxCrossEntropy(tf.oneHot([0, 1], 2).toFloat(), tf.matMul(inputs, w)) as tf.Scalar);

untouched("no backend is initialised or changed", () => {
  const before = tf.engine().backendName;
  objective([[2, 2]], loss);
  assert.is(tf.engine().backendName, before);
});

untouched("200 traces leave no tensor, no byte, no scope behind", async () => {
  await tf.setBackend("cpu");
  const before = { ...tf.memory(), backend: tf.getBackend(), scopes: tf.engine().state.scopeStack.length };
  for (let i = 0; i < 200; i++) objective([[2, 2]], loss);
  assert.equal({ ...tf.memory(), backend: tf.getBackend(), scopes: tf.engine().state.scopeStack.length }, before);
});

untouched("evaluations, linearisations and products use no tensor either", () => {
  const problem = objective([[2, 2]], loss);
  const before = tf.memory();
  const field = new Float64Array(4);
  problem.evaluate(Float64Array.of(1, 2, 3, 4), field);
  problem.linearize(Float64Array.of(1, 2, 3, 4)).apply(field, new Float64Array(4));
  assert.equal(tf.memory(), before);
});

untouched("a trace inside tf.tidy, tf.grad and debug-like scopes leaves the surrounding tape alone", () => {
  const slope = tf.grad((x) => {
    objective([[2, 2]], loss);
    return tf.sum(tf.square(x));
  })(tf.tensor1d([1, 2]));
  assert.equal(Array.from(slope.dataSync()), [2, 4]);
  const kept = tf.tidy(() => {
    const made = tf.square(tf.scalar(3));
    objective([[2, 2]], loss);
    return made;
  });
  assert.is(kept.dataSync()[0], 9);
  slope.dispose();
  kept.dispose();
});

untouched("tf.keep and dispose inside the loss do no harm", () => {
  const before = tf.memory().numTensors;
  objective([[2, 2]], (w) => {
    const square = tf.keep(tf.square(w));
    const sum = tf.sum(square) as tf.Scalar;
    square.dispose();
    return sum;
  });
  assert.is(tf.memory().numTensors, before);
});

untouched("an error of the loss leaves everything as it was, and so do the next computations", () => {
  const before = { ...tf.memory() };
  assert.throws(() =>
    objective([[2, 2]], (w) => {
      tf.square(w);
      throw new Error("mine");
    }),
  );
  assert.equal({ ...tf.memory() }, before);
  const three = tf.add(1, 2);
  assert.is(three.dataSync()[0], 3);
  three.dispose();
});

untouched.run();

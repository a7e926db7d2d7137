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

untouched("a backend without a single kernel stays, and is asked for nothing, after a refusal too", async () => {
  const asked: string[] = [];
  class Bare extends tf.KernelBackend {
    override numDataIds(): number {
      return 0;
    }
    override memory(): { unreliable: boolean } {
      return { unreliable: false };
    }
    override dispose(): void {}
    override write(): object {
      asked.push("write");
      return {};
    }
    override readSync(): Float32Array {
      asked.push("readSync");
      return new Float32Array(1);
    }
  }
  tf.registerBackend("bare", () => new Bare());
  await tf.setBackend("bare");
  const before = { ...tf.memory() };
  const problem = objective([[2, 2]], (w) => tf.sum(tf.softmax(tf.matMul(w, tf.tensor2d([1, 2, 3, 4], [2, 2])))));
  assert.is(Math.round(1e9 * problem.evaluate(Float64Array.of(1, 2, 3, 4), new Float64Array(4))), 2e9);
  assert.throws(() => objective([[2, 2]], (w) => tf.topk(w, 1).values.sum()), /topk/);
  const after = { ...tf.memory(), backend: tf.getBackend() };
  await tf.setBackend("cpu");
  tf.removeBackend("bare");
  assert.equal(after, { ...before, backend: "bare" });
  assert.equal(asked, []);
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

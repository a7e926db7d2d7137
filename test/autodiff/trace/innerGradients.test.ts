import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { objective } from "../../../src/problems/objective.ts";
import { assertClose } from "../../support/assert.ts";

await tf.setBackend("cpu");
const inner = suite("tf.grad and its kin inside a loss");

/** [value, derivative, second derivative] of a function of one number. */
function derivatives(f: (x: tf.Scalar) => tf.Tensor, at: number): readonly number[] {
  const problem = objective([[]], f, { onWarning: () => {} });
  const [field, product] = [new Float64Array(1), new Float64Array(1)];
  const value = problem.evaluate(Float64Array.of(at), field);
  problem.linearize(Float64Array.of(at)).apply(Float64Array.of(1), product);
  return [value, field[0]!, product[0]!];
}

inner("are exact where TensorFlow.js has second derivatives wrong: tanh''' at 0.5", () => {
  const f = (x: tf.Tensor): tf.Tensor => tf.tanh(x);
  const t = Math.tanh(0.5);
  const [second, third] = [-2 * t * (1 - t * t), (1 - t * t) * (6 * t * t - 2)];
  assertClose(derivatives((x) => tf.grad(tf.grad(f))(x), 0.5).slice(0, 2), [second, third], 1e-15);
});

inner("hold constant what was computed from x before, as on TensorFlow.js's tape", () => {
  const f = (x: tf.Scalar): tf.Tensor => {
    const before = tf.square(x);
    // d/du (x^2 u) at u = x: x^2.
    return tf.grad((u: tf.Tensor) => tf.mul(before, u))(x);
  };
  assertClose(derivatives(f, 3), [9, 6, 2], 1e-15);
  assert.is(f(tf.scalar(3)).dataSync()[0], 9);
});

inner("let tensors that f leaves behind speak of x afterwards", () => {
  let left: tf.Tensor | undefined;
  const f = (x: tf.Scalar): tf.Tensor => {
    const slope = tf.grad((u: tf.Tensor) => {
      left = tf.pow(u, 3);
      return left;
    })(x);
    return tf.add(slope, left!);
  };
  // 3 x^2 + x^3
  assertClose(derivatives(f, 2), [12 + 8, 12 + 12, 6 + 12], 1e-15);
});

inner("give 0 where x cancels, and refuse an x that the value was not computed from, both as TensorFlow.js", () => {
  assertClose(
    derivatives((x) => tf.add(tf.square(x), tf.grad((u: tf.Tensor) => tf.sub(u, u))(x)), 3),
    [9, 6, 2],
    1e-15,
  );
  assertClose(
    derivatives((x) => {
      // The outer gradient's x is in the inner one's value, though it cancels there.
      const g = tf.grad((u: tf.Tensor) => tf.mul(tf.grad((w: tf.Tensor) => tf.square(w))(u), tf.sub(x, x)));
      return tf.add(tf.square(x), g(x));
    }, 3),
    [9, 6, 2],
    1e-15,
  );
  const outside = (x: tf.Scalar): tf.Tensor => tf.grad(() => tf.scalar(1))(x);
  assert.throws(() => derivatives(outside, 1), /Cannot compute gradient of y=f\(x\)/);
  assert.throws(() => outside(tf.scalar(1)), /Cannot compute gradient of y=f\(x\)/);
});

inner("take a cotangent, several x, the same x twice", () => {
  const f = (x: tf.Scalar): tf.Tensor => {
    const v = tf.stack([x, tf.mul(2, x)]);
    const [a, b] = tf.grads((p: tf.Tensor, q: tf.Tensor) => tf.mul(p, tf.square(q)))([v, v], tf.tensor1d([1, 10]));
    return tf.sum(tf.add(a!, b!));
  };
  // Each of the two is the whole derivative, as on TensorFlow.js's tape: 3 v^2 weighted by 1 and 10, v = (x, 2 x).
  assertClose(derivatives(f, 1.5), [246 * 2.25, 492 * 1.5, 492], 1e-14);
  assertClose(f(tf.scalar(1.5)).dataSync(), [246 * 2.25], 1e-6);
});

inner.run();

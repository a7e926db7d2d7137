import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { constant, data } from "../../../src/autodiff/trace/constant.ts";
import { Float32Sources } from "../../../src/autodiff/trace/float32Sources.ts";
import { objective } from "../../../src/problems/objective.ts";

await tf.setBackend("cpu");

/** The values of a tensor that a loss makes: the gradient of its inner product with the parameters. */
function valuesInside(size: number, make: () => tf.Tensor): number[] {
  const problem = objective([[size]], (x) => tf.sum(tf.mul(x, tf.reshape(make(), [size]))));
  const field = new Float64Array(size);
  problem.evaluate(new Float64Array(size), field);
  return Array.from(field);
}

const literals = suite("number literals");

literals("keep their float64 values, however they are written", () => {
  const numbers = [0.1, Math.PI, 1 / 3, 1e-50, 1e39, -0.7, 12345.6789, 2 ** -1074];
  assert.equal(
    valuesInside(8, () => tf.tensor1d(numbers)),
    numbers,
  );
  assert.equal(
    valuesInside(8, () => tf.tensor(numbers, [2, 4])),
    numbers,
  );
  assert.equal(
    valuesInside(4, () =>
      tf.tensor2d([
        [0.1, 0.2],
        [0.3, 1 / 7],
      ]),
    ),
    [0.1, 0.2, 0.3, 1 / 7],
  );
  assert.equal(
    valuesInside(4, () =>
      tf.tensor3d([
        [[0.1], [0.2]],
        [[0.3], [0.4]],
      ]),
    ),
    [0.1, 0.2, 0.3, 0.4],
  );
  assert.equal(
    valuesInside(2, () => tf.fill([2], 0.1)),
    [0.1, 0.1],
  );
  assert.equal(
    valuesInside(1, () => tf.scalar(1e-50)),
    [1e-50],
  );
  assert.equal(
    valuesInside(3, () => tf.linspace(0, 0.2, 3)),
    [0, 0.1, 0.2],
  );
  assert.equal(
    valuesInside(3, () => tf.range(0, 0.3, 0.1)),
    [0, 0.1, 0.2],
  );
  assert.equal(
    valuesInside(2, () => tf.oneHot(tf.tensor1d([1], "int32"), 2, 0.9, 0.1)),
    [0.1, 0.9],
  );
});

literals("keep it as operands and attributes", () => {
  const at = (loss: (x: tf.Scalar) => tf.Tensor): number =>
    objective([[]], loss).evaluate(Float64Array.of(1), new Float64Array(1));
  assert.is(
    at((x) => tf.mul(x, 0.1)),
    0.1,
  );
  assert.is(
    at((x) => x.add(1 / 3)),
    1 + 1 / 3,
  );
  assert.is(
    at((x) => tf.clipByValue(x, 0, 0.7)),
    0.7,
  );
  assert.is(
    at((x) => tf.leakyRelu(tf.neg(x), 0.1)),
    -0.1,
  );
  assert.is(
    at((x) => tf.pow(tf.add(x, 1), 0.3)),
    2 ** 0.3,
  );
});

literals("do so for every kind of random double", () => {
  let seed = 1;
  const numbers = Array.from({ length: 500 }, () => {
    seed = (seed * 16807) % 2147483647;
    return (seed / 2147483647 - 0.5) * 10 ** ((seed % 60) - 30);
  });
  assert.equal(
    valuesInside(500, () => tf.tensor1d(numbers)),
    numbers,
  );
});

literals("take a buffer's short decimals where float32 rounded them, and float32 numbers as they are", () => {
  const rounded = Math.fround(Math.PI);
  const filled = (): tf.Tensor => {
    const buffer = tf.buffer([3], "float32");
    buffer.set(0.1, 0);
    buffer.set(Math.PI, 1);
    buffer.set(3, 2);
    return buffer.toTensor();
  };
  assert.equal(valuesInside(3, filled), [0.1, rounded, 3]);
  const before = Float32Array.of(0.1, 2);
  assert.equal(
    valuesInside(2, () => tf.tensor1d(before)),
    [Math.fround(0.1), 2],
  );
});

literals("follow an array that was changed after it was copied", () => {
  const changed = (): tf.Tensor => {
    const values = new Float32Array([0.1, 0.2]);
    values[0] = 0.3;
    return tf.tensor1d(values);
  };
  assert.equal(valuesInside(2, changed), [0.3, 0.2]);
});

literals("of a tensor made outside the loss are rounded, unless made by constant or data", () => {
  const rounded = tf.scalar(0.1);
  const exact = constant([0.1, 1 / 3], [2]);
  const named = data("rates", Float64Array.of(0.1, 1e-50), [2]);
  assert.equal(
    valuesInside(1, () => rounded),
    [Math.fround(0.1)],
  );
  assert.equal(
    valuesInside(2, () => exact),
    [0.1, 1 / 3],
  );
  assert.equal(
    valuesInside(2, () => named),
    [0.1, 1e-50],
  );
  assert.equal(
    valuesInside(2, () => constant([0.1, 1 / 3], [2])),
    [0.1, 1 / 3],
  );
  // They are ordinary tensors elsewhere, and stay exact after that.
  assert.equal(Array.from(tf.mul(exact, 3).dataSync()), [Math.fround(Math.fround(0.1) * 3), 1].map(Math.fround));
  assert.equal(Array.from(exact.dataSync()), [0.1, 1 / 3].map(Math.fround));
  assert.equal(
    valuesInside(2, () => exact),
    [0.1, 1 / 3],
  );
  const count = tf.memory().numTensors;
  exact.dispose();
  named.dispose();
  assert.is(tf.memory().numTensors, count - 2);
});

literals("have the type TensorFlow.js gives them", () => {
  const at = (make: (x: tf.Scalar) => tf.Tensor, x: number): number =>
    objective([[]], (p) => tf.mul(tf.cast(make(p), "float32"), tf.onesLike(p)), { onWarning: () => {} }).evaluate(
      Float64Array.of(x),
      new Float64Array(1),
    );
  assert.is(
    at(() => tf.div(tf.scalar(7, "int32"), tf.scalar(2, "int32")), 0),
    3,
  );
  assert.is(
    at(() => tf.scalar(7.9, "int32"), 0),
    7,
  );
  assert.is(
    at((x) => tf.cast(x, "int32"), -2.7),
    -2,
  );
  assert.is(
    at((x) => tf.cast(x, "bool"), 0.3),
    1,
  );
  assert.is(
    at(() => tf.pow(tf.scalar(2, "int32"), tf.scalar(-1, "int32")), 0),
    0,
  );
  assert.is(
    at(() => tf.mean(tf.tensor1d([1, 2], "int32")), 0),
    1.5,
  );
  assert.is(
    at(() => tf.sum(tf.tensor1d([true, true, false], "bool")), 0),
    2,
  );
});

literals.run();

const sources = suite("Float32Sources");

sources("gives real Float32Arrays and puts the constructor back", () => {
  const original = globalThis.Float32Array;
  const watcher = new Float32Sources();
  assert.is(watcher.start(), true);
  const made = new Float32Array([0.1, 0.2]);
  const other = Float32Array.from([0.1]);
  watcher.stop();
  assert.is(globalThis.Float32Array, original);
  assert.ok(made instanceof original && other instanceof original);
  assert.is(Object.getPrototypeOf(made), original.prototype);
  assert.equal(Array.from(watcher.valuesOf(made)), [0.1, 0.2]);
  watcher.stop();
  assert.is(globalThis.Float32Array, original);
});

sources("falls back on short decimals where the constructor cannot be replaced", () => {
  const watcher = new Float32Sources();
  assert.equal(Array.from(watcher.valuesOf(Float32Array.of(0.1, 1 / 3, 1e-20))), [0.1, Math.fround(1 / 3), 1e-20]);
});

sources.run();

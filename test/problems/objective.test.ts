import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { data } from "../../src/autodiff/trace/constant.ts";
import { objective } from "../../src/problems/objective.ts";
import { assertClose, assertError } from "../support/assert.ts";

const value = (problem: ReturnType<typeof objective>, ...point: number[]): number =>
  problem.evaluate(Float64Array.from(point), new Float64Array(problem.dimension));

const problems = suite("objective");

problems("lays the parameters out one after the other, with names, and says so in its description", () => {
  const problem = objective([[2, 3], [3], []], (w, b, s) => tf.mul(s, tf.sum(tf.add(w, b))), {
    names: ["weights", "bias", "scale"],
    players: ["a", "a", "b"],
    name: "affine",
  });
  assert.is(problem.name, "affine");
  assert.is(problem.dimension, 10);
  assert.is(problem.symmetric, true);
  assert.equal(problem.blocks, [
    { name: "weights", shape: [2, 3], offset: 0, size: 6, player: "a" },
    { name: "bias", shape: [3], offset: 6, size: 3, player: "a" },
    { name: "scale", shape: [], offset: 9, size: 1, player: "b" },
  ]);
  const shapes = [
    { name: "weights", shape: [2, 3] },
    { name: "bias", shape: [3] },
    { name: "scale", shape: [] },
  ];
  assert.equal(problem.description, { problem: "affine", blocks: shapes, data: {} });
  assert.is(value(problem, 1, 2, 3, 4, 5, 6, 10, 20, 30, 0.5), 0.5 * (21 + 2 * 60));
});

problems("names itself after the loss, blocks by number", () => {
  function valley(x: tf.Tensor): tf.Tensor {
    return tf.square(tf.squeeze(x));
  }
  const problem = objective([[1]], valley);
  assert.is(problem.name, "valley");
  assert.is(problem.blocks[0]!.name, "parameter1");
  assert.is(objective([[]], (x) => tf.square(x)).name, "objective");
});

problems("carries constraint and description", () => {
  const constraint = {
    name: "line",
    dimension: 1,
    bounded: false,
    project: (point: Float64Array, out: Float64Array) => out.set(point),
    support: () => Number.POSITIVE_INFINITY,
    distance: () => 0,
  };
  const problem = objective([[]], (x) => tf.square(x), { constraint, description: { seed: 3 } });
  assert.is(problem.constraint, constraint);
  assert.equal(problem.description, { seed: 3 });
  assert.not("constraint" in objective([[]], (x) => tf.square(x)));
});

problems("refuses NaN in the data of the loss", () => {
  assertError(
    () => objective([[]], (x) => tf.sum(tf.mul(x, data("samples", [1, Number.NaN], [2])))),
    "ERR_NOT_FINITE",
    /data "samples".*NaN at index 1/,
  );
  const tensor = tf.tensor1d([1, 2, Number.NaN]);
  assertError(
    () => objective([[]], (x) => tf.sum(tf.mul(x, tensor))),
    "ERR_NOT_FINITE",
    /tensor of shape \[3\] that holds NaN at index 2 \(in mul at .*objective\.test\.ts:\d+:\d+\)/,
  );
});

problems("refuses what is no loss", () => {
  const losing = (loss: () => unknown) => () => objective([[2]], loss as () => tf.Tensor);
  assertError(
    losing(() => 3),
    "ERR_LOSS",
    /returns a number instead of a scalar tensor \(at .*objective\.test\.ts/,
  );
  assertError(
    losing(() => undefined),
    "ERR_LOSS",
    /returns undefined/,
  );
  assertError(() => objective([[2]], (x) => x), "ERR_LOSS", /shape \[2\] instead of a scalar.*tf\.mean or tf\.sum/);
  assertError(() => objective([[2]], (x) => tf.reshape(tf.sum(x), [1, 1])), "ERR_LOSS", /\[1, 1\]/);
  assertError(() => objective([[2]], 3 as never), "ERR_OPTION_TYPE", /got number/);
});

problems("refuses shapes that are none", () => {
  const loss = (x: tf.Tensor): tf.Tensor => tf.sum(x);
  assertError(() => objective([], () => tf.scalar(0)), "ERR_SHAPE", /got \[\]/);
  assertError(() => objective([[2, 0.5]], loss), "ERR_SHAPE", /got \[2,0\.5\] as shape 0/);
  assertError(() => objective([[-1]], loss), "ERR_SHAPE", /positive integers/);
  assertError(() => objective(3 as never, loss as never), "ERR_SHAPE", /list of shapes/);
  assertError(() => objective([3] as never, loss as never), "ERR_SHAPE", /got 3 as shape 0/);
  assertError(() => objective([[1]], loss, { names: ["a", "b"] }), "ERR_LENGTH", /1 names.*got 2/);
  assertError(() => objective([[1], [1]], loss, { names: ["a", "a"] }), "ERR_OPTION_RANGE", /different names/);
  assertError(() => objective([[1]], loss, { players: [] }), "ERR_LENGTH", /players/);
});

problems("warns of a parameter without influence, whose derivative is 0", () => {
  const warnings: string[] = [];
  const problem = objective([[], [2]], (x) => tf.square(x), {
    names: ["used", "idle"],
    onWarning: (message) => warnings.push(message),
  });
  assert.is(warnings.length, 1);
  assert.match(warnings[0]!, /does not use idle/);
  const field = new Float64Array(3);
  assert.is(problem.evaluate(Float64Array.of(3, 1, 1), field), 9);
  assert.equal(field, Float64Array.of(6, 0, 0));
  const out = new Float64Array(3);
  problem.linearize(Float64Array.of(3, 1, 1)).apply(Float64Array.of(1, 1, 1), out);
  assert.equal(out, Float64Array.of(2, 0, 0));
});

problems("warns through the process by default", async () => {
  const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
  objective([[], []], (x) => tf.square(x));
  const warning = await warned;
  assert.is(warning.name, "FluxionWarning");
  assert.match(warning.message, /parameter2/);
});

problems("lets an error of the loss through unchanged", () => {
  const own = new RangeError("mine");
  let caught: unknown;
  try {
    objective([[]], () => {
      throw own;
    });
  } catch (error) {
    caught = error;
  }
  assert.is(caught, own);
});

problems("is exact where TensorFlow.js's second derivatives are silently wrong", () => {
  // f = tanh(x)^2 + x: f'' = 2 (1 - t^2) (1 - 3 t^2), t = tanh x.
  const problem = objective([[]], (x) => tf.add(tf.square(tf.tanh(x)), x));
  const t = Math.tanh(0.3);
  const out = new Float64Array(1);
  problem.linearize(Float64Array.of(0.3)).apply(Float64Array.of(1), out);
  assertClose(out, [2 * (1 - t * t) * (1 - 3 * t * t)], 1e-15);
});

problems.run();

import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { objective } from "../../../src/problems/objective.ts";
import type { Problem, TracedProblem } from "../../../src/problems/problem.ts";
import { assertClose } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";

await tf.setBackend("cpu");

const numbers = (count: number, seed: number): Float32Array => Float32Array.from(normalVector(count, seed));
const samples = 40;
const rows = tf.tensor2d(numbers(samples * 5, 1), [samples, 5]);
const columns = tf.transpose(rows);
const targets = tf.tensor2d(numbers(samples * 3, 2), [samples, 3]);

type Loss = (...parameters: tf.Tensor[]) => tf.Tensor;
const cases: readonly { name: string; shapes: number[][]; loss: Loss; reducedTo: number | undefined }[] = [
  {
    name: "a linear autoencoder with samples as columns",
    shapes: [
      [2, 5],
      [5, 2],
    ],
    loss: (a, b) => tf.mean(tf.square(tf.sub(tf.matMul(b!, tf.matMul(a!, columns)), columns))),
    reducedTo: 5,
  },
  {
    name: "a linear network with biases and samples as rows",
    shapes: [[5, 4], [4], [4, 3], [3]],
    loss: (w1, b1, w2, b2) =>
      tf.mean(tf.square(tf.sub(tf.add(tf.matMul(tf.add(tf.matMul(rows, w1!), b1!), w2!), b2!), tf.add(targets, 0.5)))),
    reducedTo: 9,
  },
  {
    name: "a scalar product of two linear images, beside a penalty",
    shapes: [
      [5, 3],
      [5, 3],
    ],
    loss: (u, v) => tf.add(tf.sum(tf.mul(tf.matMul(rows, u!), tf.matMul(rows, v!))), tf.sum(tf.square(u!))),
    reducedTo: 5,
  },
  {
    name: "a network with an activation",
    shapes: [[5, 3]],
    loss: (w) => tf.mean(tf.square(tf.sub(tf.tanh(tf.matMul(rows, w!)), targets))),
    reducedTo: undefined,
  },
  {
    name: "a loss that is no square",
    shapes: [[5, 3]],
    loss: (w) => tf.mean(tf.abs(tf.sub(tf.matMul(rows, w!), targets))),
    reducedTo: undefined,
  },
];

function everything(problem: Problem, point: Float64Array): readonly [number, Float64Array, Float64Array] {
  const [field, product] = [new Float64Array(point.length), new Float64Array(point.length)];
  const value = problem.evaluate(point, field);
  problem.linearize(point).apply(normalVector(point.length, 4), product);
  return [value, field, product];
}

const reducing = suite("reduceSamples");
for (const { name, shapes, loss, reducedTo } of cases) {
  const make = (reduceSamples: boolean): TracedProblem => objective(shapes, loss as never, { name, reduceSamples });
  reducing(`${reducedTo === undefined ? "leaves alone" : "keeps value and derivatives of"} ${name}`, () => {
    const [reduced, whole] = [make(true), make(false)];
    const point = normalVector(reduced.dimension, 3);
    const [found, expected] = [everything(reduced, point), everything(whole, point)];
    assertClose(found[0], expected[0], 1e-14, "value");
    assertClose(found[1], expected[1], 1e-13, "field");
    assertClose(found[2], expected[2], 1e-13, "J v");
    const description = JSON.stringify(reduced.description);
    const note = `"reducedSamples":[{"samples":${samples},"reducedTo":${reducedTo}}]`;
    if (reducedTo === undefined) assert.not.match(description, /reducedSamples/);
    else assert.ok(description.includes(note), description);
    assert.not.match(JSON.stringify(whole.description), /reducedSamples/);
  });
}
reducing.run();

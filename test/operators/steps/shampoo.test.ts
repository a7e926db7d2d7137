import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { firstRows } from "../../../src/authoring/index.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { shampoo } from "../../../src/operators/steps/shampoo.ts";
import { objective } from "../../../src/problems/objective.ts";
import { chain } from "../../../src/streams/chain.ts";
import { assertClose } from "../../support/assert.ts";
import { assertResumes } from "../../support/checkpoints.ts";
import { shampooRuns } from "../../support/curvatureCases.ts";

const { shapes, runs } = shampooRuns;
const waves = (length: number, frequency: number, size: number): number[] =>
  Array.from({ length }, (_, i) => size * Math.sin(frequency * (i + 1)));
const sizes = shapes.map((shape) => shape.reduce((product, extent) => product * extent, 1));
const dimension = sizes.reduce((sum, size) => sum + size, 0);
const targets = waves(dimension, 0.7, 0.5);
const problem = objective(shapes, (...parameters: readonly tf.Tensor[]) => {
  let at = 0;
  const terms = parameters.map((x, i) => {
    const target = tf.tensor(targets.slice(at, at + sizes[i]!), [...shapes[i]!]);
    at += sizes[i]!;
    return tf.reshape(tf.mul(tf.sum(tf.pow(tf.sub(x, target), 4)), 0.25), []);
  });
  return tf.addN(terms);
});
const start = waves(dimension, 1.3, 1);

const direction = suite("shampoo");

direction("takes the steps of its definition to 1e-11, on matrices, vectors and arrays of three axes", () => {
  for (const { options, end } of runs) {
    const rows = firstRows(problem, start, chain(shampoo(options), gradientStep(0.05)), 21);
    assertClose(rows.at(-1)!.point, end, 1e-11, JSON.stringify(options));
  }
});

direction("keeps its roots between refreshes, and goes on from each checkpoint", () => {
  const update = () => chain(untilStep(7), shampoo({ every: 3 }), gradientStep(0.05));
  const [often, seldom] = [shampoo(), shampoo({ every: 3 })].map((each) =>
    firstRows(problem, start, chain(each, gradientStep(0.05)), 5),
  );
  assert.equal(seldom![1]!.point, often![1]!.point);
  assert.not.equal(seldom![2]!.point, often![2]!.point);
  assertResumes(problem, start, update, { least: 2 });
});

direction.run();

/** Losses on which SciPy's minimisers were run by scripts/minimiserReferences.py, with what they needed. */
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { objective } from "../../src/problems/objective.ts";
import type { Problem } from "../../src/problems/problem.ts";
import { testFunctions } from "./testFunctions.ts";

interface Reference {
  readonly evaluations: number;
  readonly value: number;
}

interface Solved {
  readonly start: readonly number[];
  readonly "L-BFGS-B": Reference;
  readonly CG: Reference;
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`../data/${name}.json`, import.meta.url), "utf8"));
const { ends }: { ends: Readonly<Record<string, readonly Solved[]>> } = read("minimisers");
const { samples, labels, ridge }: { samples: number[][]; labels: number[]; ridge: number } = read("optimisers");

const extended = objective([[10, 2]], (z: tf.Tensor2D) => {
  const [x, y] = tf.unstack(z, 1) as [tf.Tensor1D, tf.Tensor1D];
  return tf.sum(tf.add(tf.mul(100, tf.square(tf.sub(y, tf.square(x)))), tf.square(tf.sub(1, x))));
});
const weights = Array.from({ length: 50 }, (_, i) => 10 ** ((4 * i) / 49));
const quadratic = objective([[50]], (z: tf.Tensor1D) =>
  tf.sub(tf.div(tf.sum(tf.mul(tf.tensor1d(weights), tf.square(z))), 2), tf.sum(z)),
);
const logistic = objective([[3], []], (w: tf.Tensor1D, b) => {
  const s = tf.add(tf.dot(tf.tensor2d(samples), w), b);
  const loss = tf.mean(tf.sub(tf.softplus(s), tf.mul(tf.tensor1d(labels), s)));
  return tf.add(loss, tf.mul(ridge / 2, tf.add(tf.sum(tf.square(w)), tf.square(b))));
});

const own: Readonly<Record<string, Problem>> = { "extended Rosenbrock": extended, quadratic, logistic };

/** The losses, their starts, and SciPy's evaluations and minima, where no entry of the gradient exceeds 1e-6. */
export const minimisations = Object.entries(ends).map(([name, solved]) => ({
  name,
  problem: own[name] ?? testFunctions.find((each) => each.problem.name === name)!.problem,
  solved,
}));

/** What does a step on a minibatch cost beside its gradient? MLP 784-128-10, batches of 64. */
import * as tf from "@tensorflow/tfjs";
import { data } from "../src/autodiff/index.ts";
import { untilStep } from "../src/operators/measures/untilStep.ts";
import { adamW } from "../src/operators/steps/adamW.ts";
import { gradientStep } from "../src/operators/steps/gradientStep.ts";
import { momentum } from "../src/operators/steps/momentum.ts";
import { objective } from "../src/problems/objective.ts";
import { minibatches } from "../src/problems/traced/minibatches.ts";
import { chain } from "../src/streams/chain.ts";
import { iterate } from "../src/streams/iterate.ts";
import type { Update } from "../src/streams/types.ts";
import { randomFrom } from "./support/random.ts";

const [inputs, hidden, classes, batch, samples] = [784, 128, 10, 64, 6400];
const steps = 50;
const rounds = 15;
/** Steps after which a run has touched all of its memory. */
const firstSteps = 5;
const eta = 1e-3;

const random = randomFrom(1);
const images = Float64Array.from({ length: samples * inputs }, () => random());
const labels = Float64Array.from({ length: samples * classes }, (_, i) => (i % classes === i % 7 ? 1 : 0));

const loss = (w1: tf.Tensor, b1: tf.Tensor, w2: tf.Tensor, b2: tf.Tensor): tf.Tensor => {
  const x = data("images", images.slice(0, batch * inputs), [batch, inputs]) as tf.Tensor2D;
  const y = data("labels", labels.slice(0, batch * classes), [batch, classes]);
  const hiddenLayer = tf.tanh(tf.add(tf.matMul(x, w1 as tf.Tensor2D), b1));
  const logits = tf.add(tf.matMul(hiddenLayer, w2 as tf.Tensor2D), b2);
  return tf.neg(tf.mean(tf.sum(tf.mul(y, tf.logSoftmax(logits)), -1)));
};
const problem = objective([[inputs, hidden], [hidden], [hidden, classes], [classes]], loss);
const batches = minibatches(problem, { images, labels }, { size: batch });
const n = problem.dimension;
const start = Float64Array.from({ length: n }, () => 0.1 * (random() - 0.5));

/** Copies the rows of a step's batch, which whoever trains has to do. */
const own = { images: new Float64Array(batch * inputs), labels: new Float64Array(batch * classes) };
function load(step: number): void {
  for (let i = 0; i < batch; i++) {
    const row = (7919 * (step * batch + i)) % samples;
    own.images.set(images.subarray(row * inputs, (row + 1) * inputs), i * inputs);
    own.labels.set(labels.subarray(row * classes, (row + 1) * classes), i * classes);
  }
}

/** What the loop itself has to do, written by hand: one pass over the numbers of the update. */
const bare = {
  momentum(z: Float64Array, g: Float64Array, [v]: readonly Float64Array[]): void {
    for (let i = 0; i < n; i++) {
      const next = 0.9 * v![i]! - g[i]!;
      v![i] = next;
      z[i]! += eta * next;
    }
  },
  adam(z: Float64Array, g: Float64Array, [m, s]: readonly Float64Array[]): void {
    for (let i = 0; i < n; i++) {
      const next = 0.9 * m![i]! + 0.1 * g[i]!;
      const square = 0.999 * s![i]! + 0.001 * g[i]! * g[i]!;
      m![i] = next;
      s![i] = square;
      z[i]! -= (eta * next) / (Math.sqrt(square) + 1e-8);
    }
  },
};

const vectors = Array.from({ length: 4 }, () => new Float64Array(n));
const [point, field, ...states] = [start.slice(), ...vectors] as [Float64Array, Float64Array, ...Float64Array[]];
const updates: Readonly<Record<keyof typeof bare, () => Update>> = {
  momentum: () => chain(momentum(), gradientStep(eta)),
  adam: () => chain(adamW({ weightDecay: 0 }), gradientStep(eta)),
};

/** Microseconds of CPU time since an earlier reading. */
function since(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Takes steps and gives microseconds of CPU time per step. */
function timed(work: () => void): number {
  const before = process.cpuUsage();
  work();
  return since(before) / steps;
}

function gradientAlone(): void {
  for (let step = 0; step < steps; step++) {
    // At the same point nothing would be computed again.
    point[0]! += 1e-9;
    problem.evaluate(point, field);
  }
}

function bareStep(name: keyof typeof bare): void {
  for (let step = 0; step < steps; step++) {
    load(step);
    bare[name](point, field, states);
  }
}

/** Microseconds of CPU time until a run has made its first steps, and per step after that. */
function iterated(name: keyof typeof bare, reuse: boolean): { readonly start: number; readonly step: number } {
  const before = process.cpuUsage();
  let begun = before;
  let beginning = 0;
  iterate(batches, start, chain(untilStep(firstSteps + steps), updates[name]()), {
    reuse,
    slice: Number.POSITIVE_INFINITY,
  }).subscribe(({ step }) => {
    if (step !== firstSteps) return;
    beginning = since(before);
    begun = process.cpuUsage();
  });
  return { start: beginning, step: since(begun) / steps };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

console.log(`us of CPU time per step, medians of ${rounds} rounds of ${steps} steps; Node ${process.version}`);
for (const name of Object.keys(bare) as (keyof typeof bare)[]) {
  const starts: number[] = [];
  const rows: Readonly<Record<string, () => number>> = {
    gradient: () => timed(gradientAlone),
    bare: () => timed(() => bareStep(name)),
    iterate: () => iterated(name, false).step,
    reuse: () => {
      const { start: beginning, step } = iterated(name, true);
      starts.push(beginning - firstSteps * step);
      return step;
    },
  };
  const times = Object.fromEntries(Object.keys(rows).map((row) => [row, [] as number[]]));
  for (let round = 0; round < rounds + 2; round++) {
    // A point that moves would be a gradient of other cost, and the first rounds compile.
    point.set(start);
    for (const [row, work] of Object.entries(rows)) {
      const time = work();
      if (round > 1) times[row]!.push(time);
    }
  }
  const beside = (row: string): number => median(times[row]!.map((time, i) => time - times.gradient![i]!));
  const most = 1.5 * median(times.bare!) + 5;
  console.log(
    `${name.padEnd(9)} gradient ${median(times.gradient!).toFixed(0)}, bare pass and batch ${median(times.bare!).toFixed(0)}, ` +
      `iterate beside its gradient ${beside("iterate").toFixed(0)}, with reuse ${beside("reuse").toFixed(0)}; ` +
      `goal at most ${most.toFixed(0)}; to begin a run ${median(starts).toFixed(0)}`,
  );
}

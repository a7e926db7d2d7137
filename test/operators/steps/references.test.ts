/** Thirty steps of the usual optimisers are those of PyTorch and Optax; scripts/optimiserReferences.py wrote them. */
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { data } from "../../../src/autodiff/index.ts";
import {
  adagrad,
  adam,
  adamax,
  adamW,
  amsGrad,
  average,
  clipByNorm,
  clipByValue,
  cosine,
  exponentialDecay,
  gradientStep,
  lion,
  momentum,
  oneCycle,
  rmsProp,
  stepDecay,
  warmUp,
  weightDecay,
} from "../../../src/operators/index.ts";
import { minibatches, objective } from "../../../src/problems/index.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { chain, firstRows, type Schedule, scheduled, type Update } from "../../../src/streams/index.ts";
import { assertClose } from "../../support/assert.ts";

interface References {
  readonly steps: number;
  readonly matrix: number[][];
  readonly vector: number[];
  readonly samples: number[][];
  readonly labels: number[];
  readonly ridge: number;
  readonly batch: number;
  readonly starts: Readonly<Record<string, number[]>>;
  readonly rates: Readonly<Record<string, number>>;
  readonly oneCycles: readonly {
    readonly steps: number;
    readonly rise: number;
    readonly shape: "cosine" | "linear";
    readonly factors: number[];
  }[];
  readonly ends: Readonly<Record<string, Readonly<Record<string, number[]>>>>;
}

const file = new URL("../../data/optimisers.json", import.meta.url);
const { steps, matrix, vector, samples, labels, ridge, batch, starts, rates, ends, oneCycles }: References = JSON.parse(
  readFileSync(file, "utf8"),
);

const quadratic = objective([[5]], (z: tf.Tensor1D) =>
  tf.sub(tf.div(tf.sum(tf.mul(z, tf.dot(tf.tensor2d(matrix), z))), 2), tf.sum(tf.mul(tf.tensor1d(vector), z))),
);
const rosenbrock = objective([[], []], (x, y) =>
  tf.add(tf.square(tf.sub(1, x)), tf.mul(100, tf.square(tf.sub(y, tf.square(x))))),
);
const inputs = samples.flat();
const logistic = minibatches(
  objective([[3], []], (w: tf.Tensor1D, b) => {
    const x = data("x", inputs.slice(0, 3 * batch), [batch, 3]) as tf.Tensor2D;
    const y = data("y", labels.slice(0, batch), [batch]);
    const s = tf.add(tf.dot(x, w), b);
    const loss = tf.mean(tf.sub(tf.softplus(s), tf.mul(y, s)));
    return tf.add(loss, tf.mul(ridge / 2, tf.add(tf.sum(tf.square(w)), tf.square(b))));
  }),
  { x: inputs, y: labels },
  { size: batch, shuffle: false },
);
const problems: Readonly<Record<string, Problem | ((step: number) => Problem)>> = { quadratic, rosenbrock, logistic };

const plain = (rate: number): Update => gradientStep(rate);
const following =
  (schedule: Schedule) =>
  (rate: number): Update =>
    scheduled(gradientStep(rate), { stepSize: schedule });
const half = { decay: 0.9, squareDecay: 0.8 };

const methods: Readonly<Record<string, (rate: number) => Update>> = {
  sgd: plain,
  momentum: (rate) => chain(momentum(), gradientStep(rate)),
  nesterov: (rate) => chain(momentum({ nesterov: true }), gradientStep(rate)),
  nesterovOptax: (rate) => chain(momentum({ decay: 0.8, nesterov: true }), gradientStep(rate)),
  coupledDecay: (rate) => chain(weightDecay({ weight: 0.1 }), momentum(), gradientStep(rate)),
  adam: (rate) => chain(adam(), gradientStep(rate)),
  adamCoupled: (rate) => chain(weightDecay({ weight: 0.1 }), adam(), gradientStep(rate)),
  adamW: (rate) => chain(adamW({ weightDecay: 0.1 }), gradientStep(rate)),
  nadam: (rate) => chain(adam({ nesterov: true }), gradientStep(rate)),
  adamax: (rate) => chain(adamax(), gradientStep(rate)),
  amsGrad: (rate) => chain(amsGrad(half), gradientStep(rate)),
  amsGradCorrected: (rate) => chain(amsGrad({ ...half, largest: "corrected" }), gradientStep(rate)),
  rmsProp: (rate) => chain(rmsProp(), gradientStep(rate)),
  rmsPropCentred: (rate) => chain(rmsProp({ squareDecay: 0.9, centred: true, damping: 1e-3 }), gradientStep(rate)),
  rmsPropMomentum: (rate) => chain(rmsProp(), momentum({ decay: 0.5 }), gradientStep(rate)),
  rmsPropInside: (rate) => chain(rmsProp({ squareDecay: 0.9, damping: 1e-4, dampingInside: true }), gradientStep(rate)),
  rmsPropCentredInside: (rate) =>
    chain(rmsProp({ squareDecay: 0.9, damping: 1e-4, dampingInside: true, centred: true }), gradientStep(rate)),
  adagrad: (rate) => chain(adagrad(), gradientStep(rate)),
  adagradInside: (rate) => chain(adagrad({ initial: 0.1, damping: 1e-7, dampingInside: true }), gradientStep(rate)),
  lion: (rate) => chain(lion(), weightDecay({ weight: 0.1 }), gradientStep(rate)),
  clipByNorm: (rate) => chain(clipByNorm({ maxNorm: 1 }), momentum(), gradientStep(rate)),
  clipThenDecay: (rate) => chain(clipByNorm({ maxNorm: 0.5 }), weightDecay({ weight: 0.1 }), gradientStep(rate)),
  clipByValue: (rate) => chain(clipByValue({ maxEntry: 0.5 }), gradientStep(rate)),
  cosine: following(cosine({ steps: 30, floor: 0.1 })),
  oneCycle: following(oneCycle({ steps: 31 })),
  oneCycleLinear: following(oneCycle({ steps: 31, rise: 0.4, shape: "linear", initial: 1 / 10, final: 1 / 10 / 50 })),
  oneCycleMomentum: (rate) =>
    scheduled(chain(momentum({ decay: 0.95 }), gradientStep(rate)), {
      stepSize: oneCycle({ steps: 31 }),
      "momentum.decay": oneCycle({ steps: 31, initial: 1, peak: 0.85 / 0.95, final: 1 }),
    }),
  stepDecay: following(stepDecay({ every: 7, decay: 0.5 })),
  milestones: following(stepDecay({ at: [5, 12, 20], decay: 0.3 })),
  exponential: following(exponentialDecay({ decay: 0.95 })),
  warmUp: following(warmUp({ steps: 10, initial: 0.1 })),
  // Averages of PyTorch are told of the points after each step.
  average: (rate) => chain(gradientStep(rate), average({ from: 1 }) as Update),
  exponentialAverage: (rate) =>
    chain(gradientStep(rate), average({ kind: "exponential", decay: 0.9, from: 1 }) as Update),
};

const test = suite("optimisers as PyTorch and Optax have them");

test("there is a method here for each reference", () => {
  assert.equal(Object.keys(methods).sort(), Object.keys(ends).sort());
});

for (const [name, make] of Object.entries(methods)) {
  test(`${name}: ${steps} steps to 1e-11`, () => {
    for (const [problem, end] of Object.entries(ends[name]!)) {
      const last = firstRows(problems[problem]!, starts[problem]!, make(rates[problem]!), steps + 1).at(-1)!;
      assertClose(last.vectors.average ?? last.point, end, 1e-11, problem);
    }
  });
}

test("oneCycle has the factors of each step, also where a part is shorter than a step", () => {
  for (const { factors, ...options } of oneCycles) {
    const own = oneCycle(options);
    for (const [k, factor] of factors.entries()) {
      assert.ok(Math.abs(own(k) - factor) < 1e-14, `${JSON.stringify(options)}, step ${k}: ${own(k)} is not ${factor}`);
    }
  }
});

test.run();

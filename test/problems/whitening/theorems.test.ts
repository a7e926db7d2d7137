/** What whitening does to the learning of deep networks: the theorems of Wadia et al., and where their hypotheses fail. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { data } from "../../../src/autodiff/index.ts";
import { adagrad } from "../../../src/operators/steps/adagrad.ts";
import { adam } from "../../../src/operators/steps/adam.ts";
import { adamax } from "../../../src/operators/steps/adamax.ts";
import { adamW } from "../../../src/operators/steps/adamW.ts";
import { amsGrad } from "../../../src/operators/steps/amsGrad.ts";
import { clipByNorm } from "../../../src/operators/steps/clipByNorm.ts";
import { clipByValue } from "../../../src/operators/steps/clipByValue.ts";
import { conjugateGradientDirection } from "../../../src/operators/steps/conjugateGradientDirection.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { lion } from "../../../src/operators/steps/lion.ts";
import { momentum } from "../../../src/operators/steps/momentum.ts";
import { rmsProp } from "../../../src/operators/steps/rmsProp.ts";
import { shampoo } from "../../../src/operators/steps/shampoo.ts";
import { weightDecay } from "../../../src/operators/steps/weightDecay.ts";
import { digits8x8 } from "../../../src/problems/datasets/digits8x8.ts";
import { objective } from "../../../src/problems/objective.ts";
import type { WhiteningOptions } from "../../../src/problems/whitening/types.ts";
import { whitening } from "../../../src/problems/whitening/whitening.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Update } from "../../../src/streams/types.ts";
import { normalVector } from "../../support/random.ts";

const digits = digits8x8();
const [hidden, classes] = [24, 10];

/** A network of three layers, without a bias in the first one unless it is asked for. */
interface Network {
  readonly inputs: Float64Array;
  readonly features: number;
  readonly labels: ArrayLike<number>;
  readonly bias?: boolean;
}

/** Sizes of W1 (and b1), W2, b2, W3. */
const shapesOf = ({ features, bias = false }: Network): readonly (readonly number[])[] => [
  [features, hidden],
  ...(bias ? [[hidden]] : []),
  [hidden, hidden],
  [hidden],
  [hidden, classes],
];

function problemOf(network: Network) {
  const { inputs, features, labels, bias = false } = network;
  const n = inputs.length / features;
  const targets = new Float64Array(n * classes);
  for (let i = 0; i < n; i++) targets[i * classes + labels[i]!] = 1;
  return objective(
    shapesOf(network).map((shape) => [...shape]),
    (...given: readonly tf.Tensor[]) => {
      const [w1, b1] = given;
      const [w2, b2, w3] = given.slice(bias ? 2 : 1);
      const x = data("x", inputs, [n, features]) as tf.Tensor2D;
      const first = tf.matMul(x, w1 as tf.Tensor2D);
      const one = tf.tanh(bias ? tf.add(first, b1!) : first) as tf.Tensor2D;
      const two = tf.tanh(tf.add(tf.matMul(one, w2 as tf.Tensor2D), b2!)) as tf.Tensor2D;
      const z = tf.matMul(two, w3 as tf.Tensor2D);
      const gap = tf.sub(z, data("y", targets, [n, classes]));
      return tf.mean(tf.sum(tf.square(gap), 1)) as tf.Scalar;
    },
  );
}

/** Weights of the first layer of length 1/sqrt(features) each, and of the others. */
function startOf(network: Network, seed = 5): Float64Array {
  return Float64Array.from(
    shapesOf(network).flatMap(([rows, columns], l) =>
      columns === undefined
        ? Array.from({ length: rows! }, () => 0)
        : Array.from(normalVector(rows! * columns, seed + l), (value) => value / Math.sqrt(rows!)),
    ),
  );
}

/** X W1 (+ b1) at a point. */
function firstLayer(inputs: Float64Array, { features, bias = false }: Network, point: Float64Array): Float64Array {
  const n = inputs.length / features;
  return Float64Array.from({ length: n * hidden }, (_, at) => {
    const [i, o] = [Math.floor(at / hidden), at % hidden];
    let sum = bias ? point[features * hidden + o]! : 0;
    for (let j = 0; j < features; j++) sum += inputs[i * features + j]! * point[j * hidden + o]!;
    return sum;
  });
}

/** Outputs at a point. */
function outputs(inputs: Float64Array, network: Network, point: Float64Array): Float64Array {
  let layer = firstLayer(inputs, network, point).map(Math.tanh);
  const n = inputs.length / network.features;
  let offset = (network.features + (network.bias === true ? 1 : 0)) * hidden;
  const dense = (width: number, biased: boolean): Float64Array => {
    const out = Float64Array.from({ length: n * width }, (_, at) => {
      let sum = biased ? point[offset + hidden * width + (at % width)]! : 0;
      for (let j = 0; j < hidden; j++) {
        sum += layer[Math.floor(at / width) * hidden + j]! * point[offset + j * width + (at % width)]!;
      }
      return sum;
    });
    offset += hidden * width + (biased ? width : 0);
    return out;
  };
  layer = dense(hidden, true).map(Math.tanh);
  return dense(classes, false);
}

const difference = (a: Float64Array, b: Float64Array): number => Math.max(...a.map((x, i) => Math.abs(x - b[i]!)));

/** Rows times a product of three reflections. */
function rotated(rows: Float64Array, features: number): Float64Array {
  const out = rows.slice();
  for (const seed of [21, 22, 23]) {
    const v = normalVector(features, seed);
    const square = v.reduce((sum, x) => sum + x * x, 0);
    for (let at = 0; at < out.length; at += features) {
      let sum = 0;
      for (let j = 0; j < features; j++) sum += v[j]! * out[at + j]!;
      for (let j = 0; j < features; j++) out[at + j]! -= ((2 * sum) / square) * v[j]!;
    }
  }
  return out;
}

const methods: readonly (readonly [name: string, commutes: boolean, update: () => Update])[] = [
  ["gradient descent", true, () => gradientStep(0.03)],
  ["momentum", true, () => chain(momentum(), gradientStep(0.01))],
  ["Nesterov's momentum", true, () => chain(momentum({ nesterov: true }), gradientStep(0.01))],
  ["clipping by norm", true, () => chain(clipByNorm({ maxNorm: 0.1 }), gradientStep(0.5))],
  ["weight decay", true, () => chain(weightDecay({ weight: 0.01 }), gradientStep(0.03))],
  ["Shampoo", true, () => chain(shampoo(), gradientStep(0.02))],
  ["conjugate gradients", true, () => chain(conjugateGradientDirection(), gradientStep(0.01))],
  ["Adam", false, () => chain(adam(), gradientStep(0.03))],
  ["AdamW", false, () => chain(adamW(), gradientStep(0.03))],
  ["AMSGrad", false, () => chain(amsGrad(), gradientStep(0.03))],
  ["Adamax", false, () => chain(adamax(), gradientStep(0.03))],
  ["Lion", false, () => chain(lion(), gradientStep(0.01))],
  ["RMSprop", false, () => chain(rmsProp(), gradientStep(0.01))],
  ["Adagrad", false, () => chain(adagrad(), gradientStep(0.05))],
  ["clipping by value", false, () => chain(clipByValue({ maxEntry: 0.01 }), gradientStep(0.5))],
];

const rotations = suite("rotations of the input");

const [n, features] = [40, 64];
const plain: Network = { inputs: digits.inputs.slice(0, n * features), features, labels: digits.labels! };
const turned: Network = { ...plain, inputs: rotated(plain.inputs, features) };
const test = digits.inputs.slice(n * features, (n + 20) * features);
const turnedTest = rotated(test, features);
const [plainProblem, turnedProblem] = [problemOf(plain), problemOf(turned)];

/** The start whose first layer does to turned samples what that of `start` does to samples. */
function turnedStart(start: Float64Array): Float64Array {
  const out = start.slice();
  // W1 has a column per hidden unit, which is turned as a sample is.
  const columns = Float64Array.from({ length: features * hidden }, (_, at) => {
    return start[(at % features) * hidden + Math.floor(at / features)]!;
  });
  rotated(columns, features).forEach((value, at) => {
    out[(at % features) * hidden + Math.floor(at / features)] = value;
  });
  return out;
}

for (const [name, commutes, update] of methods) {
  rotations(`${commutes ? "change no prediction under" : "change the predictions of"} ${name}`, () => {
    const start = startOf(plain);
    const rows = firstRows(plainProblem, start, update(), 21);
    const others = firstRows(turnedProblem, turnedStart(start), update(), 21);
    const gaps = rows.map((row, k) =>
      difference(outputs(test, plain, row.point), outputs(turnedTest, turned, others[k]!.point)),
    );
    assert.ok(difference(rows[0]!.point, rows.at(-1)!.point) > 1e-3, "the run moves");
    if (commutes) assert.ok(Math.max(...gaps) < 1e-12, `${Math.max(...gaps)}`);
    else assert.ok(gaps.at(-1)! > 0.02 && gaps[0]! < 1e-13, `${gaps.at(-1)}`);
  });
}

rotations.run();

/** Trains on whitened digits; gives the loss, and how far test pre-activations moved. */
function trained(
  n: number,
  m: number,
  { bias, using, ...options }: WhiteningOptions & { readonly bias: boolean },
): { readonly loss: number; readonly first: number; readonly drift: number; readonly rank: number } {
  const train = digits.rows(Array.from({ length: n }, (_, i) => i));
  const test = digits.rows(Array.from({ length: m }, (_, i) => 100 + i));
  const white = whitening(train, using === "all" ? { ...options, using, test } : options);
  const network = { inputs: white.transform(train).inputs, features: white.outputs, labels: train.labels!, bias };
  const seen = white.transform(test).inputs;
  const rows = firstRows(problemOf(network), startOf(network), chain(momentum(), gradientStep(0.05)), 700);
  const before = firstLayer(seen, network, rows[0]!.point);
  const looked = rows.filter(({ step }) => step % 20 === 19);
  const drift = Math.max(...looked.map(({ point }) => difference(firstLayer(seen, network, point), before)));
  return { loss: rows.at(-1)!.value, first: rows[0]!.value, drift, rank: white.rank };
}

const freezing = suite("full whitening of real digits");

freezing("freezes the test pre-activations of a deep network while its training loss goes to zero", () => {
  for (const kind of ["pca", "zca"] as const) {
    const { loss, first, drift, rank } = trained(25, 15, { using: "all", kind, bias: false });
    assert.is(rank, 40);
    assert.ok(loss < 1e-8 * first, `loss ${loss}`);
    assert.ok(drift < 1e-11, `drift ${drift}`);
  }
});

freezing("does not freeze them with a bias in the first layer", () => {
  const { drift, loss, first } = trained(25, 15, { using: "all", bias: true });
  assert.ok(loss < 1e-6 * first, `loss ${loss}`);
  assert.ok(drift > 0.02, `drift ${drift}`);
});

freezing("does not freeze them after centring", () => {
  const { drift, rank } = trained(25, 15, { using: "all", centred: true, bias: false });
  assert.is(rank, 39);
  assert.ok(drift > 0.02, `drift ${drift}`);
});

freezing("freezes them with both, if the moment is divided by n and weights and bias have one rate", () => {
  const { drift, rank, loss, first } = trained(25, 15, { using: "all", centred: true, bias: true });
  assert.is(rank, 39);
  assert.ok(loss < 1e-6 * first, `loss ${loss}`);
  assert.ok(drift < 1e-11, `drift ${drift}`);
  const other = trained(25, 15, { using: "all", centred: true, bias: true, divisor: "n - 1" });
  assert.ok(other.drift > 1e-4, `drift ${other.drift} with n - 1`);
});

freezing("needs a pooled rank of all samples, and the test samples in it", () => {
  const above = trained(60, 20, { using: "all", bias: false });
  assert.ok(above.rank < 80);
  assert.ok(above.drift > 0.02, `drift ${above.drift} at rank ${above.rank}`);
  const alone = trained(25, 15, { bias: false });
  assert.ok(alone.drift > 0.02, `drift ${alone.drift} of train-whitened digits`);
});

freezing.run();

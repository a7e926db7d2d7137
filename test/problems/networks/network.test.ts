import { mul, type Tensor } from "@tensorflow/tfjs-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkDerivatives } from "../../../src/problems/checkDerivatives.ts";
import { network } from "../../../src/problems/networks/network.ts";
import type { NetworkOptions } from "../../../src/problems/networks/networkOptions.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";

const scalar = {
  swish: (z: number): number => z / (1 + Math.exp(-z)),
  tanh: Math.tanh,
  sigmoid: (z: number): number => 1 / (1 + Math.exp(-z)),
  relu: (z: number): number => Math.max(0, z),
  softplus: (z: number): number => Math.log1p(Math.exp(z)),
  elu: (z: number): number => (z > 0 ? z : Math.expm1(z)),
  selu: (z: number): number => 1.0507009873554805 * (z > 0 ? z : 1.6732632423543772 * Math.expm1(z)),
  linear: (z: number): number => z,
};
type Name = keyof typeof scalar;

/** The outputs of a network, written by hand: one array a sample. */
function outputs(
  point: Float64Array,
  inputs: Float64Array,
  layers: readonly number[],
  names: readonly Name[],
  biases = true,
): number[][] {
  const samples = inputs.length / layers[0]!;
  return Array.from({ length: samples }, (_, s) => {
    let signal = Array.from(inputs.subarray(s * layers[0]!, (s + 1) * layers[0]!));
    let at = 0;
    for (let l = 1; l < layers.length; l++) {
      const wide = layers[l]!;
      const weights = point.subarray(at, at + signal.length * wide);
      at += weights.length;
      const bias = biases ? point.subarray(at, at + wide) : new Float64Array(wide);
      if (biases) at += wide;
      const before = signal;
      signal = Array.from(bias, (b, j) =>
        scalar[names[l - 1]!](before.reduce((z, a, i) => z + a * weights[i * wide + j]!, b)),
      );
    }
    assert.is(at, point.length);
    return signal;
  });
}

const value = (problem: Problem, point: Float64Array): number =>
  problem.evaluate(point, new Float64Array(problem.dimension));
const layers = [3, 4, 2];
const inputs = normalVector(15, 1);
const targets = normalVector(10, 2);

const suiteOfNetworks = suite("network");

suiteOfNetworks("has the loss written by hand, for every activation", () => {
  for (const name of Object.keys(scalar) as Name[]) {
    const problem = network({ layers, activation: name, inputs, targets });
    assert.is(problem.dimension, 3 * 4 + 4 + 4 * 2 + 2);
    const point = normalVector(problem.dimension, 3);
    const found = outputs(point, inputs, layers, [name, "linear"]).flat();
    const expected = found.reduce((sum, a, i) => sum + (a - targets[i]!) ** 2, 0) / 10;
    assertClose(value(problem, point), expected, name === "selu" ? 1e-7 : 1e-13, name);
  }
});

suiteOfNetworks("has derivatives that agree with differences", () => {
  const cases: readonly Partial<NetworkOptions>[] = [
    { activation: "swish" },
    { activation: ["tanh"], outputActivation: "sigmoid", regularization: 0.1 },
    { activation: "softplus", loss: "softmaxCrossEntropy", biases: false },
  ];
  for (const options of cases) {
    const problem = network({ layers, inputs, targets, ...options });
    const report = checkDerivatives(problem, problem.initialPoint(5));
    assert.is(report.verdict, "agrees", report.table);
  }
});

suiteOfNetworks("has the cross-entropy of the softmax, averaged over the samples", () => {
  const classes = Float64Array.of(1, 0, 0, 1, 0.5, 0.5, 0, 1, 1, 0);
  const problem = network({ layers, loss: "softmaxCrossEntropy", inputs, targets: classes });
  const point = normalVector(problem.dimension, 4);
  let expected = 0;
  outputs(point, inputs, layers, ["swish", "linear"]).forEach((a, s) => {
    const total = Math.log(a.reduce((sum, x) => sum + Math.exp(x), 0));
    a.forEach((x, c) => {
      expected -= (classes[2 * s + c]! * (x - total)) / 5;
    });
  });
  assertClose(value(problem, point), expected, 1e-13);
});

suiteOfNetworks("keeps the cross-entropy finite at logits of a thousand", () => {
  const problem = network({
    layers: [1, 2],
    loss: "softmaxCrossEntropy",
    biases: false,
    inputs: Float64Array.of(1),
    targets: Float64Array.of(0, 1),
  });
  assert.is(value(problem, Float64Array.of(1000, -1000)), 2000);
  assert.is(value(problem, Float64Array.of(-1000, 1000)), 0);
});

suiteOfNetworks("is an autoencoder without targets", () => {
  const problem = network({ layers: [3, 2, 3], inputs });
  const point = normalVector(problem.dimension, 3);
  const found = outputs(point, inputs, [3, 2, 3], ["swish", "linear"]).flat();
  assertClose(value(problem, point), found.reduce((sum, a, i) => sum + (a - inputs[i]!) ** 2, 0) / 15, 1e-13);
});

suiteOfNetworks(
  "adds the sum of the squares of all parameters times the coefficient, or their mean, or weights only",
  () => {
    const options = { layers, inputs, targets };
    const plain = network(options);
    const n = plain.dimension;
    const point = normalVector(n, 6);
    const squares = (indices: (at: number) => boolean): number =>
      point.reduce((sum, x, at) => sum + (indices(at) ? x * x : 0), 0);
    const isWeight = (at: number): boolean => at < 12 || (at >= 16 && at < 24);
    const added = (regularization: NonNullable<NetworkOptions["regularization"]>): number =>
      value(network({ ...options, regularization }), point) - value(plain, point);
    assertClose(added(0.3), 0.3 * squares(() => true), 1e-12);
    assertClose(added({ coefficient: 0.3, average: true }), (0.3 * squares(() => true)) / n, 1e-12);
    assertClose(added({ coefficient: 0.3, biases: false }), 0.3 * squares(isWeight), 1e-12);
    assertClose(added({ coefficient: 0.3, biases: false, average: true }), (0.3 * squares(isWeight)) / 20, 1e-12);
  },
);

suiteOfNetworks("names its blocks layer by layer, weights before biases", () => {
  const blocks = (biases: boolean): unknown =>
    network({ layers, inputs, targets, biases }).blocks.map(({ name, shape, offset }) => [name, [...shape], offset]);
  assert.equal(blocks(true), [
    ["layer1.weights", [3, 4], 0],
    ["layer1.bias", [4], 12],
    ["layer2.weights", [4, 2], 16],
    ["layer2.bias", [2], 24],
  ]);
  assert.equal(blocks(false), [
    ["layer1.weights", [3, 4], 0],
    ["layer2.weights", [4, 2], 12],
  ]);
});

suiteOfNetworks("starts with biases 0 and weights of variance 1 / inputs, 2 / inputs before relu", () => {
  const wide = network({
    layers: [50, 60, 70],
    activation: "relu",
    inputs: new Float64Array(50),
    targets: new Float64Array(70),
  });
  const point = wide.initialPoint(1);
  assert.equal(point, wide.initialPoint(1));
  assert.not.equal(point, wide.initialPoint(2));
  const variances = wide.blocks.map(
    ({ offset, size }) => point.subarray(offset, offset + size).reduce((s, x) => s + x * x, 0) / size,
  );
  assertClose(variances[0]!, 2 / 50, 0.1);
  assert.is(variances[1], 0);
  assertClose(variances[2]!, 1 / 60, 0.1);
  assert.is(variances[3], 0);
});

suiteOfNetworks("takes other samples by `with`", () => {
  const problem = network({ layers, inputs, targets });
  const point = problem.initialPoint(1);
  const others = normalVector(15, 8);
  const otherTargets = normalVector(10, 9);
  const exchanged = problem.with({ inputs: others, targets: otherTargets });
  assertClose(value(exchanged, point), value(network({ layers, inputs: others, targets: otherTargets }), point), 1e-15);
  assertClose(value(problem, point), value(network({ layers, inputs, targets }), point), 0);
});

suiteOfNetworks("takes activations and losses written in TensorFlow.js", () => {
  const double = (z: Tensor): Tensor => mul(z, 2);
  const problem = network({ layers: [3, 2, 2], activation: double, inputs, targets, biases: false });
  const point = normalVector(problem.dimension, 1);
  const doubled = point.map((x, at) => (at < 6 ? 2 * x : x));
  const linear = network({ layers: [3, 2, 2], activation: "linear", inputs, targets, biases: false });
  assertClose(value(problem, point), value(linear, doubled), 1e-14);
});

suiteOfNetworks("describes itself", () => {
  const description = Object(
    network({ layers, inputs, targets, regularization: 0.1, dataDescription: "noise" }).description,
  );
  assert.equal(description.layers, layers);
  assert.equal(description.activation, ["swish"]);
  assert.is(description.data, "noise");
  assert.match(description.inputsHash, /^sha256:/);
});

suiteOfNetworks("refuses layers, data and names that do not fit", () => {
  const options = { layers, inputs, targets };
  assertError(() => network({ ...options, layers: [3] }), "ERR_OPTION_RANGE", /at least two/);
  assertError(() => network({ ...options, layers: [3, 0, 2] }), "ERR_OPTION_RANGE", /\[3, 0, 2\]/);
  assertError(() => network({ layers, inputs }), "ERR_OPTION_RANGE", /are not an autoencoder/);
  assertError(() => network({ ...options, inputs: new Float64Array(16) }), "ERR_LENGTH", /samples of 3.*got 16/);
  assertError(() => network({ ...options, targets: new Float64Array(8) }), "ERR_LENGTH", /targets of 5 samples/);
  assertError(
    () => network({ ...options, activation: ["tanh", "tanh"] }),
    "ERR_OPTION_RANGE",
    /1 hidden layers, got 2/,
  );
  assertError(() => network({ ...options, activation: "swsh" as "swish" }), "ERR_OPTION_RANGE", /swish, tanh/);
  assertError(
    () => network({ ...options, loss: "mse" as "meanSquaredError" }),
    "ERR_OPTION_RANGE",
    /softmaxCrossEntropy, got "mse"/,
  );
  assertError(() => network({ ...options, regularization: -1 }), "ERR_OPTION_RANGE", /got -1/);
  const bad = inputs.slice();
  bad[4] = Number.NaN;
  assertError(() => network({ ...options, inputs: bad }), "ERR_NOT_FINITE", /NaN in sample 1, place 1/);
});

suiteOfNetworks.run();

import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkDerivatives } from "../../src/problems/checkDerivatives.ts";
import { modelObjective } from "../../src/problems/modelObjective.ts";
import { assertClose, assertError } from "../support/assert.ts";
import { dense, inputs, numbers, squares, targets } from "../support/denseModel.ts";
import { normalVector } from "../support/random.ts";

await tf.setBackend("cpu");

const models = suite("layers of models, and what is refused");

const images = tf.tensor4d(Array.from(normalVector(2 * 6 * 6 * 2, 4)), [2, 6, 6, 2]);
const sequences = tf.tensor3d(Array.from(normalVector(2 * 4 * 3, 5)), [2, 4, 3]);
const words = tf.tensor2d([0, 3, 2, 1, 1, 4], [2, 3]);
const seed = 7;
const layerModels: Readonly<Record<string, readonly [tf.layers.Layer[], tf.Tensor]>> = {
  "convolution, batch normalisation at inference, pooling": [
    [
      tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [6, 6, 2], activation: "elu", padding: "same" }),
      tf.layers.batchNormalization({}),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 2 }),
    ],
    images,
  ],
  "separable and depthwise convolutions, global pooling": [
    [
      tf.layers.separableConv2d({ filters: 3, kernelSize: 3, inputShape: [6, 6, 2], activation: "sigmoid" }),
      tf.layers.depthwiseConv2d({ kernelSize: 2 }),
      tf.layers.globalAveragePooling2d({}),
    ],
    images,
  ],
  "transposed convolution and upsampling": [
    [
      tf.layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, inputShape: [6, 6, 2] }),
      tf.layers.upSampling2d({ size: [2, 2] }),
      tf.layers.averagePooling2d({ poolSize: 3 }),
    ],
    images,
  ],
  LSTM: [[tf.layers.lstm({ units: 3, inputShape: [4, 3] }), tf.layers.dense({ units: 1 })], sequences],
  GRU: [[tf.layers.gru({ units: 3, inputShape: [4, 3], returnSequences: true })], sequences],
  "simple RNN, bidirectional": [
    [
      tf.layers.bidirectional({
        layer: tf.layers.simpleRNN({ units: 2 }) as tf.RNN,
        inputShape: [4, 3],
        mergeMode: "concat",
      }),
    ],
    sequences,
  ],
  "layer normalisation and time-distributed dense": [
    [
      tf.layers.layerNormalization({ inputShape: [4, 3] }),
      tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 2, activation: "softmax" }) }),
    ],
    sequences,
  ],
  "embedding with convolution in one dimension": [
    [
      tf.layers.embedding({ inputDim: 5, outputDim: 3, inputLength: 3 }),
      tf.layers.conv1d({ filters: 2, kernelSize: 2, activation: "tanh" }),
      tf.layers.globalMaxPooling1d({}),
    ],
    words,
  ],
  "seeded dropout in training mode": [
    [tf.layers.dense({ units: 4, inputShape: [4, 3], activation: "selu" }), tf.layers.dropout({ rate: 0.5, seed })],
    sequences,
  ],
};

for (const [name, [layers, input]] of Object.entries(layerModels)) {
  models(`traces layers: ${name}`, () => {
    const model = tf.sequential({ layers });
    const training = name.includes("training");
    const problem = modelObjective(model, (m) =>
      tf.mean(tf.square(tf.add(m.apply(input, { training }) as tf.Tensor, 0.3))),
    );
    const point = normalVector(problem.dimension, 6);
    problem.writeBack(point);
    const rounded = problem.currentPoint();
    const value = problem.evaluate(rounded, new Float64Array(problem.dimension));
    const eager = tf.mean(tf.square(tf.add(model.apply(input, { training }) as tf.Tensor, 0.3)));
    assertClose(value, eager.dataSync()[0]!, 1e-5);
    const report = checkDerivatives(problem, rounded, { directions: 2, tolerance: 1e-8 });
    assert.is(report.verdict, "agrees", report.table);
  });
}

const normalised = (): tf.Sequential =>
  tf.sequential({
    layers: [tf.layers.dense({ units: 2, inputShape: [3] }), tf.layers.batchNormalization({})],
  });

models(
  "takes batch normalisation in training mode: moments of the batch, moving averages left alone and said so",
  () => {
    const model = normalised();
    const before = numbers(model);
    const count = tf.memory().numTensors;
    const warnings: string[] = [];
    const loss = (m: tf.LayersModel): tf.Scalar =>
      tf.mean(tf.square(tf.sub(m.apply(inputs, { training: true }) as tf.Tensor, targets)));
    const problem = modelObjective(model, loss, { onWarning: (message) => warnings.push(message) });
    assert.equal(numbers(model), before);
    assert.is(tf.memory().numTensors, count);
    assert.is(warnings.length, 1);
    assert.match(warnings[0]!, /assigns to \S*moving_mean, \S*moving_variance; the assignments are left out/);
    const point = problem.currentPoint().map((x, i) => x + 0.1 * Math.sin(i));
    const report = checkDerivatives(problem, point, { tolerance: 1e-9 });
    assert.is(report.verdict, "agrees", report.table);
    problem.writeBack(point);
    const value = problem.evaluate(problem.currentPoint(), new Float64Array(problem.dimension));
    assertClose(value, loss(model).dataSync()[0]!, 1e-5);
  },
);

models("refuses moving averages that are used after their update, or are no weights of the problem's model", () => {
  const model = normalised();
  const before = numbers(model);
  const count = tf.memory().numTensors;
  const trained = (m: tf.LayersModel): tf.Scalar => tf.mean(m.apply(inputs, { training: true }) as tf.Tensor);
  assertError(
    () => modelObjective(model, (m) => tf.add(trained(m), tf.mean(m.apply(inputs) as tf.Tensor))),
    "ERR_TRACE_STATE",
    /^modelObjective: .*uses \S*moving_(mean|variance) after assigning to it/,
  );
  assertError(
    () =>
      modelObjective(
        model.trainableWeights.map((weight) => weight.read() as tf.Variable),
        () => trained(model),
      ),
    "ERR_TRACE_STATE",
    /^modelObjective: .*assigns to a variable.*batch normalisation in training mode outside modelObjective/,
  );
  assert.equal(numbers(model), before);
  assert.is(tf.memory().numTensors, count);
});

models("refuses a step of an optimiser inside the loss, and leaves the model bit-identical", () => {
  const model = normalised();
  const before = numbers(model);
  const sgd = tf.train.sgd(0.1);
  const loss = (m: tf.LayersModel): tf.Scalar => tf.mean(m.apply(inputs) as tf.Tensor);
  const count = tf.memory().numTensors;
  assertError(
    () =>
      modelObjective(model, (m) => {
        const value = loss(m);
        sgd.minimize(
          () => loss(m),
          false,
          m.trainableWeights.map((weight) => weight.read() as tf.Variable),
        );
        return value;
      }),
    "ERR_TRACE_STATE",
    /assigns to a variable \(an optimiser step/,
  );
  assert.equal(numbers(model), before);
  assert.is(tf.memory().numTensors, count);
});

models("refuses stateful layers before they are called", () => {
  const model = tf.sequential({
    layers: [tf.layers.lstm({ units: 2, batchInputShape: [2, 4, 3], stateful: true })],
  });
  const count = tf.memory().numTensors;
  assertError(
    () => modelObjective(model, (m) => tf.mean(m.apply(sequences) as tf.Tensor)),
    "ERR_TRACE_STATE",
    /^modelObjective: .* without stateful layers.*stateful: false/,
  );
  assert.is(tf.memory().numTensors, count);
});

models("refuses to read a weight's values, to use another model's, to take none", () => {
  const model = dense();
  const other = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
  assertError(
    () => modelObjective(model, (m) => tf.mul(squares(m), m.trainableWeights[0]!.read().dataSync()[0]!)),
    "ERR_TRACE_READ",
    /reads the values/,
  );
  assertError(
    () => modelObjective(model, (m) => tf.add(squares(m), squares(other))),
    "ERR_VARIABLE",
    /trainable variable ".*" *,? which is not among its parameters/,
  );
  assertError(() => modelObjective([], () => tf.scalar(0)), "ERR_OPTION_TYPE", /trainable weights.*got none/);
  assertError(() => modelObjective({} as tf.LayersModel, () => tf.scalar(0)), "ERR_OPTION_TYPE", /trainable weights/);
  assertError(() => modelObjective(model, 3 as never), "ERR_OPTION_TYPE", /function.*number/);
  const w = tf.variable(tf.scalar(1));
  assertError(() => modelObjective([w, w], () => tf.square(w)), "ERR_OPTION_RANGE", /twice/);
  w.dispose();
});

models.run();

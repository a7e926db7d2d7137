/** Curvature of networks, of models on data, and of losses with a penalty. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { firstRows } from "../../../src/authoring/index.ts";
import { data } from "../../../src/autodiff/trace/constant.ts";
import { denseOf } from "../../../src/linalg/dense/dense.ts";
import { diagonalOf } from "../../../src/linalg/dense/diagonalOf.ts";
import { luFactor } from "../../../src/linalg/dense/luFactor.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { gaussNewtonDirection } from "../../../src/operators/newton/gaussNewtonDirection.ts";
import { kfacDirection } from "../../../src/operators/newton/kfacDirection.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { digits8x8 } from "../../../src/problems/datasets/digits8x8.ts";
import { modelObjective } from "../../../src/problems/modelObjective.ts";
import { convolutionalNetwork } from "../../../src/problems/models/convolutional.ts";
import { multilayerPerceptron } from "../../../src/problems/models/dense.ts";
import type { Model } from "../../../src/problems/models/model.ts";
import { residualNetwork } from "../../../src/problems/models/residual.ts";
import { trainable } from "../../../src/problems/models/trainable.ts";
import { network } from "../../../src/problems/networks/network.ts";
import type { Regularization } from "../../../src/problems/networks/networkLosses.ts";
import { objective } from "../../../src/problems/objective.ts";
import { hasOutputs, type OutputObjective } from "../../../src/problems/outputs/outputObjective.ts";
import { chain } from "../../../src/streams/chain.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { uniformVector } from "../../support/random.ts";

const [n, d, h, c] = [7, 3, 4, 3] as const;
const shapes = [[d, h], [h], [h, c], [c]] as const;
const inputs = uniformVector(n * d, 1, -1, 1);
const classes = Float64Array.from({ length: n * c }, (_, k) => Number(k % c === Math.floor(k / c) % c));
const numbers = uniformVector(n * c, 2, -1, 1);

function outputs(...[w1, b1, w2, b2]: readonly tf.Tensor[]): tf.Tensor {
  const x = data("inputs", inputs, [n, d]) as tf.Tensor2D;
  const hidden = tf.tanh(tf.add(tf.matMul(x, w1 as tf.Tensor2D), b1!));
  return tf.add(tf.matMul(hidden as tf.Tensor2D, w2 as tf.Tensor2D), b2!);
}

const losses = [
  ["meanSquaredError", "meanSquared", numbers],
  ["softmaxCrossEntropy", "crossEntropy", classes],
] as const;

const matrices = ["gaussNewton", "fisher", "empiricalFisher", "tangentKernel", "exampleGradients"] as const;

function assertSameMatrices(actual: OutputObjective, wanted: OutputObjective, point: Float64Array): void {
  for (const matrix of matrices) {
    assertClose(denseOf(actual[matrix](point)), denseOf(wanted[matrix](point)), 1e-13, matrix);
  }
  for (const matrix of ["gaussNewton", "fisher", "empiricalFisher"] as const) {
    assertClose(diagonalOf(actual[matrix](point)), diagonalOf(wanted[matrix](point)), 1e-13, matrix);
  }
  for (const [l, { inputMoment, slopeMoment }] of wanted.kroneckerFactors(point).entries()) {
    const own = actual.kroneckerFactors(point)[l]!;
    assertClose(own.inputMoment, inputMoment, 1e-13);
    assertClose(own.slopeMoment, slopeMoment, 1e-13);
  }
}

const models = suite("curvature of models");

for (const [loss, ofSamples, targets] of losses) {
  models(`of a network is that of its outputs, ${loss}`, () => {
    const net = network({
      layers: [d, h, c],
      activation: "tanh",
      loss,
      inputs,
      targets,
      regularization: 0.01,
      curvature: true,
    });
    const given = { outputs, loss: ofSamples, targets, regularization: 0.01 };
    const written = objective(shapes, given);
    const point = uniformVector(net.dimension, 3, -1, 1);
    const [own, other] = [new Float64Array(point.length), new Float64Array(point.length)];
    assertClose(net.evaluate(point, own), written.evaluate(point, other), 1e-14);
    assertClose(own, other, 1e-14);
    assertSameMatrices(net, written, point);
    // On other samples too.
    const some = { inputs: inputs.slice(0, 2 * d), targets: targets.slice(0, 2 * c) };
    const part = net.with(some);
    assert.ok(hasOutputs(part));
    assertSameMatrices(part as OutputObjective, written.with(some), point);
  });
}

models("of an autoencoder has its inputs as targets", () => {
  const net = network({ layers: [d, 2, d], activation: "tanh", inputs, curvature: true });
  const written = objective([[d, 2], [2], [2, d], [d]], {
    outputs: (w1, b1, w2, b2) => {
      const x = data("inputs", inputs, [n, d]) as tf.Tensor2D;
      return tf.add(tf.matMul(tf.tanh(tf.add(tf.matMul(x, w1), b1)) as tf.Tensor2D, w2), b2);
    },
    loss: "meanSquared",
    targets: inputs,
  });
  assertSameMatrices(net, written, uniformVector(net.dimension, 3, -1, 1));
});

models("leaves value and gradient of networks and models as they are, to the last bit", () => {
  const point = uniformVector(d * h + h + h * c + c, 3, -1, 1);
  const plain = objective(shapes, (...parameters: readonly tf.Tensor[]) => {
    const z = outputs(...parameters);
    return tf.mean(tf.square(tf.sub(z, data("targets", numbers, [n, c]))));
  });
  const net = network({ layers: [d, h, c], activation: "tanh", inputs, targets: numbers, curvature: true });
  const [own, other] = [new Float64Array(point.length), new Float64Array(point.length)];
  assert.is(net.evaluate(point, own), plain.evaluate(point, other));
  assert.equal(own, other);
});

const { train } = digits8x8().split({ test: 0.9, seed: 1, stratify: true });

models("on data have it, on all rows and on batches, and K-FAC takes them", () => {
  const made: readonly Model[] = [
    multilayerPerceptron({ inputShape: [8, 8, 1], outputs: 10, hidden: [5] }),
    convolutionalNetwork({ inputShape: [8, 8, 1], outputs: 10, channels: [2] }),
  ];
  for (const model of made) {
    const net = trainable(model, train, { regularization: { coefficient: 0.01, biases: false }, curvature: true });
    const point = net.initialPoint(1);
    const full = net.full();
    assert.is(full.samples, train.count);
    const gradient = new Float64Array(full.dimension);
    full.evaluate(point, gradient);
    const mean = new Float64Array(full.dimension);
    const rows = denseOf(full.exampleGradients(point));
    const [weights, penalty] = [full.sampleWeights(), full.penaltyCurvature()];
    for (let i = 0; i < train.count; i++) {
      for (let k = 0; k < mean.length; k++) mean[k] = mean[k]! + weights[i]! * rows[i * mean.length + k]!;
    }
    assertClose(
      mean.map((entry, k) => entry + penalty[k]! * point[k]!),
      gradient,
      1e-12,
      model.name,
    );
    const batches = net.batches({ size: 50 });
    const last = firstRows(
      batches,
      point,
      chain(untilStep(30), kfacDirection({ damping: 0.1 }), gradientStep(0.3)),
      40,
    ).at(-1)!;
    const end = full.evaluate(last.point, gradient);
    assert.ok(end < 0.7 * full.evaluate(point, gradient), `${model.name}: ${end}`);
  }
});

models("whose parameters are not those of layers alone have all but the factors", () => {
  const net = trainable(residualNetwork({ inputShape: [8, 8, 1], outputs: 10, channels: [2], blocks: 1 }), train, {
    curvature: true,
  });
  const batch = net.batches({ size: 3 })(0);
  const point = net.initialPoint(1);
  assertError(() => batch.kroneckerFactors(point), "ERR_UNSUPPORTED", /weights and biases of dense and convolutional/);
  const [v, image] = [uniformVector(point.length, 1, -1, 1), new Float64Array(point.length)];
  batch.gaussNewton(point).apply(v, image);
  // The products agree with the Jacobian's: v^T J^T H J v = (J v)^T H (J v).
  const [along, bent] = [new Float64Array(30), new Float64Array(30)];
  batch.outputJacobian(point).apply(v, along);
  batch.outputHessian(point).apply(along, bent);
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  assertClose(dot(v, image), dot(along, bent), 1e-12);
});

models("with a loss of their own have none", () => {
  const own = network({
    layers: [d, h, c],
    inputs,
    targets: numbers,
    curvature: true,
    loss: (z, y) => tf.mean(tf.abs(tf.sub(z, y))),
  });
  assert.not.ok(hasOutputs(own));
  assert.not.ok(hasOutputs(network({ layers: [d, h, c], inputs, targets: numbers })));
});

const penalties = suite("a penalty on a loss of outputs");
const kinds: readonly (number | Regularization)[] = [
  0.25,
  { coefficient: 0.25, biases: false },
  { coefficient: 2, average: true },
  { coefficient: 2, average: true, biases: false },
];

const built = (regularization: number | Regularization): OutputObjective =>
  objective(shapes, { outputs, loss: "crossEntropy", targets: classes, regularization });

/** Whether a parameter is one of the weights. */
const isWeight = (k: number): boolean => k < d * h || (k >= d * h + h && k < d * h + h + h * c);
const weightCount = d * h + h * c;

penalties("is in value, gradient and Gauss-Newton matrix, and in no other", () => {
  const plain = built(0);
  const p = plain.dimension;
  const point = uniformVector(p, 3, -1, 1);
  for (const kind of kinds) {
    const { coefficient, average = false, biases = true } = typeof kind === "number" ? { coefficient: kind } : kind;
    const factor = average ? coefficient / (biases ? p : weightCount) : coefficient;
    const factors = Float64Array.from({ length: p }, (_, k) => (biases || isWeight(k) ? factor : 0));
    const problem = built(kind);
    const [own, other] = [new Float64Array(p), new Float64Array(p)];
    const value = problem.evaluate(point, own);
    const square = point.reduce((sum, x, k) => sum + factors[k]! * x * x, 0);
    assertClose(value, plain.evaluate(point, other) + square, 1e-14);
    assertClose(
      own,
      other.map((slope, k) => slope + 2 * factors[k]! * point[k]!),
      1e-14,
    );
    assertClose(
      problem.penaltyCurvature(),
      factors.map((entry) => 2 * entry),
      1e-15,
    );
    const wanted = denseOf(plain.gaussNewton(point)).map((x, at) =>
      at % (p + 1) === 0 ? x + 2 * factors[at % p]! : x,
    );
    assertClose(denseOf(problem.gaussNewton(point)), wanted, 1e-14);
    assertClose(
      diagonalOf(problem.gaussNewton(point)),
      wanted.filter((_, at) => at % (p + 1) === 0),
      1e-13,
    );
    for (const matrix of ["fisher", "empiricalFisher", "tangentKernel", "exampleGradients"] as const) {
      assertClose(denseOf(problem[matrix](point)), denseOf(plain[matrix](point)), 1e-14, matrix);
    }
  }
});

penalties("is in the steps of every solver", () => {
  const p = built(0).dimension;
  const point = uniformVector(p, 3, -1, 1);
  for (const kind of kinds) {
    const problem = built(kind);
    const gradient = new Float64Array(p);
    problem.evaluate(point, gradient);
    for (const damping of [0.1, 0]) {
      // Without damping, biases that nothing weighs leave a singular matrix, which each solver treats in its way.
      if (damping === 0 && typeof kind === "object" && kind.biases === false) continue;
      const matrix = denseOf(problem.gaussNewton(point)).map((x, at) => (at % (p + 1) === 0 ? x + damping : x));
      const wanted = luFactor(matrix).solve(gradient.map((slope) => -slope))!;
      for (const solver of ["automatic", "dense", "samples", "cg", "minresQLP"] as const) {
        const update = gaussNewtonDirection({ solver, damping, relativeTolerance: 1e-14 });
        const found = firstRows(problem, point, chain(update, gradientStep(1)), 1)[0]!.direction;
        assertClose(found, wanted, 1e-9, `${JSON.stringify(kind)}, ${solver}, ${damping}`);
      }
    }
  }
});

penalties("is that of a TensorFlow.js model too, and its options are checked", () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2] })] });
  const x = tf.tensor2d([1, 2, -1, 0.5, 0.25, 3], [3, 2]);
  const of = (regularization: number): OutputObjective =>
    modelObjective(model, {
      outputs: (net) => net.apply(x) as tf.Tensor,
      loss: "crossEntropy",
      targets: [0, 1, 1],
      regularization,
    });
  const point = uniformVector(6, 3, -1, 1);
  const [plain, more] = [denseOf(of(0).gaussNewton(point)), denseOf(of(0.5).gaussNewton(point))];
  assertClose(
    more,
    plain.map((entry, at) => (at % 7 === 0 ? entry + 1 : entry)),
    1e-14,
  );
  assertError(() => of(-1), "ERR_OPTION_RANGE", /modelObjective: expected regularization/);
  assertError(() => built({ coefficient: 1, biasses: true } as never), "ERR_OPTION_UNKNOWN", /biasses/);
});

models.run();
penalties.run();

import * as tf from "@tensorflow/tfjs";
import { inputs, type LossCase, labels, type Nasty, regression, targets } from "./lossCase.ts";

const activation = (name: string, f: (x: tf.Tensor) => tf.Tensor, nasty?: Nasty): LossCase => ({
  name,
  nasty: nasty ?? { at: { scale: 100 } },
  shapes: [[3, 4], [4]],
  loss: (w, b) => tf.mean(tf.square(f(tf.add(tf.matMul(inputs, w as tf.Tensor2D), b)))),
});

export const activationLosses: readonly LossCase[] = [
  activation("gelu by erf", (x) => tf.mul(tf.mul(0.5, x), tf.add(1, tf.erf(tf.div(x, Math.SQRT2))))),
  activation("gelu by tanh", (x) =>
    tf.mul(
      tf.mul(0.5, x),
      tf.add(1, tf.tanh(tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.pow(x, 3)))))),
    ),
  ),
  activation("mish", (x) => tf.mul(x, tf.tanh(tf.softplus(x)))),
  activation("swish", (x) => x.mul(x.sigmoid())),
  activation("hardSigmoid", (x) => tf.clipByValue(tf.add(tf.mul(0.2, x), 0.5), 0, 1)),
  activation("softsign", (x) => tf.div(x, tf.add(1, tf.abs(x))), { at: 0, kink: "its second derivative jumps at 0" }),
  activation("softmax layer", (x) => tf.softmax(x)),
];

/** Test functions, dense networks, classifiers, the losses of tf.losses. */
export const basicLosses: readonly LossCase[] = [
  {
    name: "Rosenbrock, chained",
    shapes: [[], []],
    loss: (x, y) => tf.scalar(1).sub(x).square().add(y.sub(x.square()).square().mul(100)),
    point: [-1.2, 1],
  },
  {
    name: "Himmelblau",
    shapes: [[2]],
    loss: (z) => {
      const [x, y] = tf.unstack(z);
      return tf.add(tf.square(x!.square().add(y!).sub(11)), tf.square(x!.add(y!.square()).sub(7)));
    },
  },
  {
    name: "Rastrigin",
    shapes: [[5]],
    loss: (x) => tf.sum(tf.add(10, tf.sub(tf.square(x), tf.mul(10, tf.cos(tf.mul(2 * Math.PI, x)))))),
  },
  {
    name: "Ackley",
    nasty: { at: { scale: 30 } },
    shapes: [[4]],
    loss: (x) =>
      tf.addN([
        tf.mul(-20, tf.exp(tf.mul(-0.2, tf.sqrt(tf.mean(tf.square(x)))))),
        tf.neg(tf.exp(tf.mean(tf.cos(tf.mul(2 * Math.PI, x))))),
        tf.scalar(20 + Math.E),
      ]),
  },
  {
    name: "Styblinski-Tang",
    shapes: [[3]],
    loss: (x) => tf.div(tf.sum(tf.add(tf.sub(tf.pow(x, 4), tf.mul(16, tf.square(x))), tf.mul(5, x))), 2),
  },
  {
    name: "two-layer regression",
    nasty: { at: { scale: 800 } },
    shapes: [[3, 5], [5], [5, 2], [2]],
    loss: (w1, b1, w2, b2) => {
      const hidden = tf.tanh(tf.add(tf.matMul(inputs, w1 as tf.Tensor2D), b1));
      return tf.losses.meanSquaredError(regression, tf.add(tf.matMul(hidden, w2 as tf.Tensor2D), b2) as tf.Tensor2D);
    },
  },
  {
    name: "deep autoencoder with swish",
    nasty: { at: { scale: 800 } },
    shapes: [[3, 2], [2], [2, 3], [3]],
    loss: (encode, b, decode, c) => {
      const code = inputs.matMul(encode as tf.Tensor2D).add(b);
      const output = code
        .mul(code.sigmoid())
        .matMul(decode as tf.Tensor2D)
        .add(c);
      return output.sub(inputs).square().mean();
    },
  },
  {
    name: "linear autoencoder with transposes",
    shapes: [
      [2, 3],
      [3, 2],
    ],
    loss: (w1, w2) =>
      tf.mean(
        tf.square(
          tf.sub(inputs, tf.matMul(tf.matMul(inputs, w1 as tf.Tensor2D, false, true), w2 as tf.Tensor2D, false, true)),
        ),
      ),
  },
  {
    name: "classifier by softmaxCrossEntropy",
    nasty: { at: { scale: 800 } },
    shapes: [[3, 3], [3]],
    loss: (w, b) =>
      tf.losses.softmaxCrossEntropy(
        tf.oneHot(labels, 3).toFloat(),
        tf.add(tf.matMul(inputs, w as tf.Tensor2D), b) as tf.Tensor2D,
      ),
  },
  {
    name: "classifier with label smoothing",
    nasty: { at: { scale: 800 } },
    shapes: [[3, 3]],
    loss: (w) =>
      tf.losses.softmaxCrossEntropy(
        tf.oneHot(labels, 3).toFloat(),
        tf.matMul(inputs, w as tf.Tensor2D) as tf.Tensor2D,
        undefined,
        0.1,
      ),
  },
  {
    name: "classifier by logSoftmax and gather",
    nasty: { at: { scale: 800 } },
    shapes: [[3, 3], [3]],
    loss: (w, b) => {
      const logs = tf.logSoftmax(tf.add(tf.matMul(inputs, w as tf.Tensor2D), b));
      const places = tf.add(tf.mul(tf.range(0, 4, 1, "int32"), 3), labels);
      return tf.neg(tf.mean(tf.gather(tf.reshape(logs, [12]), places.toInt())));
    },
  },
  {
    name: "classifier by softmax and log",
    shapes: [[3, 2], [2]],
    loss: (w, b) => {
      const p = tf.softmax(tf.add(tf.matMul(inputs, w as tf.Tensor2D), b));
      return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.log(p)), 1)));
    },
  },
  {
    name: "logSumExp by hand",
    nasty: { at: { scale: 800 } },
    shapes: [[3, 4]],
    loss: (w) => {
      const z = tf.matMul(inputs, w as tf.Tensor2D);
      const top = tf.max(z, 1, true);
      return tf.mean(tf.add(tf.squeeze(top), tf.log(tf.sum(tf.exp(tf.sub(z, top)), 1))));
    },
  },
  {
    name: "logSumExp over two axes",
    nasty: { at: { scale: 800 } },
    shapes: [[2, 3, 2]],
    loss: (x) => tf.sum(tf.square(tf.logSumExp(x, [0, 2]))),
  },
  {
    name: "sigmoidCrossEntropy",
    nasty: { at: { scale: 800 } },
    shapes: [[3, 2], [2]],
    loss: (w, b) =>
      tf.losses.sigmoidCrossEntropy(targets, tf.add(tf.matMul(inputs, w as tf.Tensor2D), b) as tf.Tensor2D),
  },
  {
    name: "logLoss of a sigmoid",
    shapes: [[3, 2]],
    loss: (w) => tf.losses.logLoss(targets, tf.sigmoid(tf.matMul(inputs, w as tf.Tensor2D)) as tf.Tensor2D),
  },
  {
    name: "huberLoss",
    shapes: [[3, 2]],
    loss: (w) => tf.losses.huberLoss(regression, tf.matMul(inputs, w as tf.Tensor2D), undefined, 0.7),
  },
  {
    name: "hingeLoss",
    shapes: [[3, 2]],
    loss: (w) => tf.losses.hingeLoss(targets, tf.tanh(tf.matMul(inputs, w as tf.Tensor2D)) as tf.Tensor2D),
  },
  {
    name: "absoluteDifference with weights",
    shapes: [[3, 2]],
    loss: (w) =>
      tf.losses.absoluteDifference(regression, tf.exp(tf.matMul(inputs, w as tf.Tensor2D)), tf.tensor1d([0.5, 2])),
  },
  {
    name: "cosineDistance",
    shapes: [[3, 2]],
    loss: (w) => tf.losses.cosineDistance(regression, tf.sin(tf.matMul(inputs, w as tf.Tensor2D)) as tf.Tensor2D, 1),
  },
  {
    name: "layer normalisation by moments",
    shapes: [[3, 4], [4], [4]],
    loss: (w, gain, shift) => {
      const z = tf.matMul(inputs, w as tf.Tensor2D);
      const { mean, variance } = tf.moments(z, 1, true);
      const normal = tf.div(tf.sub(z, mean), tf.sqrt(tf.add(variance, 1e-5)));
      return tf.mean(tf.tanh(tf.add(tf.mul(normal, gain), shift)));
    },
  },
  {
    name: "batch normalisation",
    shapes: [[3, 4], [4], [4]],
    loss: (w, scale, offset) => {
      const z = tf.matMul(inputs, w as tf.Tensor2D) as tf.Tensor2D;
      const { mean, variance } = tf.moments(z, 0);
      const out = tf.batchNorm2d(
        z,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        offset as tf.Tensor1D,
        scale as tf.Tensor1D,
      );
      return tf.mean(tf.square(tf.sub(out, 0.3)));
    },
  },
];

import * as tf from "@tensorflow/tfjs";

/** A loss as people write it, with the shapes of its parameters. */
export interface LossCase {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly loss: (...parameters: tf.Tensor[]) => tf.Tensor;
  /** Where to look; default standard normal. */
  readonly point?: readonly number[];
  /** The same value by operations that TensorFlow.js's kernels have, where they cannot compute the loss itself. */
  readonly reference?: (...parameters: tf.Tensor[]) => tf.Tensor;
}

const inputs = tf.tensor2d([0.5, -1.2, 0.3, 1.1, 0.7, -0.4, -0.9, 0.2, 1.6, 0.1, -0.6, 0.8], [4, 3]);
const targets = tf.tensor2d([1, 0, 0, 1, 1, 0, 0, 1], [4, 2]);
const regression = tf.tensor2d([0.3, -0.1, 0.8, 0.4, -0.7, 0.2, 0.1, 0.9], [4, 2]);
const labels = tf.tensor1d([0, 2, 1, 2], "int32");
const image = tf.tensor4d(
  Array.from({ length: 2 * 5 * 5 * 2 }, (_, i) => Math.sin(1.7 * i) + 0.1 * (i % 7)),
  [2, 5, 5, 2],
);
/** Rows of 6 and of 3 numbers, the trick being that every activation gets both signs. */
const six = [6] as const;

const activation = (name: string, f: (x: tf.Tensor) => tf.Tensor): LossCase => ({
  name,
  shapes: [[3, 4], [4]],
  loss: (w, b) => tf.mean(tf.square(f(tf.add(tf.matMul(inputs, w as tf.Tensor2D), b)))),
});
const elementwise = (name: string, f: (x: tf.Tensor) => tf.Tensor, point?: readonly number[]): LossCase => ({
  name,
  shapes: [six],
  loss: (x) => tf.sum(tf.mul(f(x), tf.tensor1d([0.3, -1.1, 0.7, 1.9, -0.2, 0.4]))),
  ...(point === undefined ? {} : { point }),
});

const small = [-0.9, -0.4, -0.1, 0.2, 0.5, 0.8];
const positive = [0.1, 0.4, 1.1, 2.2, 0.7, 3.8];
const above = [1.1, 1.4, 2.1, 3.2, 1.7, 5.8];

export const elementwiseLosses: readonly LossCase[] = [
  elementwise("exp", (x) => tf.exp(x)),
  elementwise("expm1", (x) => tf.expm1(x)),
  elementwise("log", (x) => tf.log(x), positive),
  elementwise("log1p", (x) => tf.log1p(x), positive),
  elementwise("sqrt", (x) => tf.sqrt(x), positive),
  elementwise("rsqrt", (x) => tf.rsqrt(x), positive),
  elementwise("reciprocal", (x) => tf.reciprocal(x), positive),
  elementwise("square", (x) => tf.square(x)),
  elementwise("sin", (x) => tf.sin(x)),
  elementwise("cos", (x) => tf.cos(x)),
  elementwise("tan", (x) => tf.tan(x), small),
  elementwise("asin", (x) => tf.asin(x), small),
  elementwise("acos", (x) => tf.acos(x), small),
  elementwise("atan", (x) => tf.atan(x)),
  elementwise("sinh", (x) => tf.sinh(x)),
  elementwise("cosh", (x) => tf.cosh(x)),
  elementwise("tanh", (x) => tf.tanh(x)),
  elementwise("asinh", (x) => tf.asinh(x)),
  elementwise("acosh", (x) => tf.acosh(x), above),
  elementwise("atanh", (x) => tf.atanh(x), small),
  elementwise("sigmoid", (x) => tf.sigmoid(x)),
  elementwise("logSigmoid", (x) => tf.logSigmoid(x)),
  elementwise("softplus", (x) => tf.softplus(x)),
  elementwise("erf", (x) => tf.erf(x)),
  elementwise("neg", (x) => tf.neg(tf.exp(x))),
  elementwise("abs", (x) => tf.mul(tf.abs(x), x)),
  elementwise("sign", (x) => tf.mul(tf.sign(x), tf.square(x))),
  elementwise("floor, ceil and round", (x) => tf.mul(tf.add(tf.floor(x), tf.add(tf.ceil(x), tf.round(x))), tf.exp(x))),
  elementwise("step", (x) => tf.mul(tf.step(x, 0.25), tf.exp(x))),
  elementwise("relu", (x) => tf.relu(tf.mul(x, tf.exp(x)))),
  elementwise("relu6", (x) => tf.relu6(tf.mul(6, tf.mul(x, x)))),
  elementwise("leakyRelu", (x) => tf.square(tf.leakyRelu(x, 0.1))),
  elementwise("prelu", (x) => tf.square(tf.prelu(x, tf.scalar(0.3)))),
  elementwise("elu", (x) => tf.elu(x)),
  elementwise("selu", (x) => tf.selu(x)),
  elementwise("clipByValue", (x) => tf.mul(tf.clipByValue(x, -0.5, 0.9), tf.exp(x))),
  elementwise("cast", (x) => tf.mul(tf.cast(tf.cast(tf.mul(x, 3), "int32"), "float32"), tf.sin(x))),
  elementwise("zerosLike and onesLike", (x) => tf.mul(tf.add(tf.zerosLike(x), tf.onesLike(x)), tf.exp(x))),
  elementwise("mod", (x) => tf.square(tf.mod(x, 0.7))),
  elementwise("pow with integer exponents", (x) => tf.add(tf.pow(x, 3), tf.pow(x, tf.scalar(2, "int32")))),
  elementwise("pow with real exponents", (x) => tf.add(tf.pow(x, 2.5), tf.pow(tf.scalar(1.3), x)), positive),
  elementwise("pow with a variable exponent", (x) => tf.pow(tf.add(tf.square(x), 0.2), x)),
  elementwise("atan2", (x) => tf.atan2(tf.exp(x), tf.add(x, 0.3))),
  elementwise("floorDiv", (x) => tf.mul(tf.floorDiv(tf.mul(4, x), 3), tf.sin(x))),
  elementwise("div", (x) => tf.div(tf.sin(x), tf.add(tf.square(x), 1))),
  elementwise("squaredDifference", (x) => tf.squaredDifference(tf.exp(x), tf.sin(x))),
  elementwise("maximum and minimum", (x) => tf.add(tf.maximum(tf.sin(x), tf.square(x)), tf.minimum(x, tf.exp(x)))),
  elementwise("addN", (x) => tf.addN([tf.sin(x), tf.exp(x), tf.square(x)])),
  elementwise("where", (x) => tf.where(tf.greater(x, 0.1), tf.square(x), tf.sin(x))),
  elementwise("where by logic", (x) =>
    tf.where(
      tf.logicalOr(tf.logicalAnd(tf.less(x, 1), tf.lessEqual(-0.5, x)), tf.logicalNot(tf.greaterEqual(x, -1))),
      tf.exp(x),
      tf.cos(x),
    ),
  ),
  elementwise("where by equality", (x) =>
    tf.where(tf.logicalXor(tf.equal(tf.sign(x), 1), tf.notEqual(tf.round(x), 1)), tf.exp(x), tf.cos(x)),
  ),
  elementwise("isNaN, isInf, isFinite", (x) =>
    tf.where(tf.logicalAnd(tf.isFinite(x), tf.logicalNot(tf.logicalOr(tf.isNaN(x), tf.isInf(x)))), tf.exp(x), x),
  ),
];

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
  activation("softsign", (x) => tf.div(x, tf.add(1, tf.abs(x)))),
  activation("softmax layer", (x) => tf.softmax(x)),
];

export const networkLossCases: readonly LossCase[] = [
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
    shapes: [[3, 5], [5], [5, 2], [2]],
    loss: (w1, b1, w2, b2) => {
      const hidden = tf.tanh(tf.add(tf.matMul(inputs, w1 as tf.Tensor2D), b1));
      return tf.losses.meanSquaredError(regression, tf.add(tf.matMul(hidden, w2 as tf.Tensor2D), b2) as tf.Tensor2D);
    },
  },
  {
    name: "deep autoencoder with swish",
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
    shapes: [[3, 3], [3]],
    loss: (w, b) =>
      tf.losses.softmaxCrossEntropy(
        tf.oneHot(labels, 3).toFloat(),
        tf.add(tf.matMul(inputs, w as tf.Tensor2D), b) as tf.Tensor2D,
      ),
  },
  {
    name: "classifier with label smoothing",
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
    shapes: [[3, 4]],
    loss: (w) => {
      const z = tf.matMul(inputs, w as tf.Tensor2D);
      const top = tf.max(z, 1, true);
      return tf.mean(tf.add(tf.squeeze(top), tf.log(tf.sum(tf.exp(tf.sub(z, top)), 1))));
    },
  },
  {
    name: "logSumExp over two axes",
    shapes: [[2, 3, 2]],
    loss: (x) => tf.sum(tf.square(tf.logSumExp(x, [0, 2]))),
  },
  {
    name: "sigmoidCrossEntropy",
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
  {
    name: "norms of every order",
    shapes: [[3, 4]],
    loss: (w) =>
      tf.addN([
        tf.norm(w),
        tf.norm(w, 1),
        tf.norm(w, "fro", [0, 1]),
        tf.sum(tf.norm(w, 2, 0)),
        tf.norm(tf.reshape(w, [12]), Number.POSITIVE_INFINITY),
        tf.norm(tf.reshape(w, [12]), Number.NEGATIVE_INFINITY),
      ]),
  },
  {
    name: "regularised logistic regression by dot",
    shapes: [[3], []],
    loss: (w, b) => {
      const z = tf.add(tf.dot(inputs, w as tf.Tensor1D), b);
      const y = tf.tensor1d([1, -1, 1, -1]);
      return tf.add(tf.mean(tf.softplus(tf.neg(tf.mul(y, z)))), tf.mul(0.01, tf.sum(tf.square(w))));
    },
  },
  {
    name: "dot of vectors and outer product",
    shapes: [[3], [3]],
    loss: (a, b) =>
      tf.add(tf.dot(tf.sin(a), tf.exp(b)), tf.sum(tf.square(tf.outerProduct(a as tf.Tensor1D, b as tf.Tensor1D)))),
  },
  {
    name: "vector times matrix times vector",
    shapes: [[3], [3, 3]],
    loss: (v, a) => tf.dot(tf.dot(tf.tanh(v), a), v),
  },
  {
    name: "matMul with both transposes",
    shapes: [
      [4, 3],
      [2, 4],
    ],
    loss: (a, b) => tf.sum(tf.tanh(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, true, true))),
  },
  {
    name: "batched matMul, one side broadcast",
    shapes: [
      [2, 3, 4],
      [4, 2],
    ],
    loss: (a, b) => tf.sum(tf.tanh(tf.matMul(a, tf.expandDims(b, 0)))),
  },
  {
    name: "attention",
    shapes: [
      [4, 3],
      [4, 3],
      [4, 3],
    ],
    loss: (q, k, v) => {
      const weights = tf.softmax(tf.div(tf.matMul(q as tf.Tensor2D, k as tf.Tensor2D, false, true), Math.sqrt(3)));
      return tf.mean(tf.square(tf.sub(tf.matMul(weights as tf.Tensor2D, v as tf.Tensor2D), inputs)));
    },
  },
  {
    name: "causal attention with an infinite mask",
    shapes: [
      [4, 3],
      [4, 3],
    ],
    loss: (q, v) => {
      const scores = tf.matMul(q as tf.Tensor2D, q as tf.Tensor2D, false, true);
      const future = tf.cast(tf.sub(1, tf.linalg.bandPart(tf.ones([4, 4]), -1, 0)), "bool");
      const masked = tf.where(future, tf.fill([4, 4], Number.NEGATIVE_INFINITY), scores);
      return tf.mean(tf.square(tf.matMul(tf.softmax(masked) as tf.Tensor2D, v as tf.Tensor2D)));
    },
  },
  {
    name: "fused dense layers of tf.layers style",
    shapes: [[3, 4], [4], [4, 2], [2]],
    loss: (w1, b1, w2, b2) => {
      const hidden = tf.fused.matMul({ a: inputs, b: w1 as tf.Tensor2D, bias: b1, activation: "elu" });
      const output = tf.fused.matMul({ a: hidden, b: w2 as tf.Tensor2D, bias: b2, activation: "sigmoid" });
      return tf.losses.meanSquaredError(targets, output as tf.Tensor2D);
    },
  },
  {
    name: "reductions of all kinds",
    shapes: [[2, 3, 4]],
    loss: (x) =>
      tf.addN([
        tf.sum(tf.max(x, 1)),
        tf.sum(tf.square(tf.min(x, [0, 2], true))),
        tf.sum(tf.square(tf.mean(x, -1))),
        tf.sum(tf.prod(x, 1)),
        tf.prod(tf.add(tf.square(tf.sum(x, [1, 2])), 1)),
        tf.mul(tf.max(tf.abs(x)), 0.1),
      ]),
  },
  {
    name: "any, all, argMax and argMin steer",
    shapes: [[3, 4]],
    loss: (x) => {
      const hot = tf.oneHot(tf.argMax(x, 1).toInt(), 4).toFloat();
      const cold = tf.oneHot(tf.argMin(x, 1).toInt(), 4).toFloat();
      const some = tf.any(tf.greater(x, 0.5), 1).toFloat();
      const every = tf.all(tf.greater(x, -5), 1).toFloat();
      return tf.sum(tf.mul(tf.square(x), tf.add(tf.sub(hot, cold), tf.expandDims(tf.add(some, every), 1))));
    },
  },
  {
    name: "shape operations",
    shapes: [[2, 3]],
    loss: (x) => {
      const y = tf.transpose(tf.expandDims(tf.squeeze(tf.reshape(x, [1, 3, 2]), [0]), 1), [1, 2, 0]);
      const wide = tf.broadcastTo(tf.mean(y, -1, true), [4, 2, 3]);
      return tf.sum(tf.tanh(tf.mul(tf.tile(y, [4, 1, 1]), wide)));
    },
  },
  {
    name: "slices, concat, stack, split, unstack",
    shapes: [[3, 4]],
    loss: (x) => {
      const left = tf.slice(x, [0, 0], [3, 2]);
      const right = tf.slice(x, [0, 2], [-1, -1]);
      const both = tf.concat([right, tf.exp(left), x], 1);
      const [a, b, c] = tf.split(both, [3, 2, -1], 1);
      const rows = tf.unstack(x);
      return tf.addN([
        tf.sum(tf.tanh(tf.stack([a!.mean(1), b!.sum(1), c!.max(1)], 1))),
        tf.sum(tf.sin(tf.stack(rows.map((row, i) => tf.sum(tf.mul(row, i + 1)))))),
      ]);
    },
  },
  {
    name: "pads, reversal, cumulative sums",
    shapes: [[2, 3]],
    loss: (x) =>
      tf.addN([
        tf.sum(
          tf.exp(
            tf.pad(
              x,
              [
                [1, 0],
                [0, 2],
              ],
              0.3,
            ),
          ),
        ),
        tf.sum(tf.sin(tf.mul(tf.reverse(x, 1), tf.cumsum(x, 1)))),
        tf.sum(tf.square(tf.cumsum(x, 0, true, true))),
        tf.sum(tf.cumprod(x, 1)),
        tf.sum(tf.square(tf.cumprod(x, 1, true, true))),
        tf.sum(
          tf.square(
            tf.mirrorPad(
              x,
              [
                [1, 1],
                [2, 1],
              ],
              "reflect",
            ),
          ),
        ),
      ]),
  },
  {
    name: "strided slices",
    shapes: [[4, 5]],
    loss: (x) =>
      tf.add(
        tf.sum(tf.sin(tf.stridedSlice(x, [3, 0], [0, 5], [-1, 2]))),
        tf.sum(tf.exp(tf.stridedSlice(x, [1, 1], [2, 5], [1, 1], 0, 0, 0, 0, 1))),
      ),
  },
  {
    name: "embedding by gather, with repeated rows",
    shapes: [[5, 2]],
    loss: (table) =>
      tf.sum(
        tf.tanh(
          tf.sum(
            tf.gather(
              table,
              tf.tensor2d(
                [
                  [0, 3],
                  [3, 4],
                ],
                [2, 2],
                "int32",
              ),
            ),
            1,
          ),
        ),
      ),
  },
  {
    name: "gather along the last axis and gatherND",
    shapes: [[3, 4]],
    loss: (x) =>
      tf.add(
        tf.sum(tf.exp(tf.gather(x, tf.tensor1d([3, 1, 1], "int32"), 1))),
        tf.sum(
          tf.sin(
            tf.gatherND(
              x,
              tf.tensor2d(
                [
                  [0, 1],
                  [2, 3],
                  [0, 1],
                ],
                [3, 2],
                "int32",
              ),
            ),
          ),
        ),
      ),
  },
  {
    name: "gather in batches",
    shapes: [[2, 4, 3]],
    loss: (x) =>
      tf.sum(
        tf.exp(
          tf.gather(
            x,
            tf.tensor2d(
              [
                [0, 3],
                [2, 2],
              ],
              [2, 2],
              "int32",
            ),
            1,
            1,
          ),
        ),
      ),
  },
  {
    name: "scatterND and unsortedSegmentSum",
    shapes: [[4]],
    loss: (x) =>
      tf.add(
        tf.sum(tf.exp(tf.scatterND(tf.tensor2d([[1], [3], [1], [0]], [4, 1], "int32"), x, [5]))),
        tf.sum(tf.sin(tf.unsortedSegmentSum(x, tf.tensor1d([0, 1, 0, 1], "int32"), 2))),
      ),
  },
  {
    name: "diag, eye and einsum",
    shapes: [[3], [2, 3, 3]],
    loss: (d, a) =>
      tf.add(
        tf.sum(tf.tanh(tf.einsum("bij,jk->bik", a, tf.add(tf.diag(d), tf.eye(3))))),
        tf.sum(tf.exp(tf.mul(tf.einsum("bij,j->bi", a, d), tf.einsum("i,i->", d, d)))),
      ),
  },
  {
    name: "convolution, same padding, with max pooling",
    shapes: [[3, 3, 2, 3], [3]],
    loss: (filter, bias) => {
      const z = tf.tanh(tf.add(tf.conv2d(image, filter as tf.Tensor4D, 1, "same"), bias)) as tf.Tensor4D;
      return tf.mean(tf.square(tf.maxPool(z, 2, 2, "same")));
    },
  },
  {
    name: "strided, dilated and depthwise convolutions with average pooling",
    shapes: [
      [2, 2, 2, 2],
      [2, 2, 2, 2],
    ],
    loss: (filter, deep) => {
      const strided = tf.conv2d(image, filter as tf.Tensor4D, 2, "valid");
      const dilated = tf.conv2d(image, filter as tf.Tensor4D, 1, "valid", "NHWC", 2);
      const each = tf.depthwiseConv2d(image, deep as tf.Tensor4D, 1, "same");
      return tf.addN([
        tf.mean(tf.exp(strided)),
        tf.mean(tf.tanh(dilated)),
        tf.mean(tf.square(tf.avgPool(each as tf.Tensor4D, 3, 2, "same"))),
      ]);
    },
  },
  {
    name: "transposed convolution, resizing, depthToSpace",
    shapes: [
      [2, 2, 1, 2],
      [1, 2, 2, 4],
    ],
    loss: (filter, small) => {
      const grown = tf.conv2dTranspose(
        tf.slice(image, [0, 0, 0, 0], [1, 3, 3, 2]) as tf.Tensor4D,
        filter as tf.Tensor4D,
        [1, 6, 6, 1],
        2,
        "same",
      );
      const shuffled = tf.depthToSpace(small as tf.Tensor4D, 2, "NHWC");
      return tf.addN([
        tf.mean(tf.tanh(grown)),
        tf.mean(tf.exp(tf.image.resizeBilinear(shuffled as tf.Tensor4D, [7, 6]))),
        tf.mean(tf.square(tf.image.resizeNearestNeighbor(shuffled as tf.Tensor4D, [3, 9]))),
      ]);
    },
  },
  {
    name: "local response normalisation",
    shapes: [[1, 2, 2, 5]],
    loss: (x) => tf.sum(tf.sin(tf.localResponseNormalization(x as tf.Tensor4D, 1, 1, 0.5, 0.75))),
  },
  {
    name: "gradient penalty by tf.grad",
    shapes: [[3, 4], [4]],
    loss: (w, v) => {
      const critic = (x: tf.Tensor): tf.Tensor =>
        tf.sum(tf.dot(tf.tanh(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D)), v));
      const slopes = tf.grad(critic)(inputs);
      return tf.mean(tf.square(tf.sub(tf.norm(slopes, 2, 1), 1)));
    },
  },
  {
    name: "physics-informed residual u'' + sin u by tf.grad twice",
    shapes: [[4], [4], [4]],
    loss: (w, b, c) => {
      const u = (t: tf.Tensor): tf.Tensor => tf.dot(tf.tanh(tf.add(tf.mul(tf.expandDims(t, 1), w), b)), c);
      const t = tf.linspace(0, 2, 5);
      const second = tf.grad(tf.grad(u))(t);
      return tf.mean(tf.square(tf.add(second, tf.sin(u(t)))));
    },
    // TensorFlow.js has no second derivative of tanh: it is written out.
    reference: (w, b, c) => {
      const t = tf.tanh(tf.add(tf.mul(tf.expandDims(tf.linspace(0, 2, 5), 1), w), b));
      const second = tf.dot(tf.mul(tf.mul(tf.mul(-2, t), tf.sub(1, tf.square(t))), tf.square(w)), c);
      return tf.mean(tf.square(tf.add(second, tf.sin(tf.dot(t, c)))));
    },
  },
  {
    name: "tf.valueAndGrads and tf.grads with a cotangent",
    shapes: [[3], [3]],
    loss: (a, b) => {
      const f = (x: tf.Tensor, y: tf.Tensor): tf.Tensor => tf.mul(tf.sin(x), tf.exp(y));
      const { value, grads } = tf.valueAndGrads((x, y) => tf.sum(f(x!, y!)))([a, b]);
      const [ga, gb] = tf.grads(f)([a, b], tf.tensor1d([1, 2, 3]));
      return tf.addN([value, tf.sum(tf.mul(grads[0]!, grads[1]!)), tf.sum(tf.mul(ga!, gb!))]);
    },
  },
  {
    name: "LSTM cell",
    shapes: [[5, 8], [8], [1, 2]],
    loss: (kernel, bias, h) => {
      const forget = tf.scalar(1);
      const x = tf.slice(inputs, [0, 0], [1, 3]) as tf.Tensor2D;
      const c = tf.tensor2d([[0.1, -0.2]]);
      const [c1, h1] = tf.basicLSTMCell(forget, kernel as tf.Tensor2D, bias as tf.Tensor1D, x, c, h as tf.Tensor2D);
      const [, h2] = tf.basicLSTMCell(forget, kernel as tf.Tensor2D, bias as tf.Tensor1D, x, c1, h1);
      return tf.sum(tf.square(h2));
    },
  },
];

/** The point of a case as tensors of TensorFlow.js, for its own computation. */
export function tensorsOf({ shapes }: LossCase, point: Float64Array): tf.Tensor[] {
  let at = 0;
  return shapes.map((shape) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const values = Array.from(point.subarray(at, at + size));
    at += size;
    return tf.tensor(values, [...shape]);
  });
}

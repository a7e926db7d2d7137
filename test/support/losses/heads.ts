import * as tf from "@tensorflow/tfjs";
import { inputs, type LossCase, labels, regression, targets } from "./lossCase.ts";

const sq = tf.square;
/** A linear model's outputs, rows x columns. */
const linear = (w: tf.Tensor, b: tf.Tensor): tf.Tensor2D =>
  tf.add(tf.matMul(inputs, w as tf.Tensor2D), b) as tf.Tensor2D;
const outputs = (
  name: string,
  columns: number,
  loss: (z: tf.Tensor2D) => tf.Tensor,
  nasty?: LossCase["nasty"],
): LossCase => ({
  name,
  shapes: [[3, columns], [columns]],
  loss: (w, b) => loss(linear(w!, b!)),
  nasty: nasty ?? { at: { scale: 30 } },
});
const hot = tf.oneHot(labels, 3).toFloat() as tf.Tensor2D;
const column = (x: tf.Tensor, at: number, count = 1): tf.Tensor2D => tf.slice(x as tf.Tensor2D, [0, at], [-1, count]);

/** What stands at the end of a network: likelihoods, margins, robust losses, policies. */
export const headLosses: readonly LossCase[] = [
  outputs("Poisson regression", 2, (z) => tf.mean(tf.sub(tf.exp(z), tf.mul(targets, z))), {
    at: { scale: 30 },
    float32: "e^z overflows",
  }),
  outputs("Gaussian likelihood with learned variance", 4, (z) => {
    const [mean, raw] = tf.split(z, 2, 1);
    const logVariance = tf.mul(3, tf.tanh(raw!));
    return tf.mean(tf.add(logVariance, tf.mul(sq(tf.sub(regression, mean!)), tf.exp(tf.neg(logVariance)))));
  }),
  outputs("quantile regression by pinball losses", 2, (z) => {
    const error = tf.sub(regression, z);
    return tf.mean(tf.maximum(tf.mul(0.9, error), tf.mul(-0.1, error)));
  }),
  outputs("log-cosh, stable", 2, (z) => {
    const e = tf.sub(z, regression);
    return tf.mean(tf.sub(tf.add(e, tf.softplus(tf.mul(-2, e))), Math.LN2));
  }),
  outputs("pseudo-Huber", 2, (z) => tf.mean(tf.sub(tf.sqrt(tf.add(1, sq(tf.sub(z, regression)))), 1))),
  outputs("Huber by where", 2, (z) => {
    const e = tf.sub(z, regression);
    const a = tf.abs(e);
    return tf.mean(tf.where(tf.lessEqual(a, 1), tf.mul(0.5, sq(e)), tf.sub(a, 0.5)));
  }),
  outputs("Cauchy robust loss", 2, (z) => tf.mean(tf.log1p(sq(tf.sub(z, regression))))),
  outputs("Tukey's biweight", 2, (z) => {
    const r = tf.minimum(sq(tf.div(tf.sub(z, regression), 4.685)), 1);
    return tf.mean(tf.sub(1, tf.pow(tf.sub(1, r), 3)));
  }),
  outputs(
    "focal loss",
    2,
    (z) => {
      const p = tf.sigmoid(z);
      const right = tf.add(tf.mul(targets, p), tf.mul(tf.sub(1, targets), tf.sub(1, p)));
      const logs = tf.add(tf.mul(targets, tf.logSigmoid(z)), tf.mul(tf.sub(1, targets), tf.logSigmoid(tf.neg(z))));
      return tf.neg(tf.mean(tf.mul(sq(tf.sub(1, right)), logs)));
    },
    { at: { scale: 10 }, loses: { why: "1 - p and p - 1 near saturation", accuracy: 1e-8 } },
  ),
  outputs(
    "soft Dice",
    2,
    (z) => {
      const p = tf.sigmoid(z);
      return tf.sub(
        1,
        tf.div(tf.add(tf.mul(2, tf.sum(tf.mul(p, targets))), 1), tf.add(tf.add(tf.sum(p), tf.sum(targets)), 1)),
      );
    },
    { at: { scale: 10 } },
  ),
  outputs(
    "Tversky index",
    2,
    (z) => {
      const p = tf.sigmoid(z);
      const hit = tf.sum(tf.mul(p, targets));
      const miss = tf.sum(tf.mul(tf.sub(1, p), targets));
      const alarm = tf.sum(tf.mul(p, tf.sub(1, targets)));
      return tf.sub(1, tf.div(hit, tf.addN([hit, tf.mul(0.7, miss), tf.mul(0.3, alarm)])));
    },
    { at: { scale: 10 } },
  ),
  outputs("multi-class hinge (Crammer and Singer)", 3, (z) => {
    const right = tf.sum(tf.mul(z, hot), 1, true);
    const margins = tf.add(tf.sub(z, right), tf.sub(1, hot));
    return tf.mean(tf.relu(tf.max(margins, 1)));
  }),
  outputs("squared hinge", 2, (z) => tf.mean(sq(tf.relu(tf.sub(1, tf.mul(z, tf.sub(tf.mul(2, targets), 1))))))),
  outputs("distillation at temperature 4", 3, (z) => {
    const teacher = tf.softmax(tf.div(tf.tensor2d([5, 1, -2, 0, 3, 1, 2, 2, 2, -4, 6, 0], [4, 3]), 4));
    return tf.mul(16, tf.mean(tf.sum(tf.mul(teacher, tf.sub(tf.log(teacher), tf.logSoftmax(tf.div(z, 4)))), 1)));
  }),
  outputs("Kullback-Leibler divergence of two softmaxes", 6, (z) => {
    const [p, q] = tf.split(z, 2, 1);
    return tf.mean(tf.sum(tf.mul(tf.softmax(p!), tf.sub(tf.logSoftmax(p!), tf.logSoftmax(q!))), 1));
  }),
  outputs(
    "confidence penalty: negative entropy",
    3,
    (z) => tf.mean(tf.sum(tf.mul(tf.softmax(z), tf.logSoftmax(z)), 1)),
    {
      at: { scale: 3 },
    },
  ),
  outputs(
    "generalised cross-entropy",
    3,
    (z) => {
      const p = tf.sum(tf.mul(tf.softmax(z), hot), 1);
      return tf.mean(tf.div(tf.sub(1, tf.pow(p, 0.7)), 0.7));
    },
    { at: { scale: 10 } },
  ),
  outputs(
    "label smoothing by hand",
    3,
    (z) => {
      const smooth = tf.add(tf.mul(0.9, hot), 0.1 / 3);
      return tf.neg(tf.mean(tf.sum(tf.mul(smooth, tf.logSoftmax(z)), 1)));
    },
    { at: { scale: 800 } },
  ),
  outputs(
    "ordinal regression by cumulative logits",
    1,
    (z) => {
      const cuts = tf.tensor2d([-1, 1], [1, 2]);
      const below = tf.sigmoid(tf.sub(cuts, z));
      const p = tf.concat([below, tf.ones([4, 1])], 1).sub(tf.concat([tf.zeros([4, 1]), below], 1));
      return tf.neg(tf.mean(tf.log(tf.add(tf.sum(tf.mul(p, hot), 1), 1e-6))));
    },
    { at: { scale: 3 } },
  ),
  outputs(
    "mixture density network",
    6,
    (z) => {
      const [weights, means, spreads] = tf.split(z, 3, 1);
      const y = column(regression, 0);
      const deviation = tf.softplus(spreads!);
      const logs = tf.sub(tf.mul(-0.5, sq(tf.div(tf.sub(y, means!), deviation))), tf.log(deviation));
      return tf.neg(tf.mean(tf.logSumExp(tf.add(tf.logSoftmax(weights!), logs), 1)));
    },
    { at: { scale: 3 } },
  ),
  outputs(
    "Cox partial likelihood",
    1,
    (z) => {
      const risk = tf.reshape(z, [4]);
      const later = tf.linalg.bandPart(tf.ones([4, 4]), 0, -1);
      const logs = tf.log(tf.sum(tf.mul(later, tf.exp(tf.expandDims(risk, 0))), 1));
      return tf.neg(tf.mean(tf.sub(risk, logs)));
    },
    { at: { scale: 10 } },
  ),
  outputs("beta regression's log-density without constants", 2, (z) => {
    const y = tf.sigmoid(regression);
    const [a, b] = tf.split(tf.softplus(z), 2, 1);
    return tf.neg(tf.mean(tf.add(tf.mul(a!, tf.log(column(y, 0))), tf.mul(b!, tf.log(tf.sub(1, column(y, 0)))))));
  }),
  outputs("policy gradient with a baseline", 3, (z) => {
    const advantages = tf.tensor1d([0.5, -1, 2, -0.3]);
    return tf.neg(tf.mean(tf.mul(advantages, tf.sum(tf.mul(hot, tf.logSoftmax(z)), 1))));
  }),
  outputs("proximal policy optimisation, clipped", 3, (z) => {
    const advantages = tf.tensor1d([0.5, -1, 2, -0.3]);
    const before = tf.tensor1d([-1.1, -0.9, -1.3, -0.7]);
    const ratio = tf.exp(tf.sub(tf.sum(tf.mul(hot, tf.logSoftmax(z)), 1), before));
    const clipped = tf.clipByValue(ratio, 0.8, 1.2);
    return tf.neg(tf.mean(tf.minimum(tf.mul(ratio, advantages), tf.mul(clipped, advantages))));
  }),
  outputs(
    "soft actor-critic's policy with entropy",
    3,
    (z) => {
      const q = tf.tensor2d([1, 2, 0, 0, -1, 1, 3, 1, 1, 0, 0, 2], [4, 3]);
      return tf.mean(tf.sum(tf.mul(tf.softmax(z), tf.sub(tf.mul(0.2, tf.logSoftmax(z)), q)), 1));
    },
    { at: { scale: 3 } },
  ),
  outputs("dueling value and advantage with a Huber loss", 4, (z) => {
    const value = column(z, 0);
    const advantage = column(z, 1, 3);
    const q = tf.add(value, tf.sub(advantage, tf.mean(advantage, 1, true)));
    const chosen = tf.sum(tf.mul(q, hot), 1) as tf.Tensor1D;
    return tf.losses.huberLoss(tf.tensor1d([1, 0.5, -1, 2]), chosen);
  }),
  outputs("temporal differences with a stopped target by constants", 1, (z) => {
    const value = tf.reshape(z, [4]);
    const next = tf.concat([tf.slice(value, 1, 3), tf.zeros([1])]);
    return tf.mean(sq(tf.sub(tf.add(tf.tensor1d([1, 0, -1, 1]), tf.mul(0.99, next)), value)));
  }),
  outputs("triplet loss with a margin", 2, (z) => {
    const [a, p, n] = tf.unstack(tf.slice(z, [0, 0], [3, -1]));
    const distance = (x: tf.Tensor, y: tf.Tensor): tf.Tensor => tf.sum(sq(tf.sub(x, y)));
    return tf.relu(tf.add(tf.sub(distance(a!, p!), distance(a!, n!)), 0.2));
  }),
  outputs("contrastive loss of pairs", 2, (z) => {
    const d = tf.sqrt(tf.add(tf.sum(sq(tf.sub(tf.slice(z, [0, 0], [2, -1]), tf.slice(z, [2, 0], [2, -1]))), 1), 1e-6));
    return tf.add(tf.mean(sq(tf.slice(d, 0, 1))), tf.mean(sq(tf.relu(tf.sub(2, tf.slice(d, 1, 1))))));
  }),
  outputs("InfoNCE with cosine similarities", 3, (z) => {
    const unit = tf.div(z, tf.norm(z, 2, 1, true));
    const logits = tf.div(tf.matMul(unit as tf.Tensor2D, tf.sin(inputs) as tf.Tensor2D, false, true), 0.1);
    return tf.neg(tf.mean(tf.sum(tf.mul(tf.eye(4), tf.logSoftmax(logits)), 1)));
  }),
  outputs("NT-Xent of two views (SimCLR)", 2, (z) => {
    const unit = tf.div(z, tf.sqrt(tf.add(tf.sum(sq(z), 1, true), 1e-8))) as tf.Tensor2D;
    const logits = tf.sub(tf.div(tf.matMul(unit, unit, false, true), 0.5), tf.mul(1e9, tf.eye(4)));
    const pairs = tf.tensor2d([0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0], [4, 4]);
    return tf.neg(tf.mean(tf.sum(tf.mul(pairs, tf.logSoftmax(logits)), 1)));
  }),
  outputs(
    "Barlow twins",
    2,
    (z) => {
      const whiten = (x: tf.Tensor): tf.Tensor2D => {
        const { mean, variance } = tf.moments(x, 0);
        return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-3))) as tf.Tensor2D;
      };
      const c = tf.div(tf.matMul(whiten(z), whiten(regression), true), 4);
      const eye = tf.eye(2);
      return tf.add(tf.sum(tf.mul(eye, sq(tf.sub(c, 1)))), tf.mul(0.01, tf.sum(tf.mul(tf.sub(1, eye), sq(c)))));
    },
    { at: { scale: 10 } },
  ),
  outputs(
    "VICReg's variance and covariance terms",
    3,
    (z) => {
      const centred = tf.sub(z, tf.mean(z, 0)) as tf.Tensor2D;
      const deviation = tf.sqrt(tf.add(tf.mean(sq(centred), 0), 1e-4));
      const covariance = tf.div(tf.matMul(centred, centred, true), 3);
      return tf.add(
        tf.mean(tf.relu(tf.sub(1, deviation))),
        tf.div(tf.sum(sq(tf.mul(covariance, tf.sub(1, tf.eye(3))))), 3),
      );
    },
    { at: 0 },
  ),
  outputs("ArcFace: an angular margin", 3, (z) => {
    const cosine = tf.mul(0.95, tf.div(z, tf.sqrt(tf.add(tf.sum(sq(z), 1, true), 1e-4))));
    const shifted = tf.cos(tf.add(tf.acos(cosine), 0.5));
    const logits = tf.mul(8, tf.add(tf.mul(hot, shifted), tf.mul(tf.sub(1, hot), cosine)));
    return tf.losses.softmaxCrossEntropy(hot, logits);
  }),
  outputs("center loss", 2, (z) => {
    const centers = tf.gather(tf.tensor2d([0, 1, 1, 0, -1, -1], [3, 2]), labels);
    return tf.mean(tf.sum(sq(tf.sub(z, centers)), 1));
  }),
  outputs(
    "prototypical network",
    2,
    (z) => {
      const prototypes = tf.div(tf.matMul(hot, z, true), tf.expandDims(tf.sum(hot, 0), 1));
      const d = tf.sum(sq(tf.sub(tf.expandDims(z, 1), tf.expandDims(prototypes, 0))), 2);
      return tf.neg(tf.mean(tf.sum(tf.mul(hot, tf.logSoftmax(tf.neg(d))), 1)));
    },
    { at: { scale: 3 } },
  ),
  outputs(
    "maximum mean discrepancy with a Gaussian kernel",
    2,
    (z) => {
      const kernel = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
        tf.mean(tf.exp(tf.mul(-0.5, tf.sum(sq(tf.sub(tf.expandDims(a, 1), tf.expandDims(b, 0))), 2))));
      return tf.sub(tf.add(kernel(z, z), kernel(regression, regression)), tf.mul(2, kernel(z, regression)));
    },
    { at: 0.1 },
  ),
  outputs(
    "stochastic neighbour embedding with t kernels",
    2,
    (z) => {
      const kernel = tf.mul(
        tf.div(1, tf.add(1, tf.sum(sq(tf.sub(tf.expandDims(z, 1), tf.expandDims(z, 0))), 2))),
        tf.sub(1, tf.eye(4)),
      );
      const q = tf.add(tf.div(kernel, tf.sum(kernel)), 1e-9);
      const p = tf.tensor2d([0, 0.2, 0.1, 0, 0.2, 0, 0.05, 0.1, 0.1, 0.05, 0, 0.05, 0, 0.1, 0.05, 0], [4, 4]);
      return tf.neg(tf.sum(tf.mul(p, tf.log(q))));
    },
    { at: { scale: 10 } },
  ),
  outputs("deep embedded clustering", 2, (z) => {
    const centers = tf.tensor2d([0.5, -0.5, -1, 1], [2, 2]);
    const q = tf.div(1, tf.add(1, tf.sum(sq(tf.sub(tf.expandDims(z, 1), tf.expandDims(centers, 0))), 2)));
    const soft = tf.div(q, tf.sum(q, 1, true));
    return tf.neg(tf.mean(tf.log(tf.max(soft, 1))));
  }),
];

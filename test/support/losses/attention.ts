import * as tf from "@tensorflow/tfjs";
import { type LossCase, type Nasty, sequences } from "./lossCase.ts";

const sq = tf.square;
const by = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => tf.matMul(x, tf.expandDims(w, 0));
const layerNorm = (x: tf.Tensor): tf.Tensor => {
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
};
const gelu = (x: tf.Tensor): tf.Tensor => tf.mul(tf.mul(0.5, x), tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))));
const model = (name: string, shapes: LossCase["shapes"], loss: LossCase["loss"], nasty?: Nasty): LossCase => ({
  name,
  shapes,
  loss,
  nasty: nasty ?? { at: { scale: 5 } },
});
const _step = (x: tf.Tensor, t: number): tf.Tensor2D => tf.reshape(tf.slice(x, [0, t, 0], [-1, 1, -1]), [2, -1]);
const words = tf.tensor2d([0, 2, 1, 3, 3, 1, 4, 0], [2, 4], "int32");
const future = tf.sub(1, tf.linalg.bandPart(tf.ones([4, 4]), -1, 0));

/** Transformers and their kin, small. */
export const attentionLosses: readonly LossCase[] = [
  model(
    "transformer block, normalised before, with gelu",
    [
      [3, 3],
      [3, 3],
      [3, 3],
      [3, 6],
      [6, 3],
    ],
    (q, k, v, up, down) => {
      const x = layerNorm(sequences);
      const weights = tf.softmax(tf.div(tf.matMul(by(x, q!), by(x, k!), false, true), Math.sqrt(3)));
      const y = tf.add(sequences, tf.matMul(weights, by(x, v!)));
      return tf.mean(sq(tf.add(y, by(gelu(by(layerNorm(y), up!)), down!))));
    },
  ),
  model(
    "causal language model with tied embeddings",
    [
      [5, 3],
      [4, 3],
      [3, 3],
    ],
    (table, position, w) => {
      const x = tf.add(tf.gather(table!, words), position!);
      const scores = tf.sub(tf.matMul(by(x, w!), x, false, true), tf.mul(1e9, future));
      const y = tf.matMul(tf.softmax(scores), x);
      const logits = tf.matMul(tf.reshape(y, [8, 3]), table as tf.Tensor2D, false, true);
      return tf.losses.softmaxCrossEntropy(tf.oneHot(tf.reshape(words, [8]), 5).toFloat(), logits);
    },
    { at: { scale: 30 }, float32: "masks of 1e9 leave no digits in float32" },
  ),
  model(
    "multi-head attention by reshapes",
    [
      [3, 4],
      [3, 4],
      [3, 4],
    ],
    (q, k, v) => {
      const heads = (w: tf.Tensor): tf.Tensor => tf.transpose(tf.reshape(by(sequences, w), [2, 4, 2, 2]), [0, 2, 1, 3]);
      const scores = tf.div(tf.matMul(heads(q!), heads(k!), false, true), Math.SQRT2);
      return tf.mean(sq(tf.matMul(tf.softmax(scores), heads(v!))));
    },
  ),
  model(
    "cross attention on a memory",
    [
      [5, 3],
      [3, 3],
    ],
    (memory, w) => {
      const keys = tf.tile(tf.expandDims(memory!, 0), [2, 1, 1]);
      return tf.mean(sq(tf.matMul(tf.softmax(tf.matMul(by(sequences, w!), keys, false, true)), keys)));
    },
  ),
  model(
    "linear attention with elu + 1",
    [
      [3, 3],
      [3, 3],
    ],
    (q, k) => {
      const phi = (x: tf.Tensor): tf.Tensor => tf.add(tf.elu(x), 1);
      const [a, b] = [phi(by(sequences, q!)), phi(by(sequences, k!))];
      const values = tf.matMul(a, tf.matMul(b, sequences, true));
      return tf.mean(sq(tf.div(values, tf.matMul(a, tf.sum(b, 1, true), false, true))));
    },
    { at: 0.1 },
  ),
  model(
    "rotary position embedding",
    [
      [3, 4],
      [3, 4],
    ],
    (q, k) => {
      const angles = tf.mul(tf.reshape(tf.range(0, 4), [4, 1]), tf.tensor2d([1, 0.1], [1, 2]));
      const rotate = (x: tf.Tensor): tf.Tensor => {
        const [a, b] = tf.split(x, 2, 2);
        const [c, s] = [tf.cos(angles), tf.sin(angles)];
        return tf.concat([tf.sub(tf.mul(a!, c), tf.mul(b!, s)), tf.add(tf.mul(a!, s), tf.mul(b!, c))], 2);
      };
      const scores = tf.matMul(rotate(by(sequences, q!)), rotate(by(sequences, k!)), false, true);
      return tf.neg(tf.mean(tf.logSoftmax(scores)));
    },
  ),
  model("attention with linear biases", [[3, 3], [1]], (w, slope) => {
    const distance = tf.abs(tf.sub(tf.expandDims(tf.range(0, 4), 1), tf.range(0, 4)));
    const scores = tf.sub(tf.matMul(by(sequences, w!), sequences, false, true), tf.mul(slope!, distance));
    return tf.mean(sq(tf.matMul(tf.softmax(scores), sequences)));
  }),
];

import * as tf from "@tensorflow/tfjs";
import { inputs, type LossCase, type Nasty, regression } from "./lossCase.ts";

const sq = tf.square;
const model = (name: string, shapes: LossCase["shapes"], loss: LossCase["loss"], nasty?: Nasty): LossCase => ({
  name,
  shapes,
  loss,
  nasty: nasty ?? { at: { scale: 10 } },
});
const dense = (x: tf.Tensor, w: tf.Tensor): tf.Tensor2D => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D);
const numbers = (count: number, f: (i: number) => number): number[] => Array.from({ length: count }, (_, i) => f(i));
const row = (x: tf.Tensor, i: number): tf.Tensor => tf.squeeze(tf.slice(x, [i], [1]), [0]);

/** Four nodes on a path, with loops. */
const adjacency = tf.tensor2d([1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1], [4, 4]);
const from = tf.tensor1d([0, 1, 1, 2, 2, 3], "int32");
const to = tf.tensor1d([1, 0, 2, 1, 3, 2], "int32");

/** Graphs, capsules, memories, sorting, recommendations, preferences. */
export const structuredLosses: readonly LossCase[] = [
  model(
    "graph convolution with a normalised adjacency",
    [
      [3, 4],
      [4, 2],
    ],
    (first, second) => {
      const degree = tf.rsqrt(tf.sum(adjacency, 1, true));
      const spread = tf.mul(tf.mul(degree, adjacency), tf.transpose(degree)) as tf.Tensor2D;
      const hidden = tf.relu(dense(spread, dense(inputs, first)));
      return tf.losses.meanSquaredError(regression, dense(spread, dense(hidden, second)));
    },
  ),
  model(
    "graph attention, masked",
    [[3, 2], [2], [2]],
    (w, left, right) => {
      const h = dense(inputs, w);
      const score = tf.leakyRelu(tf.add(tf.expandDims(tf.dot(h, left), 1), tf.expandDims(tf.dot(h, right), 0)), 0.2);
      const attention = tf.softmax(tf.where(tf.cast(adjacency, "bool"), score, tf.fill([4, 4], -1e9)));
      return tf.mean(sq(tf.sub(tf.elu(dense(attention, h)), regression)));
    },
    { at: { scale: 100 } },
  ),
  model(
    "messages along edges by gather and unsortedSegmentSum",
    [
      [6, 3],
      [3, 2],
    ],
    (edge, out) => {
      const both = tf.concat([tf.gather(inputs, from), tf.gather(inputs, to)], 1);
      const messages = tf.tanh(dense(both, edge));
      const received = tf.unsortedSegmentSum(messages, to, 4);
      return tf.mean(sq(tf.sub(dense(received, out), regression)));
    },
  ),
  model(
    "capsules: squashed, routed by agreement",
    [[3, 2, 2, 2]],
    (w) => {
      const squash = (s: tf.Tensor): tf.Tensor => {
        const square = tf.sum(sq(s), -1, true);
        return tf.mul(s, tf.div(tf.sqrt(tf.add(square, 1e-9)), tf.add(1, square)));
      };
      const x = tf.tensor3d(
        numbers(6, (i) => Math.sin(i + 1)),
        [3, 1, 2],
      );
      const votes = tf.sum(tf.mul(w, tf.expandDims(x, 3)), 2);
      let logits: tf.Tensor = tf.zeros([3, 2]);
      let output: tf.Tensor = tf.zeros([2, 2]);
      for (let k = 0; k < 3; k++) {
        output = squash(tf.sum(tf.mul(tf.expandDims(tf.softmax(logits), 2), votes), 0));
        logits = tf.add(logits, tf.sum(tf.mul(votes, output), 2));
      }
      const length = tf.norm(output, 2, 1);
      return tf.sum(tf.mul([1, 0.5], sq(tf.relu(tf.sub([0.9, 0.1], length)))));
    },
    { at: { scale: 3 } },
  ),
  model(
    "vector quantisation: the nearest code by argMin and gather",
    [
      [3, 2],
      [5, 2],
    ],
    (encode, codes) => {
      const z = tf.tanh(dense(inputs, encode));
      const apart = tf.sum(sq(tf.sub(tf.expandDims(z, 1), tf.expandDims(codes, 0))), 2);
      return tf.mean(sq(tf.sub(z, tf.gather(codes, tf.argMin(apart, 1)))));
    },
    { at: { scale: 3 } },
  ),
  model(
    "memory read and written by content (neural Turing machine)",
    [[4, 3], [2, 3], [2], [2, 3]],
    (memory, keys, strengths, written) => {
      let store = memory;
      for (let step = 0; step < 2; step++) {
        const key = row(keys, step);
        const cosine = tf.div(tf.dot(store, key), tf.add(tf.mul(tf.norm(store, 2, 1), tf.norm(key)), 1e-8));
        const focus = tf.softmax(tf.mul(tf.softplus(row(strengths, step)), cosine));
        const at = tf.expandDims(focus, 1);
        store = tf.add(tf.mul(store, tf.sub(1, at)), tf.mul(at, row(written, step)));
      }
      return tf.mean(sq(tf.sub(store, inputs)));
    },
  ),
  model(
    "sorting by a soft permutation (NeuralSort)",
    [[5]],
    (s) => {
      const apart = tf.abs(tf.sub(tf.expandDims(s, 1), tf.expandDims(s, 0)));
      const ranks = tf.tensor2d(
        numbers(5, (i) => 4 - 2 * i),
        [5, 1],
      );
      const permutation = tf.softmax(tf.sub(tf.mul(ranks, s), tf.sum(apart, 1)));
      return tf.sum(sq(tf.sub(tf.dot(permutation, s), [2, 1, 0, -1, -2])));
    },
    { at: [3, 1, -2, 0.5, 7] },
  ),
  model(
    "ranking by pairs of items (BPR)",
    [
      [3, 2],
      [5, 2],
    ],
    (users, items) => {
      const of = (table: tf.Tensor, places: number[]): tf.Tensor => tf.gather(table, tf.tensor1d(places, "int32"));
      const score = (wanted: number[]): tf.Tensor => tf.sum(tf.mul(of(users, [0, 1, 2, 0]), of(items, wanted)), 1);
      const penalty = tf.mul(0.01, tf.add(tf.sum(sq(users)), tf.sum(sq(items))));
      return tf.sub(penalty, tf.mean(tf.logSigmoid(tf.sub(score([0, 1, 4, 3]), score([2, 3, 0, 1])))));
    },
    { at: { scale: 30 } },
  ),
  model(
    "direct preference optimisation against a reference",
    [[3, 4]],
    (w) => {
      const logs = tf.logSoftmax(dense(inputs, w));
      const reference = tf.logSoftmax(
        dense(
          inputs,
          tf.tensor2d(
            numbers(12, (i) => 0.3 * Math.sin(i)),
            [3, 4],
          ),
        ),
      );
      const of = (table: tf.Tensor, tokens: number[]): tf.Tensor =>
        tf.sum(tf.gather(table, tf.tensor2d(tokens, [4, 1], "int32"), 1, 1));
      const gain = (tokens: number[]): tf.Tensor => tf.sub(of(logs, tokens), of(reference, tokens));
      return tf.neg(tf.logSigmoid(tf.mul(0.1, tf.sub(gain([0, 1, 2, 3]), gain([3, 0, 0, 1])))));
    },
    { at: { scale: 800 } },
  ),
  model(
    "low-rank adapters on a frozen layer (LoRA)",
    [
      [3, 1],
      [1, 2],
    ],
    (down, up) => {
      const frozen = tf.tensor2d([0.2, -0.4, 0.1, 0.7, -0.3, 0.5], [3, 2]);
      return tf.mean(tf.softplus(tf.sub(dense(inputs, tf.add(frozen, tf.mul(8, dense(down, up)))), regression)));
    },
  ),
];

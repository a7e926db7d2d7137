import * as tf from "@tensorflow/tfjs";
import { inputs, type LossCase, targets } from "./lossCase.ts";

/** Operations that move, reduce and multiply tensors, as losses use them. */
export const tensorLosses: readonly LossCase[] = [
  {
    name: "norms of every order",
    nasty: { at: { scale: 1e3 } },
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
    nasty: { at: { scale: 30 } },
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
    nasty: { at: { scale: 30 } },
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
    nasty: { at: 0, kink: "elu has no second derivative at 0" },
    shapes: [[3, 4], [4], [4, 2], [2]],
    loss: (w1, b1, w2, b2) => {
      const hidden = tf.fused.matMul({ a: inputs, b: w1 as tf.Tensor2D, bias: b1, activation: "elu" });
      const output = tf.fused.matMul({ a: hidden, b: w2 as tf.Tensor2D, bias: b2, activation: "sigmoid" });
      return tf.losses.meanSquaredError(targets, output as tf.Tensor2D);
    },
  },
  {
    name: "reductions of all kinds",
    nasty: { at: 0, kink: "largest entries tie" },
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
    nasty: { at: 0, kink: "the places of the largest and smallest jump" },
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
    nasty: { at: 0, kink: "largest entries tie" },
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
];

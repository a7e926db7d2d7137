import * as tf from "@tensorflow/tfjs";
import { type LossCase, type Nasty, sequences } from "./lossCase.ts";

const sq = tf.square;
const by = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => tf.matMul(x, tf.expandDims(w, 0));
const _layerNorm = (x: tf.Tensor): tf.Tensor => {
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
};
const _gelu = (x: tf.Tensor): tf.Tensor => tf.mul(tf.mul(0.5, x), tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))));
const model = (name: string, shapes: LossCase["shapes"], loss: LossCase["loss"], nasty?: Nasty): LossCase => ({
  name,
  shapes,
  loss,
  nasty: nasty ?? { at: { scale: 5 } },
});
const step = (x: tf.Tensor, t: number): tf.Tensor2D => tf.reshape(tf.slice(x, [0, t, 0], [-1, 1, -1]), [2, -1]);
const _words = tf.tensor2d([0, 2, 1, 3, 3, 1, 4, 0], [2, 4], "int32");
const _future = tf.sub(1, tf.linalg.bandPart(tf.ones([4, 4]), -1, 0));

/** Recurrent, convolutional and probabilistic sequence models, small. */
export const sequenceLosses: readonly LossCase[] = [
  model(
    "gated recurrent unit over four steps",
    [
      [5, 2],
      [5, 2],
      [5, 2],
    ],
    (wz, wr, wh) => {
      let h: tf.Tensor2D = tf.zeros([2, 2]);
      for (let t = 0; t < 4; t++) {
        const x = tf.concat([step(sequences, t), h], 1);
        const z = tf.sigmoid(tf.matMul(x, wz as tf.Tensor2D));
        const r = tf.sigmoid(tf.matMul(x, wr as tf.Tensor2D));
        const candidate = tf.tanh(tf.matMul(tf.concat([step(sequences, t), tf.mul(r, h)], 1), wh as tf.Tensor2D));
        h = tf.add(tf.mul(tf.sub(1, z), h), tf.mul(z, candidate)) as tf.Tensor2D;
      }
      return tf.mean(sq(tf.sub(h, 0.5)));
    },
  ),
  model("long short-term memory with a mask over padding", [[5, 8], [8]], (w, b) => {
    let [h, c]: tf.Tensor2D[] = [tf.zeros([2, 2]), tf.zeros([2, 2])];
    const mask = tf.tensor2d([1, 1, 1, 1, 1, 1, 0, 0], [2, 4]);
    for (let t = 0; t < 4; t++) {
      const gates = tf.add(tf.matMul(tf.concat([step(sequences, t), h!], 1), w as tf.Tensor2D), b!);
      const [i, f, o, g] = tf.split(gates, 4, 1);
      const next = tf.add(tf.mul(tf.sigmoid(tf.add(f!, 1)), c!), tf.mul(tf.sigmoid(i!), tf.tanh(g!))) as tf.Tensor2D;
      const output = tf.mul(tf.sigmoid(o!), tf.tanh(next)) as tf.Tensor2D;
      const keep = tf.slice(mask, [0, t], [-1, 1]);
      c = tf.where(tf.greater(tf.tile(keep, [1, 2]), 0), next, c!) as tf.Tensor2D;
      h = tf.where(tf.greater(tf.tile(keep, [1, 2]), 0), output, h!) as tf.Tensor2D;
    }
    return tf.mean(sq(tf.sub(h!, 0.3)));
  }),
  model(
    "Elman network, bidirectional",
    [
      [5, 2],
      [5, 2],
    ],
    (forward, backward) => {
      const run = (w: tf.Tensor, order: readonly number[]): tf.Tensor2D => {
        let h: tf.Tensor2D = tf.zeros([2, 2]);
        for (const t of order) h = tf.tanh(tf.matMul(tf.concat([step(sequences, t), h], 1), w as tf.Tensor2D));
        return h;
      };
      return tf.mean(sq(tf.concat([run(forward!, [0, 1, 2, 3]), run(backward!, [3, 2, 1, 0])], 1)));
    },
  ),
  model(
    "temporal convolutions, causal and dilated, gated (WaveNet)",
    [
      [2, 3, 3],
      [2, 3, 3],
    ],
    (f, g) => {
      const causal = (w: tf.Tensor, dilation: number): tf.Tensor =>
        tf.conv1d(
          tf.pad(sequences, [
            [0, 0],
            [dilation, 0],
            [0, 0],
          ]),
          w as tf.Tensor3D,
          1,
          "valid",
          "NWC",
          dilation,
        );
      return tf.mean(sq(tf.mul(tf.tanh(causal(f!, 2)), tf.sigmoid(causal(g!, 2)))));
    },
  ),
  model(
    "conditional random field by the forward algorithm",
    [
      [3, 3],
      [3, 3],
    ],
    (transitions, w) => {
      const scores = by(sequences, w!);
      let alpha: tf.Tensor = step(scores, 0);
      for (let t = 1; t < 4; t++) {
        alpha = tf.add(tf.logSumExp(tf.add(tf.expandDims(alpha, 2), transitions!), 1), step(scores, t));
      }
      const path = tf.oneHot(tf.tensor2d([0, 1, 2, 1, 2, 2, 0, 1], [2, 4], "int32"), 3).toFloat();
      const gold = tf.sum(tf.mul(scores, path), [1, 2]);
      const moves = tf.sum(
        tf.mul(
          tf.matMul(tf.slice(path, [0, 0, 0], [-1, 3, -1]), tf.tile(tf.expandDims(transitions!, 0), [2, 1, 1])),
          tf.slice(path, [0, 1, 0], [-1, 3, -1]),
        ),
        [1, 2],
      );
      return tf.mean(tf.sub(tf.logSumExp(alpha, 1), tf.add(gold, moves)));
    },
  ),
  model(
    "hidden Markov model's likelihood",
    [[3], [3, 3], [3, 4]],
    (start, move, emit) => {
      const [a, e] = [tf.logSoftmax(move!), tf.logSoftmax(emit!)];
      const seen = (k: number): tf.Tensor => tf.reshape(tf.slice(e, [0, k], [-1, 1]), [3]);
      let alpha: tf.Tensor = tf.add(tf.logSoftmax(start!), seen(2));
      for (const k of [0, 3, 1]) alpha = tf.add(tf.logSumExp(tf.add(tf.expandDims(alpha, 1), a), 0), seen(k));
      return tf.neg(tf.logSumExp(alpha));
    },
    { at: { scale: 10 } },
  ),
  model("connectionist temporal classification of one label", [[4, 3]], (logits) => {
    const logs = tf.logSoftmax(logits!);
    const at = (t: number, k: number): tf.Tensor => tf.reshape(tf.slice(logs, [t, k], [1, 1]), []);
    // States: blank, label, blank.
    let states = [at(0, 0), at(0, 1), tf.scalar(-1e30)];
    for (let t = 1; t < 4; t++) {
      const [a, b, c] = states;
      states = [
        tf.add(a!, at(t, 0)),
        tf.add(tf.logSumExp(tf.stack([a!, b!])), at(t, 1)),
        tf.add(tf.logSumExp(tf.stack([b!, c!])), at(t, 0)),
      ];
    }
    return tf.neg(tf.logSumExp(tf.stack([states[1]!, states[2]!])));
  }),
  model(
    "skip-gram with negative samples (word2vec)",
    [
      [5, 3],
      [5, 3],
    ],
    (center, context) => {
      const rows = (table: tf.Tensor, at: number[]): tf.Tensor => tf.gather(table, tf.tensor1d(at, "int32"));
      const scores = (at: number[]): tf.Tensor => tf.sum(tf.mul(rows(center!, [0, 2, 2]), rows(context!, at)), 1);
      return tf.neg(tf.mean(tf.add(tf.logSigmoid(scores([1, 3, 1])), tf.logSigmoid(tf.neg(scores([4, 0, 3]))))));
    },
  ),
  model("global vectors (GloVe)", [[4, 2], [4, 2], [4], [4]], (w, c, b, d) => {
    const counts = tf.tensor2d([1, 5, 2, 0.5, 5, 1, 3, 2, 2, 3, 1, 8, 0.5, 2, 8, 1], [4, 4]);
    const fit = tf.add(tf.add(tf.matMul(w as tf.Tensor2D, c as tf.Tensor2D, false, true), tf.expandDims(b!, 1)), d!);
    const weights = tf.minimum(tf.pow(tf.div(counts, 4), 0.75), 1);
    return tf.mean(tf.mul(weights, sq(tf.sub(fit, tf.log(counts)))));
  }),
  model(
    "mixture of experts with a softmax gate",
    [
      [3, 2],
      [2, 3, 2],
    ],
    (gate, experts) => {
      const x = tf.reshape(sequences, [8, 3]) as tf.Tensor2D;
      const g = tf.softmax(tf.matMul(x, gate as tf.Tensor2D));
      const y = tf.tanh(tf.matMul(tf.tile(tf.expandDims(x, 0), [2, 1, 1]), experts!));
      return tf.mean(sq(tf.sum(tf.mul(y, tf.expandDims(tf.transpose(g), 2)), 0)));
    },
  ),
  model(
    "highway network",
    [
      [3, 3],
      [3, 3],
    ],
    (w, gate) => {
      const x = tf.reshape(sequences, [8, 3]) as tf.Tensor2D;
      const t = tf.sigmoid(tf.sub(tf.matMul(x, gate as tf.Tensor2D), 1));
      const y = tf.tanh(tf.matMul(x, w as tf.Tensor2D));
      return tf.mean(sq(tf.add(tf.mul(t, y), tf.mul(tf.sub(1, t), x))));
    },
  ),
  model(
    "neural differential equation by Runge-Kutta steps",
    [
      [3, 4],
      [4, 3],
    ],
    (a, b) => {
      const f = (y: tf.Tensor2D): tf.Tensor2D => tf.matMul(tf.tanh(tf.matMul(y, a as tf.Tensor2D)), b as tf.Tensor2D);
      let y = tf.reshape(sequences, [8, 3]) as tf.Tensor2D;
      const h = 0.25;
      for (let n = 0; n < 2; n++) {
        const k1 = f(y);
        const k2 = f(tf.add(y, tf.mul(h / 2, k1)));
        const k3 = f(tf.add(y, tf.mul(h / 2, k2)));
        const k4 = f(tf.add(y, tf.mul(h, k3)));
        y = tf.add(y, tf.mul(h / 6, tf.addN([k1, tf.mul(2, k2), tf.mul(2, k3), k4]))) as tf.Tensor2D;
      }
      return tf.mean(sq(y));
    },
    { at: { scale: 2 } },
  ),
  model("diagonal state space model by a cumulative product", [[3], [3]], (decay, c) => {
    const a = tf.sigmoid(decay!);
    const powers = tf.cumprod(tf.tile(tf.reshape(a, [1, 3]), [4, 1]), 0, true);
    const kernel = tf.sum(tf.mul(powers, c!), 1);
    const lags = tf.tensor2d([0, 0, 0, 0, 1, 0, 0, 0, 2, 1, 0, 0, 3, 2, 1, 0], [4, 4], "int32");
    const toeplitz = tf.mul(tf.gather(kernel, lags), tf.linalg.bandPart(tf.ones([4, 4]), -1, 0));
    return tf.mean(sq(tf.matMul(tf.tile(tf.expandDims(toeplitz, 0), [2, 1, 1]), sequences)));
  }),
  model(
    "gated linear unit with root-mean-square normalisation (SwiGLU)",
    [
      [3, 4],
      [3, 4],
      [4, 3],
    ],
    (w, v, o) => {
      const x = tf.div(sequences, tf.sqrt(tf.add(tf.mean(sq(sequences), -1, true), 1e-6)));
      const g = by(x, w!);
      return tf.mean(sq(by(tf.mul(tf.mul(g, tf.sigmoid(g)), by(x, v!)), o!)));
    },
  ),
];

import * as tf from "@tensorflow/tfjs";
import { inputs, type LossCase, type Nasty, regression } from "./lossCase.ts";

const sq = tf.square;
const by = (x: tf.Tensor, w: tf.Tensor): tf.Tensor2D => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D);
const model = (name: string, shapes: LossCase["shapes"], loss: LossCase["loss"], nasty?: Nasty): LossCase => ({
  name,
  shapes,
  loss,
  nasty: nasty ?? { at: { scale: 10 } },
});
const noise = tf.tensor2d([0.1, -0.7, 1.3, 0.2, -0.4, 0.9, -1.1, 0.5], [4, 2]);
const halves = (x: tf.Tensor): [tf.Tensor2D, tf.Tensor2D] => tf.split(x, 2, 1) as [tf.Tensor2D, tf.Tensor2D];

/** Autoencoders, adversarial pairs, flows, diffusion, energies, in the forms of published families, small. */
export const generativeLosses: readonly LossCase[] = [
  model(
    "variational autoencoder with fixed noise",
    [
      [3, 4],
      [2, 3],
    ],
    (encode, decode) => {
      const [mean, logVariance] = halves(by(inputs, encode!));
      const code = tf.add(mean, tf.mul(noise, tf.exp(tf.mul(0.5, logVariance))));
      const fit = tf.mean(sq(tf.sub(by(code, decode!), inputs)));
      const kl = tf.mul(-0.5, tf.mean(tf.sub(tf.sub(tf.add(1, logVariance), sq(mean)), tf.exp(logVariance))));
      return tf.add(fit, kl);
    },
    { at: { scale: 3 } },
  ),
  model(
    "importance-weighted bound",
    [
      [3, 4],
      [2, 3],
    ],
    (encode, decode) => {
      const [mean, raw] = halves(by(inputs, encode!));
      const deviation = tf.add(tf.softplus(raw), 0.1);
      const logs = [noise, tf.reverse(noise, 0), tf.neg(noise)].map((e) => {
        const code = tf.add(mean, tf.mul(e, deviation));
        const fit = tf.mul(-0.5, tf.sum(sq(tf.sub(by(code, decode!), inputs)), 1));
        const prior = tf.mul(-0.5, tf.sum(sq(code), 1));
        return tf.sub(tf.add(fit, prior), tf.sum(tf.sub(tf.mul(-0.5, sq(e)), tf.log(deviation)), 1));
      });
      return tf.neg(tf.mean(tf.logSumExp(tf.stack(logs, 1), 1)));
    },
    { at: { scale: 3 } },
  ),
  model(
    "sparse autoencoder by a Bernoulli divergence",
    [
      [3, 4],
      [4, 3],
    ],
    (a, b) => {
      const code = tf.sigmoid(by(inputs, a!));
      const rate = tf.mean(code, 0);
      const kl = tf.sum(
        tf.add(tf.mul(0.1, tf.log(tf.div(0.1, rate))), tf.mul(0.9, tf.log(tf.div(0.9, tf.sub(1, rate))))),
      );
      return tf.add(tf.mean(sq(tf.sub(by(code, b!), inputs))), kl);
    },
    { at: { scale: 3 } },
  ),
  model(
    "contractive autoencoder, its Jacobian in closed form",
    [[3, 2]],
    (w) => {
      const code = tf.sigmoid(by(inputs, w!));
      const slope = tf.mul(code, tf.sub(1, code));
      const penalty = tf.mean(tf.sum(tf.mul(sq(slope), tf.sum(sq(w!), 0)), 1));
      return tf.add(tf.mean(sq(tf.sub(tf.matMul(code, w as tf.Tensor2D, false, true), inputs))), penalty);
    },
    { at: { scale: 5 }, loses: { why: "1 - sigmoid, as it is written", accuracy: 1e-7 } },
  ),
  model("denoising autoencoder with tied weights and dropout by a mask", [[3, 2], [3]], (w, c) => {
    const mask = tf.tensor2d([1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1], [4, 3]);
    const code = tf.tanh(by(tf.mul(inputs, mask), w!));
    return tf.mean(sq(tf.sub(tf.add(tf.matMul(code, w as tf.Tensor2D, false, true), c!), inputs)));
  }),
  model(
    "adversarial discriminator, non-saturating",
    [
      [2, 3],
      [3, 1],
    ],
    (a, b) => {
      const score = (x: tf.Tensor): tf.Tensor => by(tf.tanh(by(x, a!)), b!);
      return tf.add(tf.mean(tf.softplus(tf.neg(score(regression)))), tf.mean(tf.softplus(score(noise))));
    },
    { at: { scale: 300 } },
  ),
  model(
    "least-squares adversarial generator",
    [
      [2, 2],
      [2, 3],
      [3, 1],
    ],
    (g, a, b) => tf.mean(sq(tf.sub(by(tf.tanh(by(tf.sin(by(noise, g!)), a!)), b!), 1))),
  ),
  model(
    "Wasserstein critic with a gradient penalty by tf.grad",
    [
      [2, 4],
      [4, 1],
    ],
    (a, b) => {
      const critic = (x: tf.Tensor): tf.Tensor => by(tf.tanh(by(x, a!)), b!);
      const between = tf.add(tf.mul(0.3, regression), tf.mul(0.7, noise));
      const slopes = tf.grad((x) => tf.sum(critic(x)))(between);
      const penalty = tf.mean(sq(tf.sub(tf.sqrt(tf.add(tf.sum(sq(slopes), 1), 1e-12)), 1)));
      return tf.add(tf.sub(tf.mean(critic(noise)), tf.mean(critic(regression))), tf.mul(10, penalty));
    },
    { at: { scale: 2 } },
  ),
  model("affine coupling flow (RealNVP)", [[1, 2], [2], [1, 2]], (w, b, v) => {
    const [x1, x2] = halves(regression);
    const [s, t] = halves(tf.add(by(x1, w!), b!));
    const scale = tf.tanh(s);
    const y2 = tf.add(tf.mul(x2, tf.exp(scale)), t);
    const [s2, t2] = halves(by(y2, v!));
    const y1 = tf.add(tf.mul(x1, tf.exp(tf.tanh(s2))), t2);
    const logDeterminant = tf.add(scale, tf.tanh(s2));
    return tf.mean(tf.sub(tf.mul(0.5, tf.add(sq(y1), sq(y2))), logDeterminant));
  }),
  model(
    "planar flow",
    [[2], [2], []],
    (u, w, b) => {
      const a = tf.add(tf.dot(noise, w as tf.Tensor1D), b!);
      const h = tf.tanh(a);
      const z = tf.add(noise, tf.mul(tf.expandDims(h, 1), u!));
      const det = tf.add(1, tf.mul(tf.sub(1, sq(h)), tf.sum(tf.mul(u!, w!))));
      return tf.mean(tf.sub(tf.mul(0.5, tf.sum(sq(z), 1)), tf.log(tf.add(tf.abs(det), 1e-6))));
    },
    { at: 0.1 },
  ),
  model(
    "autoregressive flow with a mask",
    [
      [2, 2],
      [2, 2],
    ],
    (w, v) => {
      const mask = tf.tensor2d([0, 1, 0, 0], [2, 2]);
      const mean = by(regression, tf.mul(w!, mask));
      const logScale = tf.tanh(by(regression, tf.mul(v!, mask)));
      const z = tf.mul(tf.sub(regression, mean), tf.exp(tf.neg(logScale)));
      return tf.mean(tf.add(tf.mul(0.5, sq(z)), logScale));
    },
  ),
  model(
    "diffusion: predicted noise at four levels",
    [
      [4, 3],
      [3, 2],
    ],
    (a, b) => {
      const levels = tf.tensor2d([0.9, 0.7, 0.4, 0.1], [4, 1]);
      const x = tf.add(tf.mul(tf.sqrt(levels), regression), tf.mul(tf.sqrt(tf.sub(1, levels)), noise));
      const seen = tf.concat([x, tf.sin(tf.mul(6, levels)), levels], 1);
      const hidden = by(seen, a!);
      return tf.mean(sq(tf.sub(by(tf.mul(hidden, tf.sigmoid(hidden)), b!), noise)));
    },
  ),
  model(
    "denoising score matching",
    [
      [2, 3],
      [3, 2],
    ],
    (a, b) => {
      const seen = tf.add(regression, tf.mul(0.2, noise));
      const score = by(tf.softplus(by(seen, a!)), b!);
      return tf.mul(0.5, tf.mean(tf.sum(sq(tf.add(score, tf.div(noise, 0.2))), 1)));
    },
  ),
  model(
    "score matching with an exact divergence by tf.grad",
    [[2, 3], [3]],
    (a, b) => {
      const energy = (x: tf.Tensor): tf.Tensor => tf.sum(tf.mul(tf.softplus(by(x, a!)), b!));
      const score = tf.grad(energy);
      const s = score(regression);
      const directions = [tf.tensor2d([1, 0], [1, 2]), tf.tensor2d([0, 1], [1, 2])];
      const divergence = directions.map((e) =>
        tf.sum(tf.mul(e, tf.grad((x) => tf.sum(tf.mul(score(x), e)))(regression)), 1),
      );
      return tf.mean(tf.add(tf.addN(divergence), tf.mul(0.5, tf.sum(sq(s), 1))));
    },
    { at: { scale: 3 } },
  ),
  model("energy model with contrastive samples", [[2, 3], [3]], (a, b) => {
    const energy = (x: tf.Tensor): tf.Tensor => tf.sum(tf.mul(tf.elu(by(x, a!)), b!), 1);
    return tf.sub(tf.mean(energy(regression)), tf.mean(energy(noise)));
  }),
  model("noise-contrastive estimation", [[2], []], (w, logZ) => {
    const logit = (x: tf.Tensor2D): tf.Tensor => tf.sub(tf.dot(tf.neg(sq(x)), tf.exp(w!)), logZ!);
    return tf.neg(tf.add(tf.mean(tf.logSigmoid(logit(regression))), tf.mean(tf.logSigmoid(tf.neg(logit(noise))))));
  }),
  model(
    "optimal transport by Sinkhorn iterations",
    [[4, 2]],
    (x) => {
      const cost = tf.sum(sq(tf.sub(tf.expandDims(x!, 1), tf.expandDims(regression, 0))), 2);
      const scaled = tf.div(cost, -0.5);
      let f: tf.Tensor = tf.zeros([4, 1]);
      let g: tf.Tensor = tf.zeros([1, 4]);
      for (let i = 0; i < 5; i++) {
        f = tf.neg(tf.logSumExp(tf.add(scaled, g), 1, true));
        g = tf.neg(tf.logSumExp(tf.add(scaled, f), 0, true));
      }
      return tf.sum(tf.mul(tf.exp(tf.addN([scaled, f, g].map((t) => tf.broadcastTo(t, [4, 4])))), cost));
    },
    { at: { scale: 3 } },
  ),
  model(
    "Gumbel-softmax with fixed noise",
    [
      [3, 3],
      [3, 2],
    ],
    (w, v) => {
      const gumbel = tf.tensor2d([0.4, -0.2, 1.1, 0.9, 0, -0.8, 2, 0.3, -0.1, 0.2, 0.5, 0.7], [4, 3]);
      const chosen = tf.softmax(tf.div(tf.add(by(inputs, w!), gumbel), 0.5));
      return tf.mean(sq(tf.sub(by(chosen, v!), regression)));
    },
  ),
  model(
    "hypernetwork: weights made by weights",
    [
      [3, 6],
      [1, 3],
    ],
    (w, z) => {
      const made = tf.reshape(by(tf.tanh(z!), w!), [3, 2]);
      return tf.mean(sq(tf.sub(tf.tanh(by(inputs, made)), regression)));
    },
  ),
  model(
    "meta-learning: a loss after one inner step by tf.grad",
    [[3, 2]],
    (w) => {
      const fit = (v: tf.Tensor): tf.Tensor => tf.mean(sq(tf.sub(tf.tanh(by(inputs, v)), regression)));
      return fit(tf.sub(w!, tf.mul(0.4, tf.grad(fit)(w!))));
    },
    { at: { scale: 3 } },
  ),
];

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
const symmetricPart = (a: tf.Tensor): tf.Tensor => tf.mul(0.5, tf.add(a, tf.transpose(a)));

/** The lower factor of a symmetric positive definite matrix, entry by entry. */
function cholesky(a: tf.Tensor, n: number): tf.Tensor[][] {
  const entry = (i: number, j: number): tf.Tensor => tf.reshape(tf.slice(a, [i, j], [1, 1]), []);
  const factor: tf.Tensor[][] = [];
  for (let i = 0; i < n; i++) {
    factor.push([]);
    for (let j = 0; j <= i; j++) {
      let rest = entry(i, j);
      for (let k = 0; k < j; k++) rest = tf.sub(rest, tf.mul(factor[i]![k]!, factor[j]![k]!));
      factor[i]!.push(i === j ? tf.sqrt(rest) : tf.div(rest, factor[j]![j]!));
    }
  }
  return factor;
}

/** Filters, Gaussian processes, flows with their determinants, implicit layers, operators. */
export const inferenceLosses: readonly LossCase[] = [
  model(
    "Kalman filter's likelihood",
    [[2, 2], [2], [], []],
    (transition, observe, processNoise, observationNoise) => {
      const a = tf.mul(0.5, tf.tanh(transition)) as tf.Tensor2D;
      const h = tf.reshape(observe, [2, 1]) as tf.Tensor2D;
      const q = tf.mul(tf.exp(processNoise), tf.eye(2));
      const r = tf.exp(observationNoise);
      let mean: tf.Tensor2D = tf.zeros([2, 1]);
      let cover: tf.Tensor2D = tf.eye(2);
      let total: tf.Tensor = tf.scalar(0);
      for (const y of [0.3, -0.2, 0.9, 0.5]) {
        mean = dense(a, mean);
        cover = tf.add(tf.matMul(dense(a, cover), a, false, true), q);
        const surprise = tf.sub(y, tf.matMul(h, mean, true));
        const variance = tf.add(tf.matMul(h, dense(cover, h), true), r);
        total = tf.add(total, tf.sum(tf.add(tf.log(variance), tf.div(sq(surprise), variance))));
        const gain = tf.div(dense(cover, h), variance) as tf.Tensor2D;
        mean = tf.add(mean, tf.mul(gain, surprise));
        cover = tf.sub(cover, tf.matMul(gain, tf.matMul(h, cover, true)));
      }
      return total;
    },
    { at: { scale: 3 } },
  ),
  model(
    "Gaussian process: marginal likelihood by a Cholesky factor",
    [[3]],
    (raw) => {
      const [width, amplitude, noise] = tf.unstack(tf.exp(raw)) as [tf.Tensor, tf.Tensor, tf.Tensor];
      const apart = tf.sum(sq(tf.sub(tf.expandDims(inputs, 1), tf.expandDims(inputs, 0))), 2);
      const kernel = tf.add(
        tf.mul(amplitude, tf.exp(tf.div(apart, tf.mul(-2, sq(width))))),
        tf.mul(tf.add(noise, 1e-6), tf.eye(4)),
      );
      const factor = cholesky(kernel, 4);
      const solved: tf.Tensor[] = [];
      let total: tf.Tensor = tf.scalar(0);
      for (const [i, y] of [0.5, -0.3, 1.1, 0.2].entries()) {
        let rest: tf.Tensor = tf.scalar(y);
        for (const [k, x] of solved.entries()) rest = tf.sub(rest, tf.mul(factor[i]![k]!, x));
        solved.push(tf.div(rest, factor[i]![i]!));
        total = tf.add(total, tf.add(tf.mul(0.5, sq(solved[i]!)), tf.log(factor[i]![i]!)));
      }
      return total;
    },
    { at: [2, -1, -2] },
  ),
  model(
    "deep equilibrium: eight fixed-point iterations",
    [
      [3, 3],
      [3, 3],
    ],
    (w, u) => {
      const weights = tf.mul(0.3, tf.tanh(w)) as tf.Tensor2D;
      let z: tf.Tensor2D = tf.zeros([4, 3]);
      for (let k = 0; k < 8; k++) z = tf.tanh(tf.add(dense(z, weights), dense(inputs, u)));
      return tf.mean(sq(tf.sub(z, 0.3)));
    },
  ),
  model(
    "soft dynamic time warping",
    [[4]],
    (x) => {
      const y = [0.2, -0.5, 0.9];
      const far = tf.scalar(1e10);
      let above: tf.Tensor[] = [tf.scalar(0), ...y.map(() => far)];
      for (let i = 0; i < 4; i++) {
        const line: tf.Tensor[] = [far];
        for (const [j, target] of y.entries()) {
          const ways = tf.stack([above[j]!, above[j + 1]!, line[j]!]);
          const least = tf.mul(-0.5, tf.logSumExp(tf.div(ways, -0.5)));
          line.push(tf.add(sq(tf.sub(row(x, i), target)), least));
        }
        above = line;
      }
      return above[3]!;
    },
    { at: { scale: 30 } },
  ),
  model(
    "mixing by an invertible 1 x 1 convolution with its log-determinant (Glow)",
    [[3, 3], [3, 3], [3]],
    (lower, upper, logDiagonal) => {
      const l = tf.add(tf.sub(tf.linalg.bandPart(lower, -1, 0), tf.linalg.bandPart(lower, 0, 0)), tf.eye(3));
      const u = tf.add(
        tf.sub(tf.linalg.bandPart(upper, 0, -1), tf.linalg.bandPart(upper, 0, 0)),
        tf.diag(tf.exp(logDiagonal)),
      );
      const z = dense(inputs, dense(l, u));
      return tf.sub(tf.mul(0.5, tf.mean(tf.sum(sq(z), 1))), tf.sum(logDiagonal));
    },
    { at: { scale: 3 } },
  ),
  model(
    "continuous flow: divergence by tf.grad, Euler steps (FFJORD)",
    [[2, 3], [3], [3, 2]],
    (w, b, v) => {
      const probe = tf.tensor2d([1, -1, -1, 1, 1, 1, -1, -1], [4, 2]);
      const velocity = (z: tf.Tensor): tf.Tensor => dense(tf.tanh(tf.add(dense(z, w), b)), v);
      let z: tf.Tensor = regression;
      let change: tf.Tensor = tf.zeros([4]);
      for (let k = 0; k < 3; k++) {
        const pulled = tf.grad((x) => tf.sum(tf.mul(velocity(x), probe)))(z);
        change = tf.add(change, tf.mul(0.2, tf.sum(tf.mul(pulled, probe), 1)));
        z = tf.add(z, tf.mul(0.2, velocity(z)));
      }
      return tf.mean(tf.sub(tf.mul(0.5, tf.sum(sq(z), 1)), change));
    },
    { at: { scale: 3 } },
  ),
  model(
    "rational-quadratic spline flow",
    [[3], [3], [4]],
    (rawWidths, rawHeights, rawSlopes) => {
      const widths = tf.softmax(rawWidths);
      const heights = tf.softmax(rawHeights);
      const slopes = tf.add(0.01, tf.softplus(rawSlopes));
      const [left, bottom] = [tf.cumsum(widths, 0, true), tf.cumsum(heights, 0, true)];
      const x = tf.tensor1d([0.05, 0.3, 0.55, 0.9]);
      // The bin of each x, by comparison.
      const bin = tf.sub(
        tf.sum(tf.cast(tf.greaterEqual(tf.expandDims(x, 1), tf.expandDims(left, 0)), "int32"), 1),
        tf.scalar(1, "int32"),
      ) as tf.Tensor1D;
      const at = (values: tf.Tensor): tf.Tensor => tf.gather(values, bin);
      const [w, h] = [at(widths), at(heights)];
      const [d0, d1] = [at(tf.slice(slopes, [0], [3])), at(tf.slice(slopes, [1], [3]))];
      const t = tf.div(tf.sub(x, at(left)), w);
      const s = tf.div(h, w);
      const inner = tf.mul(t, tf.sub(1, t));
      const below = tf.add(s, tf.mul(tf.sub(tf.add(d0, d1), tf.mul(2, s)), inner));
      const y = tf.add(at(bottom), tf.div(tf.mul(h, tf.add(tf.mul(s, sq(t)), tf.mul(d0, inner))), below));
      const above = tf.addN([tf.mul(d1, sq(t)), tf.mul(tf.mul(2, s), inner), tf.mul(d0, sq(tf.sub(1, t)))]);
      const logSlope = tf.sub(tf.log(tf.mul(sq(s), above)), tf.mul(2, tf.log(below)));
      return tf.mean(tf.sub(sq(tf.sub(y, 0.4)), logSlope));
    },
    { at: { scale: 3 } },
  ),
  model("network of splines on its edges (Kolmogorov-Arnold)", [[3, 5]], (coefficients) => {
    // Cubic B-splines on a uniform grid, by their recursion.
    const grid = numbers(9, (i) => -4 + i);
    const x = tf.expandDims(inputs, 2);
    let basis: tf.Tensor = tf.cast(
      tf.logicalAnd(tf.greaterEqual(x, grid.slice(0, -1)), tf.less(x, grid.slice(1))),
      "float32",
    );
    for (let order = 1; order <= 3; order++) {
      const count = 8 - order;
      const first = tf.slice(basis, [0, 0, 0], [4, 3, count]);
      const second = tf.slice(basis, [0, 0, 1], [4, 3, count]);
      const up = tf.div(tf.sub(x, grid.slice(0, count)), order);
      const down = tf.div(tf.sub(grid.slice(order + 1, order + 1 + count), x), order);
      basis = tf.add(tf.mul(up, first), tf.mul(down, second));
    }
    const edges = tf.sum(tf.mul(basis, tf.expandDims(coefficients, 0)), 2);
    return tf.mean(sq(tf.sub(tf.tanh(tf.sum(edges, 1)), [0.5, -0.3, 0.1, 0.8])));
  }),
  model(
    "selective state space, scanned (Mamba)",
    [[3], [3, 2], [3, 2], [3, 2], [2]],
    (step, decay, drive, read, skip) => {
      let state: tf.Tensor = tf.zeros([3, 2]);
      const found: tf.Tensor[] = [];
      for (let k = 0; k < 4; k++) {
        const x = row(inputs, k);
        const delta = tf.softplus(tf.mul(step, x));
        const kept = tf.exp(tf.neg(tf.mul(tf.expandDims(delta, 1), tf.exp(decay))));
        state = tf.add(tf.mul(kept, state), tf.mul(tf.expandDims(tf.mul(delta, x), 1), drive));
        found.push(tf.add(tf.sum(tf.mul(state, read), 0), tf.mul(skip, tf.mean(x))));
      }
      return tf.mean(sq(tf.sub(tf.stack(found), regression)));
    },
    { at: { scale: 3 } },
  ),
  model("factorization machine with a logistic loss", [[], [3], [3, 2]], (bias, linear, factors) => {
    const pairs = tf.mul(0.5, tf.sum(tf.sub(sq(dense(inputs, factors)), dense(sq(inputs), sq(factors))), 1));
    const score = tf.addN([tf.mul(bias, tf.ones([4])), tf.dot(inputs, linear), pairs]);
    return tf.mean(tf.softplus(tf.mul([-1, 1, 1, -1], score)));
  }),
  model(
    "Bayes by backprop: a Gaussian over weights, fixed draws",
    [
      [3, 2],
      [3, 2],
    ],
    (mean, raw) => {
      const deviation = tf.softplus(raw);
      const drawn = tf.tensor2d([0.4, -1.1, 0.3, 0.9, -0.2, 1.5], [3, 2]);
      const fit = tf.mean(sq(tf.sub(dense(inputs, tf.add(mean, tf.mul(deviation, drawn))), regression)));
      const divergence = tf.sum(tf.sub(tf.mul(0.5, tf.add(sq(deviation), sq(mean))), tf.log(deviation)));
      return tf.add(fit, tf.mul(0.01, divergence));
    },
    { at: { scale: 30 } },
  ),
  model(
    "operator network: branch times trunk (DeepONet)",
    [
      [3, 4],
      [1, 4],
      [4, 4],
    ],
    (branch, trunk, mix) => {
      const places = tf.reshape(tf.linspace(0, 1, 5), [5, 1]);
      const functions = dense(tf.tanh(dense(inputs, branch)), mix);
      const found = tf.matMul(functions, tf.sin(dense(places, trunk)) as tf.Tensor2D, false, true);
      return tf.mean(sq(tf.sub(found, tf.exp(tf.neg(tf.transpose(places))))));
    },
  ),
  model(
    "Fourier layer by matrices of cosines and sines",
    [
      [2, 2],
      [2, 2],
      [1, 2],
    ],
    (real, imaginary, lift) => {
      const angle = (i: number): number => (2 * Math.PI * (i % 8) * Math.floor(i / 8)) / 8;
      const cosines = tf.tensor2d(
        numbers(16, (i) => Math.cos(angle(i))),
        [2, 8],
      );
      const sines = tf.tensor2d(
        numbers(16, (i) => Math.sin(angle(i))),
        [2, 8],
      );
      const signal = tf.tensor2d(
        numbers(8, (i) => Math.cos(i) + 0.1 * i),
        [8, 1],
      );
      const x = dense(signal, lift);
      const [re, im] = [dense(cosines, x), tf.neg(dense(sines, x))];
      const newRe = tf.sub(tf.mul(real, re), tf.mul(imaginary, im));
      const newIm = tf.add(tf.mul(real, im), tf.mul(imaginary, re));
      const back = tf.sub(tf.matMul(cosines, newRe as tf.Tensor2D, true), tf.matMul(sines, newIm as tf.Tensor2D, true));
      return tf.mean(sq(tf.sub(tf.add(x, tf.div(back, 4)), signal)));
    },
  ),
  model("semidefinite constraint by a log-determinant barrier", [[3, 3]], (raw) => {
    const a = tf.add(symmetricPart(tf.mul(0.3, tf.tanh(raw))), tf.mul(2, tf.eye(3)));
    const factor = cholesky(a, 3);
    const logDeterminant = tf.mul(2, tf.addN(factor.map((line, i) => tf.log(line[i]!))));
    return tf.sub(tf.sum(tf.mul(a, tf.tensor2d([1, 0.2, 0, 0.2, 2, -0.3, 0, -0.3, 1.5], [3, 3]))), logDeterminant);
  }),
  model(
    "conformal risk: a smooth quantile by a root of sigmoids",
    [[3], []],
    (w, threshold) => {
      const scores = tf.abs(tf.sub(tf.dot(inputs, w), [0.3, -0.2, 1.1, 0.4]));
      const covered = tf.mean(tf.sigmoid(tf.div(tf.sub(threshold, scores), 0.1)));
      return tf.add(tf.mul(100, sq(tf.sub(covered, 0.9))), tf.softplus(threshold));
    },
    { at: { scale: 100 } },
  ),
];

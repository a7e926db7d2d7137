import * as tf from "@tensorflow/tfjs";
import type { LossCase } from "./lossCase.ts";

type Two = (x: tf.Tensor, y: tf.Tensor) => tf.Tensor;
const sq = tf.square;
const poly = (...terms: tf.Tensor[]): tf.Tensor => tf.addN(terms);
const two = (name: string, loss: Two, nasty: LossCase["nasty"] = { at: { scale: 100 } }): LossCase => ({
  name,
  shapes: [[], []],
  loss: (x, y) => loss(x!, y!),
  nasty,
});
const many = (name: string, n: number, loss: (x: tf.Tensor1D) => tf.Tensor, nasty?: LossCase["nasty"]): LossCase => ({
  name,
  shapes: [[n]],
  loss: (x) => loss(x as tf.Tensor1D),
  ...(nasty === undefined ? {} : { nasty }),
});
const head = (x: tf.Tensor1D): tf.Tensor1D => tf.slice(x, 0, x.shape[0]! - 1);
const tail = (x: tf.Tensor1D): tf.Tensor1D => tf.slice(x, 1, x.shape[0]! - 1);

/** Test functions of optimisation and energies of physics. */
export const analyticLosses: readonly LossCase[] = [
  two("Beale", (x, y) =>
    poly(
      sq(tf.sub(1.5, x).add(x.mul(y))),
      sq(tf.sub(2.25, x).add(x.mul(y.square()))),
      sq(tf.sub(2.625, x).add(x.mul(y.pow(3)))),
    ),
  ),
  two("Booth", (x, y) => tf.add(sq(x.add(y.mul(2)).sub(7)), sq(x.mul(2).add(y).sub(5)))),
  two("Matyas", (x, y) => tf.sub(tf.mul(0.26, tf.add(sq(x), sq(y))), tf.mul(0.48, x.mul(y)))),
  two("Goldstein-Price", (x, y) => {
    const a = poly(tf.scalar(19), x.mul(-14), sq(x).mul(3), y.mul(-14), x.mul(y).mul(6), sq(y).mul(3));
    const b = poly(tf.scalar(18), x.mul(-32), sq(x).mul(12), y.mul(48), x.mul(y).mul(-36), sq(y).mul(27));
    return tf.mul(tf.add(1, sq(x.add(y).add(1)).mul(a)), tf.add(30, sq(x.mul(2).sub(y.mul(3))).mul(b)));
  }),
  two(
    "Easom",
    (x, y) =>
      tf.neg(
        tf
          .cos(x)
          .mul(tf.cos(y))
          .mul(tf.exp(tf.neg(tf.add(sq(x.sub(Math.PI)), sq(y.sub(Math.PI)))))),
      ),
    { at: 30 },
  ),
  two("six-hump camel", (x, y) =>
    poly(sq(x).mul(4), x.pow(4).mul(-2.1), x.pow(6).div(3), x.mul(y), sq(y).mul(-4), y.pow(4).mul(4)),
  ),
  two("three-hump camel", (x, y) => poly(sq(x).mul(2), x.pow(4).mul(-1.05), x.pow(6).div(6), x.mul(y), sq(y))),
  two("McCormick", (x, y) => poly(tf.sin(x.add(y)), sq(x.sub(y)), x.mul(-1.5), y.mul(2.5), tf.scalar(1))),
  two("Branin", (x, y) =>
    poly(
      sq(
        y
          .sub(sq(x).mul(5.1 / (4 * Math.PI ** 2)))
          .add(x.mul(5 / Math.PI))
          .sub(6),
      ),
      tf.cos(x).mul(10 * (1 - 1 / (8 * Math.PI))),
      tf.scalar(10),
    ),
  ),
  two(
    "Bohachevsky",
    (x, y) =>
      poly(
        sq(x),
        sq(y).mul(2),
        tf.cos(x.mul(3 * Math.PI)).mul(-0.3),
        tf.cos(y.mul(4 * Math.PI)).mul(-0.4),
        tf.scalar(0.7),
      ),
    { at: 0.01 },
  ),
  two(
    "Mueller-Brown surface",
    (x, y) => {
      const wells = [
        [-200, -1, 0, -10, 1, 0],
        [-100, -1, 0, -10, 0, 0.5],
        [-170, -6.5, 11, -6.5, -0.5, 1.5],
        [15, 0.7, 0.6, 0.7, -1, 1],
      ] as const;
      return poly(
        ...wells.map(([size, a, b, c, x0, y0]) => {
          const [u, v] = [x.sub(x0), y.sub(y0)];
          return tf.exp(poly(sq(u).mul(a), u.mul(v).mul(b), sq(v).mul(c))).mul(size);
        }),
      );
    },
    { at: [-0.558, 1.44] },
  ),
  two("monkey saddle", (x, y) => tf.sub(x.pow(3), x.mul(sq(y)).mul(3)), { at: 0 }),
  many("Levy", 4, (x) => {
    const w = x.sub(1).div(4).add(1);
    const middle = sq(head(w as tf.Tensor1D).sub(1)).mul(
      tf.add(
        1,
        sq(
          tf.sin(
            head(w as tf.Tensor1D)
              .mul(Math.PI)
              .add(1),
          ),
        ).mul(10),
      ),
    );
    const last = tf.slice(w, 3, 1);
    return poly(
      tf.sum(sq(tf.sin(tf.slice(w, 0, 1).mul(Math.PI)))),
      tf.sum(middle),
      tf.sum(sq(last.sub(1)).mul(tf.add(1, sq(tf.sin(last.mul(2 * Math.PI)))))),
    );
  }),
  many(
    "Griewank",
    5,
    (x) => tf.add(tf.sub(tf.sum(sq(x)).div(4000), tf.prod(tf.cos(x.div(tf.sqrt(tf.range(1, 6)))))), 1),
    { at: { scale: 100 } },
  ),
  many(
    "Michalewicz",
    4,
    (x) => tf.neg(tf.sum(tf.sin(x).mul(tf.pow(tf.sin(tf.range(1, 5).mul(sq(x)).div(Math.PI)), 20)))),
    { at: [2.2, 1.57, 1.28, 1.92] },
  ),
  many("Schwefel", 4, (x) => tf.sub(418.9829 * 4, tf.sum(x.mul(tf.sin(tf.sqrt(tf.abs(x)))))), { at: { scale: 400 } }),
  many(
    "Dixon-Price",
    5,
    (x) =>
      tf.add(tf.sum(sq(tf.slice(x, 0, 1).sub(1))), tf.sum(tf.range(2, 6).mul(sq(tf.sub(sq(tail(x)).mul(2), head(x)))))),
    { at: { scale: 30 } },
  ),
  many("Powell's singular function", 4, (x) => {
    const [a, b, c, d] = tf.unstack(x);
    return poly(
      sq(a!.add(b!.mul(10))),
      sq(c!.sub(d!)).mul(5),
      tf.pow(b!.sub(c!.mul(2)), 4),
      tf.pow(a!.sub(d!), 4).mul(10),
    );
  }),
  many("Wood", 4, (x) => {
    const [a, b, c, d] = tf.unstack(x);
    return poly(
      sq(b!.sub(sq(a!))).mul(100),
      sq(tf.sub(1, a!)),
      sq(d!.sub(sq(c!))).mul(90),
      sq(tf.sub(1, c!)),
      tf.add(sq(b!.sub(1)), sq(d!.sub(1))).mul(10.1),
      b!.sub(1).mul(d!.sub(1)).mul(19.8),
    );
  }),
  many(
    "Zakharov",
    5,
    (x) => {
      const s = tf.sum(x.mul(tf.range(1, 6))).div(2);
      return poly(tf.sum(sq(x)), sq(s), s.pow(4));
    },
    { at: { scale: 10 } },
  ),
  many("Trid", 5, (x) => tf.sub(tf.sum(sq(x.sub(1))), tf.sum(head(x).mul(tail(x))))),
  many(
    "Rosenbrock in ten dimensions",
    10,
    (x) => tf.sum(tf.add(sq(tail(x).sub(sq(head(x)))).mul(100), sq(tf.sub(1, head(x))))),
    { at: 1, step: 2 ** -50 },
  ),
  many("generalised Rosenbrock with exponentials", 6, (x) => tf.sum(tf.exp(tf.mul(head(x), tail(x)))), { at: 5 }),
  {
    name: "Lennard-Jones cluster",
    shapes: [[4, 3]],
    loss: (x) => {
      const d = tf.sum(sq(tf.sub(tf.expandDims(x, 1), tf.expandDims(x, 0))), 2);
      const pairs = tf.sub(1, tf.eye(4));
      const r6 = tf.div(1, tf.pow(tf.add(d, tf.eye(4)), 3));
      return tf.mul(2, tf.sum(tf.mul(pairs, tf.sub(sq(r6), r6))));
    },
    nasty: { at: { scale: 100 } },
  },
  {
    name: "spring chain with a cubic term (Fermi, Pasta, Ulam, Tsingou)",
    shapes: [[6]],
    loss: (x) => {
      const d = tf.sub(tail(x as tf.Tensor1D), head(x as tf.Tensor1D));
      return tf.sum(tf.add(sq(d).div(2), d.pow(3).mul(0.25 / 3)));
    },
  },
  {
    name: "Ising model in mean field",
    shapes: [[5]],
    loss: (h) => {
      const m = tf.tanh(h);
      const up = tf.add(1, m).div(2);
      const entropy = tf.add(up.mul(tf.log(up)), tf.sub(1, up).mul(tf.log(tf.sub(1, up))));
      return tf.sub(tf.sum(entropy), tf.sum(head(m as tf.Tensor1D).mul(tail(m as tf.Tensor1D))));
    },
  },
  {
    name: "Ginzburg-Landau energy on a ring",
    shapes: [[8]],
    loss: (u) => {
      const next = tf.concat([tf.slice(u, 1, 7), tf.slice(u, 0, 1)]);
      return tf.add(tf.sum(sq(tf.sub(next, u))).mul(0.5), tf.mean(sq(tf.sub(sq(u), 1))).div(4));
    },
  },
];

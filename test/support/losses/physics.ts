import * as tf from "@tensorflow/tfjs";
import { inputs, type LossCase, type Nasty, regression } from "./lossCase.ts";

const sq = tf.square;
const model = (name: string, shapes: LossCase["shapes"], loss: LossCase["loss"], nasty?: Nasty): LossCase => ({
  name,
  shapes,
  loss,
  nasty: nasty ?? { at: { scale: 3 } },
});
/** A network of one variable with five tanh units. */
const net =
  (w: tf.Tensor, b: tf.Tensor, c: tf.Tensor) =>
  (t: tf.Tensor): tf.Tensor =>
    tf.dot(tf.tanh(tf.add(tf.mul(tf.expandDims(t, 1), w), b)), c as tf.Tensor1D);
const five: LossCase["shapes"] = [[5], [5], [5]];
const times = tf.linspace(0, 1, 6);
const square = (n: number): tf.Tensor2D =>
  tf.tensor2d(
    Array.from({ length: n * n }, (_, i) => Math.sin(i + 1)),
    [n, n],
  );
const product = (...factors: tf.Tensor[]): tf.Tensor2D =>
  factors.reduce((a, b) => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D)) as tf.Tensor2D;

/** Derivatives of networks inside losses, and linear algebra as TensorFlow.js composes it. */
export const physicsLosses: readonly LossCase[] = [
  model(
    "ordinary differential equation u' = -2 u, with its start",
    five,
    (w, b, c) => {
      const u = net(w!, b!, c!);
      const residual = tf.add(tf.grad(u)(times), tf.mul(2, u(times)));
      return tf.add(tf.mean(sq(residual)), tf.sum(sq(tf.sub(u(tf.zeros([1])), 1))));
    },
    undefined,
  ),
  {
    ...model("Burgers' equation with derivatives in space and time", [[2, 4], [4], [4]], (w, b, c) => {
      const u = (x: tf.Tensor, t: tf.Tensor): tf.Tensor =>
        tf.dot(tf.tanh(tf.add(tf.matMul(tf.stack([x, t], 1) as tf.Tensor2D, w as tf.Tensor2D), b!)), c as tf.Tensor1D);
      const x = tf.linspace(-1, 1, 4);
      const t = tf.linspace(0.1, 0.7, 4);
      const inSpace = tf.grad((y: tf.Tensor) => u(y, t));
      const second = tf.grad(inSpace)(x);
      const inTime = tf.grad((s: tf.Tensor) => u(x, s))(t);
      return tf.mean(sq(tf.sub(tf.add(inTime, tf.mul(u(x, t), inSpace(x))), tf.mul(0.05, second))));
    }),
    // TensorFlow.js has no second derivative of tanh: it is written out.
    reference: (w, b, c) => {
      const [x, t] = [tf.linspace(-1, 1, 4), tf.linspace(0.1, 0.7, 4)];
      const h = tf.tanh(tf.add(tf.matMul(tf.stack([x, t], 1) as tf.Tensor2D, w as tf.Tensor2D), b!));
      const slope = tf.sub(1, sq(h));
      const [wx, wt] = tf.unstack(w!);
      const sum = (y: tf.Tensor): tf.Tensor => tf.dot(y, c as tf.Tensor1D);
      const second = sum(tf.mul(tf.mul(tf.mul(-2, h), slope), sq(wx!)));
      return tf.mean(
        sq(tf.sub(tf.add(sum(tf.mul(slope, wt!)), tf.mul(sum(h), sum(tf.mul(slope, wx!)))), tf.mul(0.05, second))),
      );
    },
  },
  model("heat equation, weak form (deep Ritz)", five, (w, b, c) => {
    const u = net(w!, b!, c!);
    const energy = tf.sub(tf.mul(0.5, sq(tf.grad(u)(times))), tf.mul(u(times), tf.sin(tf.mul(Math.PI, times))));
    return tf.add(tf.mean(energy), tf.mul(50, tf.sum(sq(u(tf.tensor1d([0, 1]))))));
  }),
  model("Rayleigh quotient of a Schroedinger operator", five, (w, b, c) => {
    const x = tf.linspace(-2, 2, 6);
    const u = (t: tf.Tensor): tf.Tensor => tf.mul(net(w!, b!, c!)(t), tf.exp(tf.neg(sq(t))));
    const numerator = tf.mean(tf.add(sq(tf.grad(u)(x)), tf.mul(sq(x), sq(u(x)))));
    return tf.div(numerator, tf.add(tf.mean(sq(u(x))), 1e-3));
  }),
  model("Hamiltonian network: motion from an energy by tf.grads", [[2, 4], [4]], (w, c) => {
    const h = (q: tf.Tensor, p: tf.Tensor): tf.Tensor =>
      tf.sum(tf.mul(tf.tanh(tf.matMul(tf.stack([q, p], 1) as tf.Tensor2D, w as tf.Tensor2D)), c!));
    const [q, p] = [tf.tensor1d([0.1, -0.4, 0.9]), tf.tensor1d([0.5, 0.2, -0.3])];
    const [dq, dp] = tf.grads((a: tf.Tensor, b: tf.Tensor) => h(a, b))([q, p]);
    return tf.add(tf.mean(sq(tf.sub(dp!, p))), tf.mean(sq(tf.sub(tf.neg(dq!), tf.neg(q)))));
  }),
  model("third derivative by three tf.grad", [[3], [3]], (w, c) => {
    const u = (t: tf.Tensor): tf.Tensor => tf.dot(tf.sin(tf.mul(tf.expandDims(t, 1), w!)), c as tf.Tensor1D);
    return tf.mean(sq(tf.add(tf.grad(tf.grad(tf.grad(u)))(times), u(times))));
  }),
  model("Jacobian penalty by tf.valueAndGrad", [[3, 4], [4]], (w, c) => {
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) =>
      tf.sum(tf.dot(tf.softplus(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D)), c as tf.Tensor1D)),
    )(inputs);
    return tf.add(sq(value), tf.mul(0.1, tf.sum(sq(grad))));
  }),
  {
    ...model("sliced curvature: v^T H v by two tf.grad", [[3, 4], [4]], (w, c) => {
      const f = (x: tf.Tensor): tf.Tensor =>
        tf.sum(tf.dot(tf.tanh(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D)), c as tf.Tensor1D));
      const v = tf.cos(inputs);
      const along = (x: tf.Tensor): tf.Tensor => tf.sum(tf.mul(tf.grad(f)(x), v));
      return tf.add(sq(tf.sum(tf.mul(tf.grad(along)(inputs), v))), tf.sum(sq(c!)));
    }),
    // TensorFlow.js has no second derivative of tanh: it is written out.
    reference: (w, c) => {
      const h = tf.tanh(tf.matMul(inputs, w as tf.Tensor2D));
      const moved = tf.matMul(tf.cos(inputs), w as tf.Tensor2D);
      const curved = tf.mul(tf.mul(tf.mul(-2, h), tf.sub(1, sq(h))), sq(moved));
      return tf.add(sq(tf.sum(tf.mul(curved, c!))), tf.sum(sq(c!)));
    },
  },
  model(
    "QR decomposition",
    [[3, 3]],
    (a) => {
      const [q, r] = tf.linalg.qr(a!);
      return tf.add(tf.sum(tf.mul(tf.sin(q!), square(3))), tf.sum(sq(r!)));
    },
    { at: [1, 0, 0.5, 0.2, 1, 0, 0, 0.1, 1] },
  ),
  model(
    "Gram-Schmidt orthogonalisation",
    [[3, 3]],
    (a) => tf.sum(tf.mul(tf.exp(tf.linalg.gramSchmidt(a as tf.Tensor2D) as tf.Tensor2D), square(3))),
    {
      at: [1, 1e-3, 0, 1, 2e-3, 1e-3, 0, 0, 1],
      float32: "its rows are nearly parallel",
      loses: { why: "rows nearly parallel", accuracy: 1e-8 },
    },
  ),
  model("power iteration's eigenvalue", [[3, 3]], (a) => {
    const s = tf.add(tf.matMul(a as tf.Tensor2D, a as tf.Tensor2D, false, true), tf.eye(3)) as tf.Tensor2D;
    let v: tf.Tensor = tf.ones([3, 1]);
    for (let i = 0; i < 4; i++) {
      const u = tf.matMul(s, v as tf.Tensor2D);
      v = tf.div(u, tf.norm(u));
    }
    return tf.sum(tf.mul(v, tf.matMul(s, v as tf.Tensor2D)));
  }),
  model("spectral normalisation of a layer", [[3, 2]], (w) => {
    const u = tf.matMul(w as tf.Tensor2D, tf.tensor2d([0.6, 0.8], [2, 1]));
    const sigma = tf.sqrt(tf.add(tf.sum(sq(u)), 1e-8));
    return tf.mean(sq(tf.sub(tf.tanh(tf.matMul(inputs, tf.div(w!, sigma) as tf.Tensor2D)), regression)));
  }),
  model(
    "Cholesky factor of order three by hand, Gaussian likelihood",
    [[3, 3]],
    (a) => {
      const s = tf.add(tf.matMul(a as tf.Tensor2D, a as tf.Tensor2D, false, true), tf.mul(0.5, tf.eye(3)));
      const at = (i: number, j: number): tf.Tensor => tf.reshape(tf.slice(s, [i, j], [1, 1]), []);
      const l00 = tf.sqrt(at(0, 0));
      const l10 = tf.div(at(1, 0), l00);
      const l20 = tf.div(at(2, 0), l00);
      const l11 = tf.sqrt(tf.sub(at(1, 1), sq(l10)));
      const l21 = tf.div(tf.sub(at(2, 1), tf.mul(l20, l10)), l11);
      const l22 = tf.sqrt(tf.sub(at(2, 2), tf.add(sq(l20), sq(l21))));
      const y = [0.3, -0.8, 0.5];
      const z0 = tf.div(y[0]!, l00);
      const z1 = tf.div(tf.sub(y[1]!, tf.mul(l10, z0)), l11);
      const z2 = tf.div(tf.sub(y[2]!, tf.add(tf.mul(l20, z0), tf.mul(l21, z1))), l22);
      return tf.addN([sq(z0), sq(z1), sq(z2), ...[l00, l11, l22].map((l) => tf.mul(2, tf.log(l)))]);
    },
    { at: 0 },
  ),
  model(
    "inverse by Newton-Schulz iterations",
    [[3, 3]],
    (a) => {
      const s = tf.add(tf.matMul(a as tf.Tensor2D, a as tf.Tensor2D, true), tf.eye(3));
      let x: tf.Tensor = tf.div(tf.eye(3), tf.sum(tf.mul(s, tf.eye(3))));
      for (let i = 0; i < 5; i++) x = product(x, tf.sub(tf.mul(2, tf.eye(3)), product(s, x)));
      return tf.sum(tf.mul(x, square(3)));
    },
    { at: 0 },
  ),
  model(
    "matrix exponential by scaling, Taylor and squaring",
    [[3, 3]],
    (a) => {
      const m = tf.div(a!, 8);
      let term: tf.Tensor = tf.eye(3);
      let sum: tf.Tensor = tf.eye(3);
      for (let k = 1; k <= 6; k++) {
        term = tf.div(product(term, m), k);
        sum = tf.add(sum, term);
      }
      for (let k = 0; k < 3; k++) sum = product(sum, sum);
      return tf.sum(tf.mul(sum, square(3)));
    },
    { at: 0 },
  ),
  model(
    "low-rank factors with missing entries",
    [
      [4, 2],
      [3, 2],
    ],
    (u, v) => {
      const known = tf.tensor2d([1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 1], [4, 3]);
      const fit = tf.matMul(u as tf.Tensor2D, v as tf.Tensor2D, false, true);
      return tf.add(
        tf.sum(tf.mul(known, sq(tf.sub(fit, inputs)))),
        tf.mul(0.1, tf.add(tf.sum(sq(u!)), tf.sum(sq(v!)))),
      );
    },
    { at: 0 },
  ),
  model(
    "non-negative factors by softplus",
    [
      [4, 2],
      [2, 3],
    ],
    (u, v) => tf.mean(sq(tf.sub(product(tf.softplus(u!), tf.softplus(v!)), tf.abs(inputs)))),
    { at: { scale: 100 } },
  ),
  model(
    "principal subspace with an orthogonality penalty",
    [[3, 2]],
    (w) => {
      const back = product(inputs, w!, tf.transpose(w!));
      const gram = tf.matMul(w as tf.Tensor2D, w as tf.Tensor2D, true);
      return tf.add(tf.mean(sq(tf.sub(back, inputs))), tf.sum(sq(tf.sub(gram, tf.eye(2)))));
    },
    { at: 0 },
  ),
  model("orthogonal weights by Householder reflections", [[3], [3]], (a, b) => {
    const reflect = (x: tf.Tensor2D, v: tf.Tensor): tf.Tensor2D =>
      tf.sub(
        x,
        tf.mul(tf.div(2, tf.sum(sq(v))), tf.matMul(tf.matMul(x, tf.reshape(v, [3, 1])), tf.reshape(v, [1, 3]))),
      );
    return tf.sum(tf.sin(reflect(reflect(inputs, a!), b!)));
  }),
  model("kernel ridge regression with learned widths", [[3], [4]], (widths, alpha) => {
    const scaled = tf.mul(inputs, tf.exp(widths!));
    const d = tf.sum(sq(tf.sub(tf.expandDims(scaled, 1), tf.expandDims(scaled, 0))), 2);
    const k = tf.exp(tf.mul(-0.5, d)) as tf.Tensor2D;
    const fit = tf.dot(k, alpha as tf.Tensor1D);
    return tf.add(
      tf.mean(sq(tf.sub(fit, tf.tensor1d([0.3, 0.8, -0.7, 0.1])))),
      tf.mul(0.1, tf.sum(tf.mul(alpha!, fit))),
    );
  }),
  model("truss energy with large displacements", [[4, 2]], (x) => {
    const bars = [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 0],
      [0, 2],
    ] as const;
    const points = tf.unstack(x!);
    const stretch = bars.map(([i, j]) =>
      sq(tf.sub(tf.sqrt(tf.add(tf.sum(sq(tf.sub(points[i]!, points[j]!))), 1e-6)), 1)),
    );
    return tf.add(tf.addN(stretch), tf.mul(0.1, tf.sum(tf.slice(x!, [0, 1], [-1, 1]))));
  }),
  model("minimal surface on a grid", [[3, 3]], (inner) => {
    const u = tf.pad(
      inner!,
      [
        [1, 1],
        [1, 1],
      ],
      0.2,
    );
    const dx = tf.sub(tf.slice(u, [0, 1], [4, 4]), tf.slice(u, [0, 0], [4, 4]));
    const dy = tf.sub(tf.slice(u, [1, 0], [4, 4]), tf.slice(u, [0, 0], [4, 4]));
    return tf.sum(tf.sqrt(tf.addN([tf.onesLike(dx), sq(dx), sq(dy)])));
  }),
  model(
    "Nash bargaining product",
    [[3]],
    (x) => {
      const shares = tf.softmax(x!);
      return tf.neg(tf.sum(tf.log(tf.sub(shares, 0.01 / 3).abs())));
    },
    { at: { scale: 5 } },
  ),
];

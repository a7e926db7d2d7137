import * as tf from "@tensorflow/tfjs";

/** What an instruction chooses besides its operands: any natural number, used modulo what there is to choose from. */
export type Choose = (count: number) => number;

/** An operation on one or two tensors; undefined where it does not fit their shapes. */
export type Instruction = (x: tf.Tensor, y: tf.Tensor, choose: Choose) => tf.Tensor | undefined;

const one =
  (f: (x: tf.Tensor) => tf.Tensor): Instruction =>
  (x) =>
    f(x);
/** The second operand in the first one's shape, or its mean where shapes differ. */
const two =
  (f: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor): Instruction =>
  (x, y) =>
    f(x, x.shape.join() === y.shape.join() ? y : tf.mean(y));
const bounded = (x: tf.Tensor): tf.Tensor => tf.mul(0.9, tf.tanh(x));
const positive = (x: tf.Tensor): tf.Tensor => tf.add(tf.softplus(x), 0.1);

/** Functions of single numbers, each kept within its domain. */
export const elementwise: Readonly<Record<string, Instruction>> = {
  sin: one((x) => tf.sin(x)),
  cos: one((x) => tf.cos(x)),
  tan: one((x) => tf.tan(bounded(x))),
  tanh: one((x) => tf.tanh(x)),
  sigmoid: one((x) => tf.sigmoid(x)),
  softplus: one((x) => tf.softplus(x)),
  logSigmoid: one((x) => tf.logSigmoid(x)),
  exp: one((x) => tf.exp(bounded(x))),
  expm1: one((x) => tf.expm1(bounded(x))),
  log: one((x) => tf.log(positive(x))),
  log1p: one((x) => tf.log1p(tf.square(x))),
  sqrt: one((x) => tf.sqrt(positive(x))),
  rsqrt: one((x) => tf.rsqrt(positive(x))),
  reciprocal: one((x) => tf.reciprocal(tf.add(1, tf.square(x)))),
  square: one((x) => tf.square(x)),
  atan: one((x) => tf.atan(x)),
  asin: one((x) => tf.asin(bounded(x))),
  acos: one((x) => tf.acos(bounded(x))),
  atanh: one((x) => tf.atanh(bounded(x))),
  sinh: one((x) => tf.sinh(bounded(x))),
  cosh: one((x) => tf.cosh(bounded(x))),
  asinh: one((x) => tf.asinh(x)),
  acosh: one((x) => tf.acosh(tf.add(1, positive(x)))),
  erf: one((x) => tf.erf(x)),
  neg: one((x) => tf.neg(x)),
  abs: one((x) => tf.abs(tf.add(x, 0.317))),
  relu: one((x) => tf.relu(tf.add(x, 0.219))),
  relu6: one((x) => tf.relu6(tf.add(x, 0.219))),
  leakyRelu: one((x) => tf.leakyRelu(tf.sub(x, 0.137), 0.2)),
  elu: one((x) => tf.elu(tf.add(x, 0.113))),
  selu: one((x) => tf.selu(tf.sub(x, 0.171))),
  clip: one((x) => tf.clipByValue(x, -0.713, 0.857)),
  floor: one((x) => tf.mul(tf.floor(tf.add(tf.sin(x), 0.371)), x)),
  swish: one((x) => tf.mul(x, tf.sigmoid(x))),
  pow: one((x) => tf.pow(positive(x), 1.7)),
  cube: one((x) => tf.pow(bounded(x), 3)),
  add: two((x, y) => tf.add(x, y)),
  sub: two((x, y) => tf.sub(x, y)),
  mul: two((x, y) => tf.mul(x, y)),
  div: two((x, y) => tf.div(x, tf.add(1, tf.square(y)))),
  maximum: two((x, y) => tf.maximum(x, tf.sub(y, 0.193))),
  minimum: two((x, y) => tf.minimum(x, tf.add(y, 0.193))),
  squaredDifference: two((x, y) => tf.squaredDifference(x, y)),
  atan2: two((x, y) => tf.atan2(x, tf.add(1, tf.square(y)))),
  power: two((x, y) => tf.pow(positive(x), tf.tanh(y))),
  where: two((x, y) => tf.where(tf.greater(x, 0.293), x, tf.mul(tf.sin(y), tf.onesLike(x)))),
  grad: one((x) => tf.grad((u: tf.Tensor) => tf.sum(tf.mul(tf.sin(u), tf.square(u))))(x)),
  gradOfGrad: two((x, y) =>
    tf.grad((u: tf.Tensor) => tf.sum(tf.mul(tf.grad((w: tf.Tensor) => tf.sum(tf.cos(tf.mul(w, w))))(u), tf.sin(y))))(x),
  ),
};

const axisOf = (x: tf.Tensor, choose: Choose): number | undefined => (x.rank === 0 ? undefined : choose(x.rank));
const along =
  (f: (x: tf.Tensor, axis: number, choose: Choose) => tf.Tensor | undefined): Instruction =>
  (x, _, choose) => {
    const axis = axisOf(x, choose);
    return axis === undefined ? undefined : f(x, axis, choose);
  };

const imageOf = (x: tf.Tensor): tf.Tensor4D => tf.reshape(x, [1, x.shape[0]!, x.shape[1]!, 1]);

/** Reductions, normalisations, products. */
export const mixing: Readonly<Record<string, Instruction>> = {
  sum: along((x, axis) => tf.sum(x, axis)),
  mean: along((x, axis) => tf.mean(x, axis, true)),
  max: along((x, axis) => tf.max(x, axis)),
  min: along((x, axis) => tf.min(x, axis, true)),
  prod: along((x, axis) => tf.prod(x, axis)),
  logSumExp: along((x, axis) => tf.logSumExp(x, axis)),
  norm: along((x, axis) => tf.sqrt(tf.add(tf.sum(tf.square(x), axis), 0.1))),
  cumsum: along((x, axis, choose) => tf.cumsum(x, axis, choose(2) === 1, choose(2) === 1)),
  cumprod: along((x, axis, choose) => tf.cumprod(x, axis, choose(2) === 1, choose(2) === 1)),
  softmax: along((x) => tf.softmax(x)),
  logSoftmax: along((x) => tf.logSoftmax(x)),
  normalise: along((x, axis) => {
    const { mean, variance } = tf.moments(x, axis, true);
    return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 0.1)));
  }),
  matMul: (x, y, choose) => {
    if (x.rank !== 2 || y.rank !== 2) return undefined;
    const [a, b] = [x as tf.Tensor2D, y as tf.Tensor2D];
    const [transposeA, transposeB] = [choose(2) === 1, choose(2) === 1];
    return a.shape[transposeA ? 0 : 1] === b.shape[transposeB ? 1 : 0]
      ? tf.matMul(a, b, transposeA, transposeB)
      : tf.matMul(a, a, transposeA, !transposeA);
  },
  batchMatMul: (x) => (x.rank === 3 ? tf.matMul(x, x, false, true) : undefined),
  outer: (x, y) => (x.rank === 1 && y.rank === 1 ? tf.outerProduct(x as tf.Tensor1D, y as tf.Tensor1D) : undefined),
  dot: (x, y) =>
    x.rank >= 1 && x.rank <= 2 && y.rank === 1 && x.shape.at(-1) === y.shape[0] ? tf.dot(x, y) : undefined,
  einsum: (x) => (x.rank === 2 ? tf.einsum("ij,kj->ik", x, x) : undefined),
  convolution: (x, y) => {
    if (x.rank !== 2 || y.size < 4 || x.shape[0]! < 2 || x.shape[1]! < 2) return undefined;
    const filter = tf.reshape(tf.slice(tf.reshape(y, [y.size]), 0, 4), [2, 2, 1, 1]) as tf.Tensor4D;
    return tf.squeeze(tf.conv2d(imageOf(x), filter, 1, "same"), [0, 3]);
  },
  pool: (x, _, choose) => {
    if (x.rank !== 2) return undefined;
    const image = imageOf(x);
    return tf.squeeze(choose(2) === 0 ? tf.maxPool(image, 2, 1, "same") : tf.avgPool(image, 2, 1, "same"), [0, 3]);
  },
};

/** Operations that move numbers. */
export const moving: Readonly<Record<string, Instruction>> = {
  flatten: one((x) => tf.reshape(x, [x.size])),
  reshape: (x) => (x.size % 2 === 0 && x.size > 0 ? tf.reshape(x, [2, x.size / 2]) : undefined),
  transpose: one((x) => tf.transpose(x)),
  expandDims: (x, _, choose) => (x.rank < 3 ? tf.expandDims(x, choose(x.rank + 1)) : undefined),
  tile: along((x, axis) =>
    tf.tile(
      x,
      x.shape.map((__, i) => (i === axis ? 2 : 1)),
    ),
  ),
  reverse: along((x, axis) => tf.reverse(x, axis)),
  /** From a place of the first axis to its end. */
  rest: (x, _, choose) => (x.rank > 0 && x.shape[0]! > 1 ? tf.slice(x, choose(x.shape[0]!)) : undefined),
  slice: along((x, axis, choose) => {
    const extent = x.shape[axis]!;
    if (extent < 2) return undefined;
    const begin = choose(extent - 1);
    return tf.slice(
      x,
      x.shape.map((__, i) => (i === axis ? begin : 0)),
      x.shape.map((size, i) => (i === axis ? extent - 1 - begin : size)),
    );
  }),
  stridedSlice: along((x, axis) =>
    x.shape[axis]! < 2
      ? undefined
      : tf.stridedSlice(
          x,
          x.shape.map((size, i) => (i === axis ? size - 1 : 0)),
          x.shape.map((size, i) => (i === axis ? -size - 1 : size)),
          x.shape.map((__, i) => (i === axis ? -2 : 1)),
        ),
  ),
  gather: along((x, axis, choose) => {
    const extent = x.shape[axis]!;
    return tf.gather(x, tf.tensor1d([choose(extent), choose(extent), choose(extent)], "int32"), axis);
  }),
  /** At places that are computed: the derivative in them is 0. */
  lookUp: (x, y, choose) => {
    const axis = axisOf(x, choose);
    if (axis === undefined || y.size < 2) return undefined;
    const chosen = tf.slice(tf.reshape(y, [y.size]), [choose(y.size - 1)], [2]);
    return tf.gather(x, tf.cast(tf.mul(0.999 * x.shape[axis]!, tf.sigmoid(chosen)), "int32"), axis);
  },
  pad: along((x, axis, choose) => {
    const value = choose(2) === 0 ? 0 : 0.3;
    return tf.pad(
      x,
      x.shape.map((__, i): [number, number] => (i === axis ? [1, 1] : [0, 0])),
      value,
    );
  }),
  mirrorPad: along((x, axis) =>
    x.shape[axis]! < 2
      ? undefined
      : tf.mirrorPad(
          x,
          x.shape.map((__, i): [number, number] => (i === axis ? [1, 0] : [0, 0])),
          "reflect",
        ),
  ),
  concat: along((x, axis) => tf.concat([x, tf.sin(x)], axis)),
  stack: (x, y) => (x.rank < 3 && x.shape.join() === y.shape.join() ? tf.stack([x, y], x.rank) : undefined),
  split: along((x, axis) => {
    if (x.shape[axis]! % 2 !== 0) return undefined;
    const [a, b] = tf.split(x, 2, axis);
    return tf.mul(a!, b!);
  }),
  unstack: along((x, axis) => tf.unstack(x, axis)[0]),
};

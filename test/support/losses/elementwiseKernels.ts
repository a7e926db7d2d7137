import * as tf from "@tensorflow/tfjs";
import { jumps, type KernelCase, type Nasty, saturated } from "./lossCase.ts";

/** sum of weights times f(x) over six numbers. */
const six = (f: (x: tf.Tensor1D) => tf.Tensor, point?: readonly number[], nasty?: Nasty): KernelCase => ({
  shapes: [[6]],
  loss: (x) => tf.sum(tf.mul(f(x as tf.Tensor1D), tf.tensor1d([0.3, -1.1, 0.7, 1.9, -0.2, 0.4]))),
  ...(point === undefined ? {} : { point }),
  ...(nasty === undefined ? {} : { nasty }),
});

const small = [-0.9, -0.4, -0.1, 0.2, 0.5, 0.8];
const positive = [0.1, 0.4, 1.1, 2.2, 0.7, 3.8];
const above = [1.1, 1.4, 2.1, 3.2, 1.7, 5.8];
const far = saturated(6);
const tiny: Nasty = { at: [1e-12, 1e-9, 1e-6, 1e-3, 1e-8, 1e-7], float32: "the values are below float32's resolution" };
const nearOne = [1 - 1e-9, -1 + 1e-9, 1 - 1e-6, -1 + 1e-6, 0.999, -0.999];
const one: Nasty = { at: nearOne, step: 2 ** -56, float32: "its distances from 1 are below float32's resolution" };

/** Functions of one number and of two. */
export const elementwiseKernels = {
  Exp: six((x) => tf.exp(x), undefined, { at: [-700, -50, 30, 80, -30, 60] }),
  Expm1: six((x) => tf.expm1(x), undefined, tiny),
  Log: six((x) => tf.log(x), positive, {
    at: [1e-30, 1e-12, 1 + 1e-12, 1e20, 1e-3, 1e30],
    float32: "1 + 1e-12 is 1 in float32",
  }),
  Log1p: six((x) => tf.log1p(x), positive, tiny),
  Sqrt: six((x) => tf.sqrt(x), positive, { at: [1e-20, 1e-10, 1e-5, 1e10, 1e20, 1] }),
  Rsqrt: six((x) => tf.rsqrt(x), positive, { at: [1e-8, 1e-4, 1e-5, 1e10, 1e20, 1] }),
  Reciprocal: six((x) => tf.reciprocal(x), positive, { at: [1e-8, -1e-4, 1e-5, 1e10, -1e20, 1] }),
  Sin: six((x) => tf.sin(x), undefined, { at: [1e3, -1e3, 31.4, 1e-9, 0, 100] }),
  Cos: six((x) => tf.cos(x), undefined, { at: [1e3, -1e3, 31.4, 1e-9, 0, 100] }),
  Tan: six((x) => tf.tan(x), small, { at: [1.57, -1.57, 1.5, 0, 3.1, 4.7], float32: "it lies by a pole" }),
  Asin: six((x) => tf.asin(x), small, one),
  Acos: six((x) => tf.acos(x), small, one),
  Atan: six((x) => tf.atan(x), undefined, far),
  Sinh: six((x) => tf.sinh(x), undefined, { at: [-80, -50, 30, 60, 1e-9, 1e-5] }),
  Cosh: six((x) => tf.cosh(x), undefined, { at: [-80, -50, 30, 60, 1e-9, 1e-5] }),
  Tanh: six((x) => tf.tanh(x), undefined, { at: [-800, -30, 18, 40, 0.01, 800] }),
  Asinh: six((x) => tf.asinh(x), undefined, far),
  Acosh: six((x) => tf.acosh(x), above, {
    at: [1 + 1e-9, 1 + 1e-6, 1.001, 1e8, 1e3, 1e5],
    step: 2 ** -56,
    float32: "1 + 1e-9 is 1 in float32",
  }),
  Atanh: six((x) => tf.atanh(x), small, one),
  Sigmoid: six((x) => tf.sigmoid(x), undefined, { at: [-800, -30, 20, 40, 1e-9, 800] }),
  Softplus: six((x) => tf.softplus(x), undefined, far),
  Erf: six((x) => tf.erf(x), undefined, { at: [-800, -5, 3, 26, 1e-9, 6] }),
  Neg: six((x) => tf.exp(tf.neg(x)), undefined, { at: [-80, 70, 30, 1, 0, 2] }),
  Square: six((x) => tf.square(x), undefined, { at: 0 }),
  Abs: six((x) => tf.mul(tf.abs(x), x), undefined, { at: 0, kink: "x |x| has no second derivative at 0" }),
  Sign: six((x) => tf.mul(tf.sign(x), tf.square(x)), undefined, { at: 0, kink: "sign jumps at 0" }),
  Floor: six((x) => tf.mul(tf.floor(x), tf.exp(x)), undefined, jumps(2)),
  Ceil: six((x) => tf.mul(tf.ceil(x), tf.exp(x)), undefined, jumps(-1)),
  Round: six((x) => tf.mul(tf.round(x), tf.exp(x)), undefined, jumps([0.5, 1.5, 2.5, -0.5, -1.5, 0])),
  Relu: six((x) => tf.square(tf.relu(x)), undefined, { at: 0, kink: "relu's slope at 0 is 0" }),
  Relu6: six((x) => tf.square(tf.relu6(tf.mul(3, x))), undefined, { at: [0, 2, 0, 2, 3, -1], kink: "its ends" }),
  LeakyRelu: six((x) => tf.square(tf.leakyRelu(x, 0.1)), undefined, { at: 0, kink: "its slope at 0 is alpha" }),
  Elu: six((x) => tf.elu(x), undefined, far),
  Selu: six((x) => tf.selu(x), undefined, far),
  ClipByValue: six((x) => tf.mul(tf.clipByValue(x, -0.5, 0.9), tf.exp(x)), undefined, {
    at: [-0.5, 0.9, 0, 2, -3, 0.9],
    kink: "its ends belong to the inside",
  }),
  Step: six((x) => tf.mul(tf.step(x, 0.25), tf.exp(x)), undefined, jumps(0)),
  LogicalNot: six((x) => tf.where(tf.logicalNot(tf.greater(x, 0)), tf.exp(x), tf.sin(x)), undefined, {
    at: 0,
    kink: "the condition changes there",
  }),
  IsNan: six((x) => tf.where(tf.isNaN(tf.log(x)), tf.sin(x), tf.cos(x)), undefined, {
    ...far,
    float32: "its sine and cosine have other digits there",
  }),
  IsInf: six((x) => tf.where(tf.isInf(tf.exp(x)), tf.sin(x), tf.cos(x)), undefined, {
    ...far,
    float32: "its sine and exponential have other limits",
  }),
  IsFinite: six((x) => tf.where(tf.isFinite(x), tf.exp(tf.sin(x)), x), undefined, { at: 0 }),
  Cast: six((x) => tf.mul(tf.cast(tf.cast(tf.mul(x, 3), "int32"), "float32"), tf.sin(x)), undefined, jumps(1)),
  Identity: six((x) => tf.exp(tf.clone(x)), undefined, { at: 0 }),
  ZerosLike: six((x) => tf.exp(tf.add(tf.zerosLike(x), x)), undefined, { at: 0 }),
  OnesLike: six((x) => tf.exp(tf.add(tf.onesLike(x), x)), undefined, { at: 0 }),
  Add: six((x) => tf.sin(tf.add(x, tf.square(x))), undefined, { at: 0 }),
  Sub: six((x) => tf.sin(tf.sub(x, tf.square(x))), undefined, { at: 0 }),
  Multiply: six((x) => tf.mul(tf.sin(x), tf.exp(x)), undefined, { at: 0 }),
  RealDiv: six((x) => tf.div(tf.sin(x), tf.add(tf.square(x), 1)), undefined, { at: { scale: 1e3 } }),
  FloorDiv: six((x) => tf.mul(tf.floorDiv(tf.mul(4, x), 3), tf.sin(x)), undefined, jumps(0.75)),
  Mod: six((x) => tf.square(tf.mod(x, 0.75)), undefined, jumps([0.75, 1.5, -0.75, 0, 3, -1.5])),
  Pow: six((x) => tf.add(tf.pow(x, 2.5), tf.pow(tf.scalar(1.3), x)), positive, { at: [0.001, 50, 1e-4, 20, 1, 2] }),
  SquaredDifference: six((x) => tf.squaredDifference(tf.exp(x), tf.sin(x)), undefined, { at: 0 }),
  Maximum: six((x) => tf.maximum(tf.sin(x), tf.square(x)), undefined, { at: 0, kink: "a tie belongs to the first" }),
  Minimum: six((x) => tf.minimum(x, tf.exp(x)), undefined, { at: { scale: 30 } }),
  Atan2: six((x) => tf.atan2(tf.exp(x), tf.add(x, 0.3)), undefined, { at: -0.3 }),
  Prelu: six((x) => tf.square(tf.prelu(x, tf.fill([6], 0.3) as tf.Tensor1D)), undefined, {
    at: 0,
    kink: "its slope at 0 is alpha",
  }),
  Less: six((x) => tf.where(tf.less(x, 0.1), tf.exp(x), tf.sin(x)), undefined, { at: 0 }),
  LessEqual: six((x) => tf.where(tf.lessEqual(x, 0.1), tf.exp(x), tf.sin(x)), undefined, { at: 0 }),
  Greater: six((x) => tf.where(tf.greater(x, 0.1), tf.square(x), tf.sin(x)), undefined, { at: 0 }),
  GreaterEqual: six((x) => tf.where(tf.greaterEqual(x, 0.1), tf.square(x), tf.sin(x)), undefined, { at: 0 }),
  Equal: six((x) => tf.where(tf.equal(tf.sign(x), 1), tf.exp(x), tf.cos(x)), undefined, { at: { scale: 30 } }),
  NotEqual: six((x) => tf.where(tf.notEqual(tf.round(x), 1), tf.exp(x), tf.cos(x)), undefined, { at: 0.9 }),
  LogicalAnd: six((x) => tf.where(tf.logicalAnd(tf.less(x, 1), tf.less(-0.5, x)), tf.exp(x), tf.cos(x))),
  LogicalOr: six((x) => tf.where(tf.logicalOr(tf.less(x, -0.2), tf.less(0.5, x)), tf.exp(x), tf.cos(x))),
  Select: six((x) => tf.where(tf.greater(x, 0.1), tf.sqrt(tf.abs(tf.add(x, 3))), tf.exp(x)), undefined, {
    at: { scale: 30 },
  }),
  AddN: six((x) => tf.addN([tf.sin(x), tf.exp(x), tf.square(x)]), undefined, { at: 0 }),
} satisfies Readonly<Record<string, KernelCase>>;

import * as tf from "@tensorflow/tfjs";
import type { Kernel } from "../../../src/autodiff/trace/lowerings/table.ts";
import { image, inputs, type LossCase, type Nasty, saturated } from "./lossCase.ts";

type Case = Omit<LossCase, "name">;

/** sum of weights times f(x) over six numbers. */
const six = (f: (x: tf.Tensor1D) => tf.Tensor, point?: readonly number[], nasty?: Nasty): Case => ({
  shapes: [[6]],
  loss: (x) => tf.sum(tf.mul(f(x as tf.Tensor1D), tf.tensor1d([0.3, -1.1, 0.7, 1.9, -0.2, 0.4]))),
  ...(point === undefined ? {} : { point }),
  ...(nasty === undefined ? {} : { nasty }),
});
/** sum of sin(f(x)) over a tensor of any shape. */
const of = (shape: readonly number[], f: (x: tf.Tensor) => tf.Tensor, nasty?: Nasty): Case => ({
  shapes: [shape],
  loss: (x) => tf.sum(tf.sin(f(x))),
  ...(nasty === undefined ? {} : { nasty }),
});

const small = [-0.9, -0.4, -0.1, 0.2, 0.5, 0.8];
const positive = [0.1, 0.4, 1.1, 2.2, 0.7, 3.8];
const above = [1.1, 1.4, 2.1, 3.2, 1.7, 5.8];
const far = saturated(6);
const tiny: Nasty = { at: [1e-12, 1e-9, 1e-6, 1e-3, 1e-8, 1e-7], float32: "the values are below float32's resolution" };
const nearOne = [1 - 1e-9, -1 + 1e-9, 1 - 1e-6, -1 + 1e-6, 0.999, -0.999];
const one: Nasty = { at: nearOne, step: 2 ** -56, float32: "its distances from 1 are below float32's resolution" };
const jumps = (at: readonly number[] | number): Nasty => ({
  at,
  kink: "it jumps there: the derivative is 0 by convention",
});
const ties = (at: readonly number[] | number): Nasty => ({ at, kink: "entries that tie share the derivative" });

const box = [2, 4, 4, 2];
const filled = (...shape: number[]): tf.Tensor =>
  tf.tensor(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i + 1)),
    shape,
  );
const filter3D = filled(2, 2, 2, 1, 2) as tf.Tensor5D;
const indices = (values: number[], ...shape: number[]): tf.Tensor => tf.tensor(values, shape, "int32");

/** For every kernel of TensorFlow.js that is supported, one loss whose value and derivatives depend on it. */
export const kernelLosses: Readonly<Record<Kernel, Case>> = {
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
  Sum: of([2, 3, 4], (x) => tf.sum(x, [0, 2])),
  Mean: of([2, 3, 4], (x) => tf.mean(x, -1)),
  Max: of([2, 3, 4], (x) => tf.max(x, 1), ties(0.5)),
  Min: of([2, 3, 4], (x) => tf.min(x, [0, 2], true), ties(0.5)),
  Prod: of([2, 3, 4], (x) => tf.prod(x, 1), {
    at: Array.from({ length: 24 }, (_, i) => (i % 4 === 0 ? 0 : Math.cos(i))),
  }),
  Any: of([3, 4], (x) => tf.mul(tf.any(tf.greater(x, 0.5), 1, true), x), jumps(0.5)),
  All: of([3, 4], (x) => tf.mul(tf.all(tf.greater(x, -0.5), 1, true), x), jumps(-0.5)),
  ArgMax: of([3, 4], (x) => tf.mul(x, tf.oneHot(tf.argMax(x, 1).toInt(), 4)), jumps(0)),
  ArgMin: of([3, 4], (x) => tf.mul(x, tf.oneHot(tf.argMin(x, 1).toInt(), 4)), jumps(0)),
  Cumsum: of([2, 4], (x) => tf.add(tf.cumsum(x, 1), tf.cumsum(x, 0, true, true))),
  Cumprod: of([2, 4], (x) => tf.add(tf.cumprod(x, 1), tf.cumprod(x, 1, true, true)), {
    at: [0, 2, 0, 3, 1, 0, 5, 0],
  }),
  Reshape: of([2, 6], (x) => tf.matMul(tf.reshape(x, [3, 4]) as tf.Tensor2D, tf.ones([4, 2]))),
  ExpandDims: of([3], (x) => tf.mul(tf.expandDims(x, 1), x)),
  Tile: of([2, 2], (x) => tf.mul(tf.tile(x, [2, 1]), tf.broadcastTo(tf.exp(tf.slice(x, [1, 0], [1, 2])), [4, 2]))),
  Transpose: of([2, 3], (x) => tf.mul(tf.transpose(x), tf.reshape(x, [3, 2]))),
  Reverse: of([2, 3], (x) => tf.mul(tf.reverse(x, 1), x)),
  Slice: of([3, 4], (x) => tf.mul(tf.slice(x, [0, 1], [2, -1]), tf.slice(x, [1, 0], [2, 3]))),
  Concat: of([2, 3], (x) => tf.cumsum(tf.concat([tf.exp(x), x, tf.square(x)], 1), 1)),
  Pack: of([2, 3], (x) => tf.cumsum(tf.stack([tf.exp(x), x], 1), 1)),
  Unpack: of([3, 2], (x) => {
    const [a, b, c] = tf.unstack(x);
    return tf.mul(tf.add(a!, b!), tf.exp(c!));
  }),
  SplitV: of([3, 6], (x) => {
    const [a, b, c] = tf.split(x, [2, 2, -1], 1);
    return tf.mul(tf.add(a!, b!), tf.exp(c!));
  }),
  PadV2: of([2, 3], (x) =>
    tf.cumsum(
      tf.pad(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        0.3,
      ),
      1,
    ),
  ),
  BatchMatMul: {
    shapes: [
      [2, 3, 4],
      [1, 2, 4],
    ],
    loss: (a, b) => tf.sum(tf.tanh(tf.matMul(a, b, false, true))),
    nasty: { at: { scale: 3 } },
  },
  _FusedMatMul: {
    shapes: [[3, 2], [2]],
    loss: (w, b) =>
      tf.addN(
        (["linear", "relu", "relu6", "elu", "sigmoid", "leakyrelu"] as const).map((activation) =>
          tf.sum(tf.sin(tf.fused.matMul({ a: inputs, b: w as tf.Tensor2D, bias: b, activation, leakyreluAlpha: 0.3 }))),
        ),
      ),
    nasty: { at: 0, kink: "the activations' kinks" },
  },
  Einsum: {
    shapes: [
      [2, 3],
      [3, 4, 2],
    ],
    loss: (a, b) => tf.sum(tf.sin(tf.einsum("ij,jki->ik", a, b))),
  },
  Softmax: of([2, 4], (x) => tf.softmax(x), { at: [1000, -1000, 0, 999, 50, 50, 50, 50] }),
  FusedBatchNorm: {
    shapes: [[4, 3], [3], [3], [3], [3]],
    loss: (x, mean, variance, offset, scale) =>
      tf.sum(
        tf.sin(
          tf.batchNorm(
            x as tf.Tensor2D,
            mean as tf.Tensor1D,
            tf.square(variance) as tf.Tensor1D,
            offset as tf.Tensor1D,
            scale as tf.Tensor1D,
          ),
        ),
      ),
  },
  OneHot: {
    shapes: [[4, 3]],
    loss: (x) => tf.sum(tf.exp(tf.mul(x, tf.oneHot(indices([0, 2, 2, 1], 4), 3, 0.7, -0.1)))),
  },
  GatherV2: of([2, 4, 3], (x) =>
    tf.concat([tf.gather(x, indices([3, 1, 1], 3), 1), tf.gather(x, indices([0, 3, 2, 2], 2, 2), 1, 1)], 1),
  ),
  GatherNd: of([3, 4], (x) => tf.exp(tf.gatherND(x, indices([0, 1, 2, 3, 0, 1], 3, 2)))),
  ScatterNd: of([4], (x) => tf.exp(tf.scatterND(indices([1, 3, 1, 0], 4, 1), x, [5]))),
  TensorScatterUpdate: {
    shapes: [
      [4, 2],
      [3, 2],
    ],
    loss: (x, updates) => tf.sum(tf.exp(tf.tensorScatterUpdate(x, indices([1, 3, 1], 3, 1), tf.sin(updates)))),
  },
  UnsortedSegmentSum: of([4, 2], (x) => tf.exp(tf.unsortedSegmentSum(x, indices([0, 1, 0, 2], 4) as tf.Tensor1D, 2))),
  Diag: of([3], (x) =>
    tf.matMul(tf.diag(x) as tf.Tensor2D, tf.add(tf.diag(tf.exp(x)), tf.ones([3, 3])) as tf.Tensor2D),
  ),
  Fill: of([2, 2], (x) => tf.mul(tf.fill([2, 2], 0.1), tf.exp(x))),
  Range: of([3], (x) => tf.mul(tf.range(0, 0.3, 0.1), x)),
  LinSpace: of([3], (x) => tf.mul(tf.linspace(0.1, 0.7, 3), x)),
  Conv2D: {
    shapes: [
      [2, 2, 2, 3],
      [3, 3, 2, 1],
    ],
    loss: (a, b) =>
      tf.addN([
        tf.mean(tf.tanh(tf.conv2d(image, a as tf.Tensor4D, 2, "same"))),
        tf.mean(tf.sin(tf.conv2d(image, b as tf.Tensor4D, 1, "valid", "NHWC", 2))),
        tf.mean(
          tf.sin(
            tf.conv2d(image, a as tf.Tensor4D, 1, [
              [0, 0],
              [1, 0],
              [0, 2],
              [0, 0],
            ]),
          ),
        ),
        tf.mean(
          tf.sin(
            tf.conv1d(tf.reshape(image, [2, 25, 2]) as tf.Tensor3D, tf.reshape(b, [9, 2, 1]) as tf.Tensor3D, 3, "same"),
          ),
        ),
      ]),
  },
  FusedConv2D: {
    shapes: [[2, 2, 2, 3], [3]],
    loss: (filter, bias) =>
      tf.sum(
        tf.fused.conv2d({
          x: image,
          filter: filter as tf.Tensor4D,
          strides: 1,
          pad: "same",
          bias,
          activation: "elu",
        }),
      ),
    nasty: { at: 0, kink: "elu has no second derivative at 0" },
  },
  DepthwiseConv2dNative: {
    shapes: [[2, 2, 2, 2]],
    loss: (filter) =>
      tf.add(
        tf.mean(tf.tanh(tf.depthwiseConv2d(image, filter as tf.Tensor4D, 1, "same"))),
        tf.mean(tf.sin(tf.depthwiseConv2d(image, filter as tf.Tensor4D, 1, "valid", "NHWC", [2, 1]))),
      ),
  },
  FusedDepthwiseConv2D: {
    shapes: [[2, 2, 2, 2], [4]],
    loss: (filter, bias) =>
      tf.mean(
        tf.sin(
          tf.fused.depthwiseConv2d({
            x: image,
            filter: filter as tf.Tensor4D,
            strides: 1,
            pad: "valid",
            bias,
            activation: "sigmoid",
          }),
        ),
      ),
  },
  Conv2DBackpropInput: of(box, (x) =>
    tf.conv2dTranspose(x as tf.Tensor4D, filled(3, 3, 1, 2) as tf.Tensor4D, [2, 8, 8, 1], 2, "same"),
  ),
  Conv3D: of([1, 3, 3, 3, 1], (x) => tf.conv3d(x as tf.Tensor5D, filter3D, 1, "same")),
  Conv3DBackpropInputV2: of([1, 2, 2, 2, 2], (x) =>
    tf.conv3dTranspose(x as tf.Tensor5D, filter3D, [1, 4, 4, 4, 1], 2, "same"),
  ),
  MaxPool: of(box, (x) => tf.maxPool(x as tf.Tensor4D, 3, 2, "same"), ties(0.3)),
  AvgPool: of(box, (x) => tf.avgPool(x as tf.Tensor4D, 3, 2, "same")),
  MaxPool3D: of([1, 3, 3, 3, 1], (x) => tf.maxPool3d(x as tf.Tensor5D, 2, 2, "same"), ties(0.3)),
  AvgPool3D: of([1, 3, 3, 3, 1], (x) => tf.avgPool3d(x as tf.Tensor5D, 2, 1, "same")),
  Dilation2D: {
    shapes: [
      [1, 4, 4, 2],
      [2, 2, 2],
    ],
    loss: (x, filter) => tf.sum(tf.sin(tf.dilation2d(x as tf.Tensor4D, filter as tf.Tensor3D, 1, "same"))),
    nasty: ties(0.3),
  },
  LRN: of([1, 2, 2, 5], (x) => tf.localResponseNormalization(x as tf.Tensor4D, 1, 1, 0.5, 0.75)),
  ResizeBilinear: of([1, 3, 2, 2], (x) =>
    tf.addN([
      tf.image.resizeBilinear(x as tf.Tensor4D, [5, 4]),
      tf.image.resizeBilinear(x as tf.Tensor4D, [5, 4], true),
      tf.image.resizeBilinear(x as tf.Tensor4D, [5, 4], false, true),
    ]),
  ),
  ResizeNearestNeighbor: of([1, 3, 2, 2], (x) =>
    tf.exp(
      tf.add(
        tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [5, 4]),
        tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [5, 4], false, true),
      ),
    ),
  ),
  FlipLeftRight: of([1, 2, 3, 1], (x) => tf.mul(tf.image.flipLeftRight(x as tf.Tensor4D), x)),
  DepthToSpace: of([1, 2, 2, 4], (x) =>
    tf.conv2d(tf.depthToSpace(x as tf.Tensor4D, 2), filled(2, 2, 1, 2) as tf.Tensor4D, 1, "same"),
  ),
  SpaceToBatchND: of([1, 3, 3, 1], (x) =>
    tf.exp(
      tf.spaceToBatchND(
        x,
        [2, 2],
        [
          [1, 0],
          [0, 1],
        ],
      ),
    ),
  ),
  BatchToSpaceND: of([4, 2, 2, 1], (x) =>
    tf.exp(
      tf.batchToSpaceND(
        x,
        [2, 2],
        [
          [1, 0],
          [0, 1],
        ],
      ),
    ),
  ),
  MirrorPad: of([3, 3], (x) =>
    tf.add(
      tf.mirrorPad(
        x,
        [
          [1, 1],
          [2, 1],
        ],
        "reflect",
      ),
      tf.exp(
        tf.mirrorPad(
          x,
          [
            [1, 1],
            [2, 1],
          ],
          "symmetric",
        ),
      ),
    ),
  ),
  StridedSlice: of([4, 5], (x) =>
    tf.mul(tf.stridedSlice(x, [3, 0], [0, 5], [-1, 2]), tf.stridedSlice(x, [0, 1], [3, 4], [1, 1], 0, 0, 0, 0, 0)),
  ),
};

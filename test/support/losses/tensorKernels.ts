import * as tf from "@tensorflow/tfjs";
import { image, inputs, jumps, type KernelCase, type Nasty } from "./lossCase.ts";

/** sum of sin(f(x)) over a tensor of any shape. */
const of = (shape: readonly number[], f: (x: tf.Tensor) => tf.Tensor, nasty?: Nasty): KernelCase => ({
  shapes: [shape],
  loss: (x) => tf.sum(tf.sin(f(x))),
  ...(nasty === undefined ? {} : { nasty }),
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

/** Reductions, products, moves, windows. */
export const tensorKernels = {
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
} satisfies Readonly<Record<string, KernelCase>>;

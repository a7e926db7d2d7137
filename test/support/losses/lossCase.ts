import * as tf from "@tensorflow/tfjs";

/** A loss as people write it, with the shapes of its parameters and the points where it is tried. */
export interface LossCase {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly loss: (...parameters: tf.Tensor[]) => tf.Tensor;
  /** A generic point; default standard normal. */
  readonly point?: readonly number[];
  /** A point that is hard: saturated, tied, degenerate. Default all 0. */
  readonly nasty?: Nasty;
  /** The same value by operations that TensorFlow.js's kernels have, where they cannot compute the loss itself. */
  readonly reference?: (...parameters: tf.Tensor[]) => tf.Tensor;
}

export interface Nasty {
  /** A number stands for all coordinates; `scale` multiplies a standard normal point. */
  readonly at: readonly number[] | number | { readonly scale: number };
  /** Why the derivative is one-sided or shared there: differences are no test, forward against reverse is. */
  readonly kink?: string;
  /** Of the differences, relative to coordinates that are small or large, else absolute; default 2^-40. */
  readonly step?: number;
  /** Why float64 loses digits there, with the relative accuracy that is left. */
  readonly loses?: { readonly why: string; readonly accuracy: number };
  /** Why TensorFlow.js's float32 value is no test there. */
  readonly float32?: string;
}

/** The loss of a kernel, which is its name. */
export type KernelCase = Omit<LossCase, "name">;

export const jumps = (at: readonly number[] | number): Nasty => ({
  at,
  kink: "it jumps there: the derivative is 0 by convention",
});

/** Far out, on both sides. */
export const saturated = (size: number): Nasty => ({
  at: Array.from({ length: size }, (_, i) => (i % 2 === 0 ? 1 : -1) * (800 + i)),
});

export const inputs = tf.tensor2d([0.5, -1.2, 0.3, 1.1, 0.7, -0.4, -0.9, 0.2, 1.6, 0.1, -0.6, 0.8], [4, 3]);
export const targets = tf.tensor2d([1, 0, 0, 1, 1, 0, 0, 1], [4, 2]);
export const regression = tf.tensor2d([0.3, -0.1, 0.8, 0.4, -0.7, 0.2, 0.1, 0.9], [4, 2]);
export const labels = tf.tensor1d([0, 2, 1, 2], "int32");
export const image = tf.tensor4d(
  Array.from({ length: 2 * 5 * 5 * 2 }, (_, i) => Math.sin(1.7 * i) + 0.1 * (i % 7)),
  [2, 5, 5, 2],
);
/** A batch of two sequences of four vectors. */
export const sequences = tf.tensor3d(
  Array.from({ length: 2 * 4 * 3 }, (_, i) => Math.cos(2.3 * i) - 0.05 * (i % 5)),
  [2, 4, 3],
);

/** The point of a case as tensors of TensorFlow.js, for its own computation. */
export function tensorsOf({ shapes }: LossCase, point: Float64Array): tf.Tensor[] {
  let at = 0;
  return shapes.map((shape) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const values = Array.from(point.subarray(at, at + size));
    at += size;
    return tf.tensor(values, [...shape]);
  });
}

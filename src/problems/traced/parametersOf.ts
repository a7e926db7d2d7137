import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D, Tensor5D } from "@tensorflow/tfjs-core";

/** A list of shapes, one for each parameter tensor; [] is a single number. */
export type Shapes = readonly (readonly number[])[];

/** The tensor type of a shape: that of its rank if the compiler knows the rank, else `Tensor`. */
export type TensorOf<S extends readonly number[]> = number extends S["length"]
  ? Tensor
  : S["length"] extends 0
    ? Scalar
    : S["length"] extends 1
      ? Tensor1D
      : S["length"] extends 2
        ? Tensor2D
        : S["length"] extends 3
          ? Tensor3D
          : S["length"] extends 4
            ? Tensor4D
            : S["length"] extends 5
              ? Tensor5D
              : Tensor;

/** The parameters of a function of tensors of these shapes. */
export type ParametersOf<S extends Shapes> = { readonly [K in keyof S]: TensorOf<S[K]> };

/**
 * A function of tensors of these shapes.
 *
 * It is declared as a method because a method's parameters may be narrower than the shapes say. So
 * `(w: tf.Tensor2D) => ...` fits shapes whose ranks are known at run time only.
 */
export type TensorFunction<S extends Shapes, Result> = {
  /** Computes the result from the parameters. */
  of(...parameters: ParametersOf<S>): Result;
}["of"];

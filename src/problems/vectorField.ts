import type { Tensor } from "@tensorflow/tfjs-core";
import { isTensor, type Traceable } from "../autodiff/trace/trace.ts";
import type { TracedProblem } from "./problem.ts";
import { type BlockOptions, blocksOf } from "./traced/blocksOf.ts";
import type { Shapes, TensorFunction } from "./traced/parametersOf.ts";
import { describeResult, type TracedProblemOptions, tracedProblem } from "./traced/tracedProblem.ts";

export interface VectorFieldOptions extends TracedProblemOptions, BlockOptions {}

/**
 * The problem of finding zeros of a field written in TensorFlow.js, with its exact Jacobian in float64.
 *
 * F(z) is what the function returns: for each parameter tensor one tensor of the same shape (with one parameter, the
 * tensor itself will do). J is not taken to be symmetric and there is no potential, so the value is NaN. Players'
 * gradients can be written by `tf.grad` inside the function. Tracing, refusals and data inputs are those of
 * {@link objective}.
 *
 * @example
 * const game = vectorField([[], []], (x, y) => [y, tf.neg(x)], { names: ["x", "y"], players: ["min", "max"] });
 * @param shapes one for each parameter of the field; [] is a single number
 * @throws {TypeError} ERR_LOSS if it does not return tensors of the parameters' shapes; else as {@link objective}
 */
export function vectorField<const S extends Shapes>(
  shapes: S,
  field: TensorFunction<S, Tensor | readonly Tensor[]>,
  options?: VectorFieldOptions,
): TracedProblem;
export function vectorField(shapes: Shapes, field: Traceable, options: VectorFieldOptions = {}): TracedProblem {
  return tracedProblem({
    who: "vectorField",
    symmetric: false,
    blocks: blocksOf("vectorField", shapes, options),
    call: field,
    options,
    outputsOf(result, complain) {
      const wanted = shapes.map((shape) => `[${shape.join(", ")}]`).join(", ");
      const found: readonly unknown[] = Array.isArray(result) ? result : [result];
      const tensors = found.filter(isTensor);
      const fits =
        found.length === shapes.length &&
        tensors.length === found.length &&
        tensors.every((tensor, i) => tensor.shape.join() === shapes[i]!.join());
      if (!fits) {
        throw complain(
          `returns ${describeResult(result)} instead of tensors of the shapes of its parameters, ${wanted}`,
          "return one tensor for each parameter, in their order",
        );
      }
      return tensors;
    },
  });
}

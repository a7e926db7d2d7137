import type { Tensor } from "@tensorflow/tfjs-core";
import { isTensor, type Traceable } from "../autodiff/trace/trace.ts";
import { readOptions } from "../options.ts";
import type { TracedProblem } from "./problem.ts";
import { type BlockOptions, blockRules, blocksOf } from "./traced/blocksOf.ts";
import { describeResult } from "./traced/describeResult.ts";
import type { Shapes, TensorFunction } from "./traced/parametersOf.ts";
import { type TracedProblemOptions, tracedRules } from "./traced/tracedOptions.ts";
import { tracedProblem } from "./traced/tracedProblem.ts";

export interface VectorFieldOptions extends TracedProblemOptions, BlockOptions {}

const rules = { ...blockRules, ...tracedRules } as const;

/**
 * Builds the problem of finding zeros of a field written in TensorFlow.js, with its exact Jacobian in float64.
 *
 * The function returns F(z): for each parameter tensor one tensor of the same shape. With a single parameter it may
 * return the tensor itself. J is not assumed to be symmetric. There is no potential, so the value is NaN. `tf.grad`
 * inside the function gives players' gradients. Tracing, refusals and data inputs are those of {@link objective}.
 *
 * Cost: a product with J costs about two evaluations of F.
 *
 * @example
 * const game = vectorField([[], []], (x, y) => [y, tf.neg(x)], { names: ["x", "y"], players: ["min", "max"] });
 * @param shapes shapes of the parameters of the field; [] is a single number
 * @param field function of tensors of these shapes that returns tensors of the same shapes
 * @param options {@link VectorFieldOptions}
 * @throws {TypeError} ERR_LOSS if the field does not return tensors of the parameters' shapes; else as
 *   {@link objective}
 */
export function vectorField<const S extends Shapes>(
  shapes: S,
  field: TensorFunction<S, Tensor | readonly Tensor[]>,
  options?: VectorFieldOptions,
): TracedProblem;
export function vectorField(shapes: Shapes, field: Traceable, options: VectorFieldOptions = {}): TracedProblem {
  const read = readOptions("vectorField", options, rules);
  return tracedProblem({
    who: "vectorField",
    symmetric: false,
    blocks: blocksOf("vectorField", shapes, read),
    call: field,
    options: read,
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

import type { Tensor } from "@tensorflow/tfjs-core";
import { type Complain, isTensor, type Traceable } from "../autodiff/trace/trace.ts";
import type { TracedProblem } from "./problem.ts";
import { type BlockOptions, blocksOf } from "./traced/blocksOf.ts";
import type { Shapes, TensorFunction } from "./traced/parametersOf.ts";
import { describeResult, type TracedProblemOptions, tracedProblem } from "./traced/tracedProblem.ts";

export interface ObjectiveOptions extends TracedProblemOptions, BlockOptions {}

/**
 * The problem of finding critical points of a loss written in TensorFlow.js, with exact derivatives in float64.
 *
 * L(z) is the loss, F its gradient, J its Hessian. The parameter tensors lie one after the other in z, row by row, each
 * a block. The loss is called twice when the problem is built, to be traced, and never again: tensors and numbers that
 * it captures are frozen as they are then, except inputs made by {@link data}. It must be a function of its parameters
 * alone, built of tensor operations; what cannot be traced is refused with the operation and the line. Backend, tensors
 * and variables of TensorFlow.js are left as they are.
 *
 * Where the loss has a kink, the derivative is that of TensorFlow.js, one-sided. Cost: a gradient is a few times an
 * evaluation, a Hessian-vector product about twice a gradient.
 *
 * @example
 * const rosenbrock = objective([[], []], (x, y) =>
 *   tf.add(tf.square(tf.sub(1, x)), tf.mul(100, tf.square(tf.sub(y, tf.square(x))))));
 * rosenbrock.evaluate(Float64Array.of(1, 1), new Float64Array(2)); // 0
 * @param shapes one for each parameter of the loss; [] is a single number
 * @param loss gets tensors of these shapes, returns a scalar
 * @throws {TypeError} ERR_LOSS if it returns no scalar; ERR_UNSUPPORTED_OP, ERR_TRACE_READ, ERR_TRACE_STATE,
 *   ERR_TRACE_PROMISE, ERR_TRACE_RANDOM, ERR_TRACE_NESTED, ERR_CUSTOM_GRADIENT, ERR_VARIABLE for what cannot be traced
 * @throws {RangeError} ERR_SHAPE for shapes that are none; ERR_NOT_FINITE for NaN in captured tensors
 */
export function objective<const S extends Shapes>(
  shapes: S,
  loss: TensorFunction<S, Tensor>,
  options?: ObjectiveOptions,
): TracedProblem;
export function objective(shapes: Shapes, loss: Traceable, options: ObjectiveOptions = {}): TracedProblem {
  return tracedProblem({
    who: "objective",
    symmetric: true,
    blocks: blocksOf("objective", shapes, options),
    call: loss,
    options,
    outputsOf: scalarLoss,
  });
}

/** The result of a loss: one scalar. */
export function scalarLoss(result: unknown, complain: Complain): readonly Tensor[] {
  if (!isTensor(result)) {
    throw complain(`returns ${describeResult(result)} instead of a scalar tensor`, "return the loss as a tensor");
  }
  if (result.shape.length > 0) {
    throw complain(
      `returns a tensor of shape [${result.shape.join(", ")}] instead of a scalar`,
      "reduce it, by tf.mean or tf.sum (tf.squeeze where it is a single number)",
    );
  }
  return [result];
}

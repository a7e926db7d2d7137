import type { Tensor } from "@tensorflow/tfjs-core";
import type { Traceable } from "../autodiff/trace/trace.ts";
import { readOptions } from "../options.ts";
import type { OutputsAndLoss } from "./outputs/lossOfOutputs.ts";
import { outputParts } from "./outputs/outputField.ts";
import type { OutputObjective } from "./outputs/outputObjective.ts";
import { OutputLoss } from "./outputs/outputsAndLoss.ts";
import type { TracedProblem } from "./problem.ts";
import { type BlockOptions, blockRules, blocksOf } from "./traced/blocksOf.ts";
import type { Shapes, TensorFunction } from "./traced/parametersOf.ts";
import { scalarLoss } from "./traced/scalarLoss.ts";
import { type TracedProblemOptions, tracedRules } from "./traced/tracedOptions.ts";
import { tracedProblem } from "./traced/tracedProblem.ts";

export interface ObjectiveOptions extends TracedProblemOptions, BlockOptions {}

const rules = { ...blockRules, ...tracedRules } as const;

/**
 * Builds the problem of finding critical points of a loss written in TensorFlow.js, with exact derivatives in float64.
 *
 * L(z) is the loss, F its gradient and J its Hessian. The parameter tensors lie one after the other in z, row by row;
 * each is a block. The loss is called twice, to be traced, while the problem is built, and never again. Tensors and
 * numbers that it captures keep the values that they have then, except inputs made by `data` of
 * `fluxion/autodiff`. The loss must be a
 * function of its parameters alone, and it must consist of tensor operations. Anything that cannot be traced is
 * refused, and the message names the operation and the line. The backend, tensors and variables of TensorFlow.js stay
 * as they are.
 *
 * Where the loss has a kink, the derivative is the one-sided derivative that TensorFlow.js gives.
 *
 * Instead of the loss, the function may return the outputs of a model: `{ outputs, loss, targets }` with a loss of the
 * outputs, see {@link OutputsAndLoss}. The problem then has more curvature than its Hessian: Gauss-Newton and Fisher
 * matrices, the tangent kernel and the gradients of the samples, see {@link OutputObjective}.
 *
 * Cost: a gradient costs a few evaluations, a Hessian-vector product about two gradients.
 *
 * @example
 * const rosenbrock = objective([[], []], (x, y) =>
 *   tf.add(tf.square(tf.sub(1, x)), tf.mul(100, tf.square(tf.sub(y, tf.square(x))))));
 * rosenbrock.evaluate(Float64Array.of(1, 1), new Float64Array(2)); // 0
 *
 * const inputs = Float64Array.of(0, 1, 2, 3);
 * const line = objective([[], []], {
 *   outputs: (slope, offset) => tf.add(tf.mul(data("inputs", inputs, [4]), slope), offset),
 *   loss: "squared",
 *   targets: [1, 3, 5, 8],
 * });
 * console.log(denseOf(line.gaussNewton(Float64Array.of(0, 0))).join(" "));
 * // 3.5 1.5 1.5 1
 * @param shapes shapes of the parameters of the loss; [] is a single number
 * @param loss function of tensors of these shapes that returns a scalar, or `{ outputs, loss }`
 * @param options {@link ObjectiveOptions}
 * @throws {TypeError} ERR_LOSS if the loss does not return a scalar; ERR_UNSUPPORTED_OP, ERR_TRACE_READ,
 *   ERR_TRACE_STATE, ERR_TRACE_PROMISE, ERR_TRACE_RANDOM, ERR_TRACE_NESTED, ERR_CUSTOM_GRADIENT, ERR_VARIABLE for
 *   anything that cannot be traced; ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options
 * @throws {RangeError} ERR_SHAPE for wrong shapes; ERR_LENGTH, ERR_OPTION_RANGE for names that do not fit the shapes;
 *   ERR_NOT_FINITE for NaN in captured tensors
 */
export function objective<const S extends Shapes>(
  shapes: S,
  loss: OutputsAndLoss<TensorFunction<S, Tensor>>,
  options?: ObjectiveOptions,
): OutputObjective;
export function objective<const S extends Shapes>(
  shapes: S,
  loss: TensorFunction<S, Tensor>,
  options?: ObjectiveOptions,
): TracedProblem;
export function objective(
  shapes: Shapes,
  loss: Traceable | OutputsAndLoss,
  options: ObjectiveOptions = {},
): TracedProblem {
  const read = readOptions("objective", options, rules);
  if (isOutputLoss(loss)) {
    const outputLoss = new OutputLoss("objective", loss);
    const call = loss.outputs;
    return tracedProblem({
      who: "objective",
      symmetric: true,
      blocks: blocksOf("objective", shapes, read),
      call,
      options: read,
      ...outputParts(outputLoss, read.name ?? (call.name || "objective")),
    });
  }
  return tracedProblem({
    who: "objective",
    symmetric: true,
    blocks: blocksOf("objective", shapes, read),
    call: loss,
    options: read,
    outputsOf: scalarLoss,
  });
}

/** A list is a mistake in the order of arguments, which the tracer names. */
function isOutputLoss(loss: Traceable | OutputsAndLoss): loss is OutputsAndLoss {
  return typeof loss === "object" && loss !== null && !Array.isArray(loss);
}

import { readOptions, type Update } from "../../authoring/index.ts";
import { type CurvatureStepOptions, curvatureRules, curvatureStep } from "../support/curvature/curvatureStep.ts";

/** Options of {@link gaussNewtonDirection}. */
export interface GaussNewtonDirectionOptions extends CurvatureStepOptions {}

/**
 * Makes the direction that of Gauss and Newton, p = -(B + epsilon I)^-1 g or -[(1 - lambda) B + lambda I]^-1 g.
 *
 * B is the generalised Gauss-Newton matrix sum_i w_i J_i^T (d^2 l_i / d z_i^2) J_i of an objective with outputs, and g the
 * gradient. Without damping and mixing p = -B^+ g, the step of least length. The operator chooses no step size, so that
 * `gradientStep` or a line search follows it, unless it is `adaptive`.
 *
 * Columns: `directionNorm`, ||p||; `curvatureResidual`, the relative residual of the system; `solverIterations`; with
 * `adaptive` also `damping`, `gainRatio`, and `outcome` and `trials` as in `backtrackGradientNorm`.
 *
 * When it works: on losses that are convex in the outputs B is positive semidefinite, where the Hessian is not, so that p
 * descends. Near a solution that fits its data it converges quadratically; far from fitting, linearly.
 *
 * Use {@link naturalGradientDirection} for the Fisher matrix, which is the same for cross-entropy, Bernoulli, Poisson and
 * known variances; {@link newtonDirection} for the Hessian.
 *
 * Cost: `samples`, n c small pullbacks and n c squared times P; `dense`, P products and 2/3 P^3; else a product per
 * iteration. `normalise` adds n c small pullbacks, for the trace.
 *
 * @example
 * const inputs = Float64Array.of(0, 1, 2, 3);
 * const decay = objective([[], []], {
 *   outputs: (a, b) => tf.mul(a, tf.exp(tf.mul(b, data("inputs", inputs, [4])))),
 *   loss: "squared",
 *   targets: [2, 1, 0.5, 0.25],
 * });
 * iterate(decay, [1.5, -0.5], chain(untilStep(3), gaussNewtonDirection(), gradientStep(1)))
 *   .subscribe((it) => console.log(it.step, it.value.toExponential(1)));
 * // 0 3.3e-2
 * // 1 1.3e-4
 * // 2 3.7e-8
 * // 3 3.6e-15
 * @param options {@link GaussNewtonDirectionOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, damping and mixing together, or `adaptive` without
 *   damping
 * @throws {TypeError} ERR_UNSUPPORTED, in the stream, for a problem without outputs
 * @see [1] Martens, "Deep learning via Hessian-free optimization", ICML 2010
 */
export function gaussNewtonDirection(options: GaussNewtonDirectionOptions = {}): Update {
  const who = "gaussNewtonDirection";
  return curvatureStep(who, "gaussNewton", readOptions(who, options, curvatureRules));
}

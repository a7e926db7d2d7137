import { readOptions, type Update } from "../../authoring/index.ts";
import { type CurvatureStepOptions, curvatureRules, curvatureStep } from "../support/curvature/curvatureStep.ts";

/** Options of {@link naturalGradientDirection}. */
export interface NaturalGradientDirectionOptions extends CurvatureStepOptions {
  /**
   * Fisher matrix: the `exact` one, by the law of the loss, or the `empirical` one, by the targets of the data. Default
   * `exact`.
   */
  readonly fisher?: "exact" | "empirical";
}

const rules = { ...curvatureRules, fisher: { default: "exact", oneOf: ["exact", "empirical"] } } as const;

/**
 * Makes the direction the natural gradient's, p = -(F + epsilon I)^-1 g or -[(1 - lambda) F + lambda I]^-1 g.
 *
 * F is the Fisher matrix of an objective with outputs [1], and g the gradient. Without damping and mixing p = -F^+ g,
 * where eigenvalues below 1e-12 of the largest count as zero. p is the direction of steepest descent where the length of a
 * step is measured by how much it changes the law, so that it does not depend on the units of the parameters.
 *
 * Columns, options and cost are those of {@link gaussNewtonDirection}.
 *
 * Use {@link gaussNewtonDirection} for losses without a law. The empirical Fisher matrix approximates F only
 * where the model fits its data [2].
 *
 * @example
 * const inputs = Float64Array.of(-2, -1, 0, 1, 2);
 * const logistic = objective([[], []], {
 *   outputs: (a, b) => tf.add(tf.mul(a, data("inputs", inputs, [5])), b),
 *   loss: "bernoulli",
 *   targets: [0, 1, 0, 1, 1],
 * });
 * iterate(logistic, [0, 0], chain(untilStep(3), naturalGradientDirection(), gradientStep(1)))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toExponential(1)));
 * // 0 1.7e-1
 * // 1 5.0e-3
 * // 2 1.1e-4
 * // 3 1.4e-7
 * @param options {@link NaturalGradientDirectionOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, damping and mixing together, or `adaptive` without
 *   damping
 * @throws {TypeError} in the stream: ERR_UNSUPPORTED for a problem without outputs, a loss without a known law, or outputs
 *   that couple the samples
 * @see [1] Amari, "Natural gradient works efficiently in learning", Neural Computation 10, 1998,
 *   doi:10.1162/089976698300017746
 * @see [2] Kunstner, Balles and Hennig, "Limitations of the empirical Fisher approximation for natural gradient descent",
 *   2019, arXiv:1905.12558
 */
export function naturalGradientDirection(options: NaturalGradientDirectionOptions = {}): Update {
  const who = "naturalGradientDirection";
  const { fisher, ...read } = readOptions(who, options, rules);
  return curvatureStep(who, fisher === "exact" ? "fisher" : "empiricalFisher", read);
}

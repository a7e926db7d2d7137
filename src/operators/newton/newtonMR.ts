import { chain, readOptions, type Update } from "../../authoring/index.ts";
import { type DetectFlatnessOptions, detectFlatness } from "../measures/detectFlatness.ts";
import { optionsObject } from "../support/rules.ts";
import { type BacktrackGradientNormOptions, backtrackGradientNorm } from "./lineSearch/backtrackGradientNorm.ts";
import { type NewtonDirectionOptions, newtonDirection } from "./newtonDirection.ts";

/** Options of {@link newtonMR}: those of its three parts. */
export interface NewtonMROptions {
  /** Options of {@link newtonDirection}. */
  readonly direction?: NewtonDirectionOptions;
  /** Options of {@link detectFlatness}. */
  readonly flatness?: DetectFlatnessOptions;
  /** Options of {@link backtrackGradientNorm}. */
  readonly search?: BacktrackGradientNormOptions;
}

const rules = {
  direction: optionsObject,
  flatness: optionsObject,
  search: optionsObject,
} as const;

/**
 * Steps by Newton-MR [1]: `newtonDirection`, `detectFlatness` and `backtrackGradientNorm`, with the settings that [2]
 * used on the deep linear autoencoder (the defaults of the parts).
 *
 * A stop condition stands before it, as in the example. The columns are those of the parts.
 *
 * When it works: gradients, with singular and inconsistent Hessians too, at any n. Begin here. Gradient-flat points
 * catch it; then `flat` is 1. Where parameters have different sizes, `direction: { scaling: "curvature" }` measures
 * them in units of their own; `flat` then means flat in these units.
 *
 * Use {@link dampedNewton} where this method is caught, {@link minimizeGradientNorm} when solving is too expensive,
 * {@link levenbergMarquardt} when J is not symmetric, {@link denseNewtonDirection} or {@link newtonFlow} when n is
 * small, {@link saddleFreeDirection} for minima, {@link eigenvectorFollowing} or {@link gentlestAscent} for saddles of
 * a given index.
 *
 * Cost: at most n + 3 products for the direction, one product for the line search and one evaluation per trial.
 *
 * @example
 * iterate(quartic(), [-3.5, 1], chain(untilCritical({ squaredFieldNorm: 1e-20 }), newtonMR()))
 *   .pipe(take(3))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toFixed(4), it.columns.flat));
 * // 0 350.7256 0
 * // 1 285.6207 0
 * // 2 187.0074 0
 * @param options {@link NewtonMROptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options of a part that are out of range
 * @throws {TypeError} ERR_NOT_SYMMETRIC, in the stream, for a problem whose Jacobian is not symmetric
 * @see [1] Roosta, Liu, Xu and Mahoney, "Newton-MR: inexact Newton method with minimum residual sub-problem solver",
 *   2018, arXiv:1810.00303
 * @see [2] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export function newtonMR(options: NewtonMROptions = {}): Update {
  const { direction, flatness, search } = readOptions("newtonMR", options, rules);
  return chain(newtonDirection(direction), detectFlatness(flatness), backtrackGradientNorm(search));
}

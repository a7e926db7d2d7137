import { chain, failure, readOptions, type Update } from "../../authoring/index.ts";
import { type DetectFlatnessOptions, detectFlatness } from "../measures/detectFlatness.ts";
import { optionsObject } from "../support/rules.ts";
import { type GradientNormDirectionOptions, gradientNormDirection } from "./gradientNormDirection.ts";
import { type BacktrackGradientNormOptions, backtrackGradientNorm } from "./lineSearch/backtrackGradientNorm.ts";
import { type WolfeLineSearchOptions, wolfeLineSearch } from "./lineSearch/wolfeLineSearch.ts";

/** Options of {@link minimizeGradientNorm}: those of its parts. */
export interface MinimizeGradientNormOptions {
  /** Options of {@link gradientNormDirection}; with `conjugate` the search is `wolfeLineSearch`. */
  readonly direction?: GradientNormDirectionOptions;
  /** Options of {@link detectFlatness}. */
  readonly flatness?: DetectFlatnessOptions;
  /**
   * Options of {@link backtrackGradientNorm}, by default the settings of [1], whose direction has `scale: "none"`. Cannot be combined with `wolfe` or a
   * conjugate direction.
   */
  readonly backtrack?: BacktrackGradientNormOptions;
  /** Options of {@link wolfeLineSearch}, which then replaces backtracking; `true`: its defaults. */
  readonly wolfe?: true | Omit<WolfeLineSearchOptions, "merit">;
}

const rules = {
  direction: optionsObject,
  flatness: optionsObject,
  backtrack: optionsObject,
  wolfe: {
    expected: "true, or an object of options",
    is: (value: unknown) => value === true || optionsObject.is(value),
  },
} as const;

/**
 * Minimises the gradient norm [1]: `gradientNormDirection`, `detectFlatness` and a line search on G = ||F||^2 / 2.
 *
 * Backtracking accepts alpha when G(z + alpha p) <= G - rho alpha ||J^T F||^2 (Armijo). It can only shorten alpha
 * within a step and doubles it between steps. With `wolfe`, alpha also grows until the slope has fallen, which pays
 * where J is small. The columns are those of the parts.
 *
 * When it works: see `gradientNormDirection`. On the deep linear autoencoder of [1] (16 inputs, 4 hidden, small initial
 * weights) backtracking with `direction: { scale: "none" }`, as in [1], brings 4 of 12 searches below ||F||^2 = 1e-10 in 25,000 steps (35 % in [1]), conjugate
 * directions 12 of 12 in 5,000.
 *
 * Use {@link newtonMR} when solving a Newton system per step is affordable, {@link levenbergMarquardt} when J is not
 * symmetric and solving is affordable.
 *
 * Cost: two products per step and one evaluation per trial (with `wolfe` one more product per trial), and the two
 * products of `detectFlatness`.
 *
 * @example
 * iterate(quartic(), [-3.2, 0.5], chain(untilStep(40), minimizeGradientNorm()))
 *   .pipe(filter((it) => it.step % 20 === 0))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toExponential(1)));
 * // 0 5.1e+1
 * // 20 1.2e-8
 * // 40 6.2e-20
 * @param options {@link MinimizeGradientNormOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, or `backtrack` together with `wolfe` or a conjugate
 *   direction
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export function minimizeGradientNorm(options: MinimizeGradientNormOptions = {}): Update {
  const { direction, flatness, backtrack, wolfe } = readOptions("minimizeGradientNorm", options, rules);
  if (backtrack !== undefined && (wolfe !== undefined || direction?.conjugate === true)) {
    throw failure(
      "ERR_OPTION_RANGE",
      "minimizeGradientNorm: expected backtrack, or wolfe (which conjugate directions need), got both; leave one out",
    );
  }
  const curvature = direction?.conjugate === true ? 0.1 : 0.9;
  const search =
    wolfe === undefined && direction?.conjugate !== true
      ? backtrackGradientNorm({ pureStep: false, ...backtrack })
      : wolfeLineSearch({ firstTrial: "previous", curvature, ...(wolfe === true ? {} : wolfe), merit: "gradientNorm" });
  return chain(gradientNormDirection(direction), detectFlatness(flatness), search);
}

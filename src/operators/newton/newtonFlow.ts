import {
  checkOption,
  defineUpdate,
  dot,
  norm,
  readOptions,
  rowVector,
  settingOf,
  type Update,
} from "../../authoring/index.ts";
import { advance, deviationOf, type FlowState, rayOf } from "../support/fieldCurve.ts";
import { fieldInUnits, type Scaling, scalingRule } from "../support/parameterScale.ts";
import { positiveInteger } from "../support/rules.ts";
import { searchColumns, searchOutcomes } from "../support/searchOutcome.ts";

/** Options of {@link newtonFlow}. */
export interface NewtonFlowOptions {
  /**
   * Length of the first step along the curve, > 0, or `local`: a tenth of the length of the start, ||z_0||, or where that
   * is 0 of ||J^-1 F||. Default `local`.
   */
  readonly stepSize?: number | "local";
  /**
   * Length of the longest step, > 0, or `local`: a quarter of the largest ||z|| on the way, and at least the first step.
   * Default `local`. Steerable where it is a number.
   */
  readonly maxStepSize?: number | "local";
  /**
   * Bound in (0, 1) on how far F may stray from its first direction, relative to the larger ||F|| of a step's ends.
   * Default 1e-3. Steerable.
   */
  readonly tolerance?: number;
  /** Largest number of Newton corrections back to the curve per step. Default 4. */
  readonly corrections?: number;
  /**
   * Sense in which the curve is followed from the start. `determinant`: lambda = sign det J [1], which is Newton's
   * direction where det J > 0 and its opposite where det J < 0, so that ||F|| grows at first. `descent`: the sense in
   * which ||F|| falls. Default `determinant`.
   */
  readonly orientation?: "determinant" | "descent";
  /**
   * Units of the parameters. `curvature`: powers of two next to 1 / sqrt(largest |J_ii| so far) (one over the largest
   * length of J's column where J is not symmetric); lengths and angles are then measured in them, so that parameters of
   * different size count alike. `none`: as they are. `automatic`:
   * `curvature` for n <= 100. Default `curvature`, and `none` where a step size is a number, since that is a length of
   * the parameters as they are.
   */
  readonly scaling?: Scaling;
}

const rules = {
  stepSize: { default: "local", above: 0, or: ["local"] },
  maxStepSize: { default: "local", above: 0, or: ["local"] },
  tolerance: { default: 1e-3, above: 0, below: 1 },
  corrections: { ...positiveInteger, default: 4 },
  orientation: { default: "determinant", oneOf: ["determinant", "descent"] },
  scaling: scalingRule,
} as const;

/**
 * Follows Smale's global Newton flow [1, 2], normalised: the curve on which F keeps the direction that it has at the
 * start.
 *
 * The flow is J z' = -lambda F, where the sign of lambda is + or - that of det J. On it F(z(s)) = a(s) F(z_0), where
 * a = 1 at the start and 0 at zeros. Where J becomes singular Newton's direction turns round; this flow goes on, and so
 * passes the points that catch descent on ||F||, gradient-flat ones among them: a rises there for a while, then falls
 * again. By arc length the curve is {z: P F(z) = 0}, with P = I - u u^T and u = F(z_0) / ||F(z_0)||. Its tangent t
 * solves P J t = 0 and is oriented by continuity, which is the rule of signs of det J wherever the curve is regular.
 *
 * Which curve it is does not depend on the units of the loss and of the parameters. Neither do the steps, by default.
 *
 * Each row makes a predictor z + h t, then corrections (P J + u t^T) delta = -P F orthogonal to t, which are regular at
 * folds too. The step is refused where F strays by more than `tolerance` or the corrections exceed h / 2; then h is
 * halved. After a smooth step h grows by the factor 1.5. As soon as Newton's whole step is not longer than h and lowers
 * ||F|| to a tenth, it is taken instead, so zeros are reached quadratically.
 *
 * Columns: `outcome` and `trials` as in `backtrackGradientNorm`; `along`, a; `deviation`, ||P F|| / ||F||, both in the
 * units of `scaling`; `arcLength`, in the parameters as they are.
 * The run ends (status "stagnated") at a zero, where the curve branches, and where J is singular at the start or not
 * finite.
 *
 * When it works: small n, isolated zeros and any smooth field, from almost every start in a domain on whose boundary J
 * is regular and J^-1 F points outwards everywhere, or inwards everywhere [1], so that the curve cannot leave it. That
 * F points outwards is not enough, even where det J > 0. The curve may also lead to infinity: bound the steps by
 * `untilStep`. On `homotopy(from, to)` it is predictor-corrector continuation by arc length, turning points included.
 *
 * Use {@link newtonMR} or {@link denseNewtonDirection} with a line search when the start is near a zero,
 * {@link levenbergMarquardt} when n is large and J not symmetric.
 *
 * Cost: n products and 2/3 n^3 operations per row, and the same with one evaluation per correction. State: t, h, F(z_0),
 * the largest length, the arc length and the sizes of the parameters, 3 n + 3 numbers.
 *
 * @example
 * iterate(quartic(), [3, 1], chain(untilCritical({ squaredFieldNorm: 1e-20 }), newtonFlow()))
 *   .pipe(filter((it) => [4, 7, 10].includes(it.step)))
 *   .subscribe((it) => console.log(it.step, it.point[0]!.toFixed(4), it.columns.along!.toFixed(4)));
 * // 4 0.8751 0.2455
 * // 7 -1.4298 0.8142
 * // 10 -3.0093 -0.0053
 * @param options {@link NewtonFlowOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @see [1] Smale, "A convergent process of price adjustment and global Newton methods", J. Math. Econ. 3, 1976,
 *   doi:10.1016/0304-4068(76)90019-7
 * @see [2] Branin, "Widely convergent method for finding multiple solutions of simultaneous nonlinear equations", IBM
 *   J. Res. Dev. 16, 1972, doi:10.1147/rd.165.0504
 */
export function newtonFlow(options: NewtonFlowOptions = {}): Update {
  const { stepSize, maxStepSize, tolerance, corrections, orientation, ...given } = readOptions(
    "newtonFlow",
    options,
    rules,
  );
  const fixed = maxStepSize === "local" ? undefined : maxStepSize;
  if (stepSize !== "local" && fixed !== undefined) {
    checkOption("newtonFlow", "stepSize", stepSize, { above: 0, max: fixed });
  }
  const scaling = given.scaling ?? (stepSize === "local" && fixed === undefined ? "curvature" : "none");
  return defineUpdate({
    name: "newtonFlow",
    settings: {
      ...(fixed === undefined ? {} : { maxStepSize: settingOf(rules.maxStepSize, fixed) }),
      tolerance: settingOf(rules.tolerance, tolerance),
    },
    columns: {
      ...searchColumns,
      along: { meaning: "a: F = a F(z_0) on the curve; 1 at the start, 0 at a zero" },
      deviation: { meaning: "||P F|| / ||F||, P the projection orthogonal to F(z_0)" },
      arcLength: { meaning: "length of the curve since the start" },
    },
    init: (first): FlowState => ({
      ...{ tangent: undefined, length: undefined, reach: 0, first: first.at.field.slice(), arcLength: 0 },
      sizes: undefined,
    }),
    step(it, state, settings) {
      const taken = advance(it, state, { ...settings, stepSize, corrections, orientation, scaling });
      const { units } = taken;
      const { ray, size } = rayOf(state.first, units);
      const field = fieldInUnits(it.at, units);
      const columns = {
        outcome: searchOutcomes.indexOf(taken.outcome),
        trials: taken.trials,
        along: size > 0 ? dot(ray, field) / size : 0,
        deviation: deviationOf(field, ray),
        arcLength: state.arcLength,
      };
      if (taken.next === undefined) return { stepSize: 0, next: it.at, status: "stagnated", columns };
      const direction = rowVector(it);
      for (let i = 0; i < direction.length; i++) direction[i] = taken.next.point[i]! - it.point[i]!;
      const { tangent, length, reach, sizes } = taken;
      return {
        state: { tangent, length, reach, first: state.first, arcLength: state.arcLength + norm(direction), sizes },
        direction,
        stepSize: 1,
        next: taken.next,
        columns,
      };
    },
  });
}

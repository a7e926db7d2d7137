import {
  defineUpdate,
  failure,
  type LinearMap,
  negate,
  norm,
  readOptions,
  scratchVector,
  settingOf,
  type Update,
} from "../../authoring/index.ts";
import { minresQLP } from "../../linalg/krylov/minres/minresQLP.ts";
import { type MinresQLPOptions, minresTerminations } from "../../linalg/krylov/minres/minresTypes.ts";
import { roundingCutoff } from "../support/cutOff.ts";
import {
  boundInUnits,
  type KeptSizes,
  noSizes,
  type Scaling,
  scalingRule,
  stepFromUnits,
  tellUnits,
  viewInUnits,
} from "../support/parameterScale.ts";
import { linearMap, positiveInteger, share } from "../support/rules.ts";

/** Options of {@link newtonDirection}: those of `minresQLP`, with the defaults of [1]. */
export interface NewtonDirectionOptions {
  /**
   * Relative tolerance in [0, 1]: the solver stops when one of its relative residuals is at most this. It is the option
   * that matters most. Default 5e-4 [1]. Steerable.
   */
  readonly relativeTolerance?: number;
  /** Shift of the system (J + damping I) p = -F, whose residuals are then reported. Default 0. Steerable. */
  readonly damping?: number;
  /** Largest number of solver iterations per step, one product each. Default n [1]. */
  readonly maxIterations?: number;
  /** Bound on ||p||, > 0. Default Infinity, since a bound has the units of the parameters ([1]: 1e4). */
  readonly maxNorm?: number;
  /**
   * Bound on the condition number of what is solved, > 1. Default 1 / (n times the machine epsilon), the level of
   * rounding ([1]: 1e7).
   */
  readonly maxCondition?: number;
  /** Condition number from which on the solver changes from MINRES to QLP, >= 1. Default 1e4 [1]. */
  readonly transitionCondition?: number;
  /**
   * Iterate that the solver returns where its co-kernel test or `maxCondition` stops it. `passed`: the one that passed.
   * `last`: the one after it, as in the code published with [1]; it is longer, and its relative residual often far from
   * 1. Default `passed`.
   */
  readonly returnedIterate?: "passed" | "last";
  /**
   * Preconditioner, symmetric and positive definite, close to |J|^-1; p then has minimum length in its norm.
   * Default: none.
   */
  readonly preconditioner?: LinearMap;
  /**
   * Units of the parameters.
   *
   * - `curvature`: powers of two next to 1 / sqrt(|J_ii|), at the first row and again where J_ii has grown by more than
   *   2^20, so that parameters of different size count alike. It takes n products per row. Residuals, damping and
   *   conditions are then those in these units, in which `backtrackGradientNorm` measures ||F|| as well.
   * - `none`, as in [1]: the parameters as they are, which is what the thresholds of flatness are for.
   * - `automatic`: `curvature` for n <= 100.
   *
   * Default `none`.
   */
  readonly scaling?: Scaling;
}

const rules = {
  relativeTolerance: { ...share, default: 5e-4 },
  damping: { default: 0 },
  maxIterations: positiveInteger,
  maxNorm: { default: Number.POSITIVE_INFINITY, above: 0, infinite: true },
  maxCondition: { above: 1, infinite: true },
  transitionCondition: { default: 1e4, min: 1, infinite: true },
  returnedIterate: { default: "passed", oneOf: ["passed", "last"] },
  preconditioner: linearMap,
  scaling: { ...scalingRule, default: "none" },
} as const;

/**
 * Makes the direction the minimum-length least-squares solution p of J p = -F, by MINRES-QLP.
 *
 * For F the gradient of L this is Newton's direction with the pseudo-inverse of the Hessian, up to the solver's
 * tolerance and limits. The operator chooses no step size: put `backtrackGradientNorm` after it. Where the solver met a
 * number that is not finite, p is the iterate before it, and `termination` says so.
 *
 * Columns, with MINRES-QLP's running estimate of ||J||_2: `relativeResidual`, ||J p + F|| / (||J|| ||p|| + ||F||);
 * `relativeCokernelResidual`, ||J (J p + F)|| / (||J|| ||J p + F||); `directionNorm`, ||p||; `termination`, how the
 * solver ended; `solverIterations`; `jacobianNorm`, the estimate.
 *
 * Use {@link denseNewtonDirection} when n is small, {@link saddleFreeDirection} for minima,
 * {@link gradientNormDirection} when solving is too expensive, {@link levenbergMarquardt} when J is not symmetric;
 * {@link newtonMR} is this direction with its line search.
 *
 * Cost: at most maxIterations + 3 products with J per step.
 *
 * @example
 * const search = chain(newtonDirection({ relativeTolerance: 1e-8 }), backtrackGradientNorm());
 * iterate(quartic(), [-3.5, 1], chain(untilCritical({ squaredFieldNorm: 1e-20 }), search))
 *   .pipe(take(3))
 *   .subscribe((it) => console.log(it.step, it.columns.directionNorm!.toFixed(4), it.columns.solverIterations));
 * // 0 0.7764 2
 * // 1 0.7420 2
 * // 2 0.6722 2
 * @param options {@link NewtonDirectionOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @throws {TypeError} ERR_OPTION_TYPE for a preconditioner that is not a linear map; ERR_NOT_SYMMETRIC, in the stream,
 *   for a problem whose Jacobian is not symmetric
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 * @see [2] Roosta, Liu, Xu and Mahoney, "Newton-MR: inexact Newton method with minimum residual sub-problem solver",
 *   2018, arXiv:1810.00303
 */
export function newtonDirection(options: NewtonDirectionOptions = {}): Update {
  const { relativeTolerance, damping, preconditioner, scaling, ...limits } = readOptions(
    "newtonDirection",
    options,
    rules,
  );
  return defineUpdate({
    name: "newtonDirection",
    settings: {
      relativeTolerance: settingOf(rules.relativeTolerance, relativeTolerance),
      damping: settingOf(rules.damping, damping),
    },
    columns: {
      relativeResidual: {
        meaning: "||J p + F|| / (||J|| ||p|| + ||F||), with MINRES-QLP's running estimate of ||J||_2",
      },
      relativeCokernelResidual: {
        meaning: "||J (J p + F)|| / (||J|| ||J p + F||), with MINRES-QLP's running estimate of ||J||_2",
      },
      directionNorm: { meaning: "||p||" },
      termination: { meaning: "how MINRES-QLP ended", kind: "category", values: minresTerminations },
      solverIterations: { meaning: "iterations of MINRES-QLP" },
      jacobianNorm: { meaning: "MINRES-QLP's running estimate of ||J||_2, a lower bound" },
    },
    init: (_first, previous?: KeptSizes): KeptSizes => previous ?? noSizes,
    step(it, state, settings) {
      const { problem } = it.at;
      if (!problem.symmetric) {
        throw failure(
          "ERR_NOT_SYMMETRIC",
          `newtonDirection: expected a problem whose Jacobian is symmetric, got ${problem.name}; use extragradient for a game, or minimise ||F||^2 / 2 instead`,
        );
      }
      const { units, sizes, field, map } = viewInUnits(it.at, scaling, state);
      const right = scratchVector(it);
      negate(field, right);
      const solverOptions: MinresQLPOptions = {
        relativeTolerance: settings.relativeTolerance,
        shift: settings.damping,
        maxNorm: boundInUnits(limits.maxNorm, units),
        maxCondition: limits.maxCondition ?? 1 / roundingCutoff(field.length),
        transitionCondition: limits.transitionCondition,
        returnedIterate: limits.returnedIterate,
        maxIterations: limits.maxIterations ?? field.length,
        ...(preconditioner === undefined ? {} : { preconditioner }),
      };
      const solved = minresQLP(map, right, solverOptions);
      const direction = stepFromUnits(solved.x, units);
      tellUnits(it.at, units);
      return {
        state: { sizes },
        direction,
        columns: {
          relativeResidual: solved.relativeResidual,
          relativeCokernelResidual: solved.relativeCokernelResidual,
          directionNorm: norm(direction),
          termination: minresTerminations.indexOf(solved.termination),
          solverIterations: solved.iterations,
          jacobianNorm: solved.norm,
        },
      };
    },
  });
}

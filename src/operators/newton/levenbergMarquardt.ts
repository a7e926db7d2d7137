import {
  defineUpdate,
  type Evaluation,
  isFiniteVector,
  norm,
  readOptions,
  scratchVector,
  settingOf,
  type Update,
} from "../../authoring/index.ts";
import { denseMatrix } from "../../linalg/maps/maps.ts";
import { spectralNorm } from "../../linalg/spectra/norms.ts";
import { finiteMatrix } from "../support/finiteMatrix.ts";
import { normalSolve } from "../support/normalSolve.ts";
import {
  fieldInUnits,
  matrixInUnits,
  perUnit,
  type Scaling,
  type Sizes,
  scales,
  scalingRule,
  stepFromUnits,
  unitsOf,
} from "../support/parameterScale.ts";
import { positiveInteger, share } from "../support/rules.ts";
import { type SearchOutcome, searchColumns, searchOutcomes } from "../support/searchOutcome.ts";
import { trialPoint } from "../support/trialPoint.ts";

/** Options of {@link levenbergMarquardt}. */
export interface LevenbergMarquardtOptions {
  /** Factor tau > 0 of the first damping, tau ||J||_2^2. Default 1e-3 [1]. */
  readonly damping?: number;
  /** Relative tolerance of the inner solver, in [0, 1]. Default 1e-10. Steerable. */
  readonly relativeTolerance?: number;
  /**
   * Largest number of inner iterations, two products each. Default 4 n; where n / 4 are not enough, J^T J + mu I is
   * factored instead for n from 33 to 1000.
   */
  readonly maxIterations?: number;
  /**
   * Units of the parameters. `curvature`: powers of two next to 1 / sqrt(largest |J_ii| so far), or one over the
   * largest length of J's column where J is not symmetric, as in MINPACK [2], so that parameters of different size
   * count alike. `none`: as they are. `automatic`: `curvature` for a symmetric J of n <= 100, where n products per step
   * cost little. Default `automatic`.
   */
  readonly scaling?: Scaling;
}

/**
 * Least damping relative to ||J||^2 at the first row. A smaller one would change nothing, and after a refusal it would
 * take many steps to raise it again.
 */
const leastDamping = 1e-30;

const rules = {
  damping: { default: 1e-3, above: 0 },
  relativeTolerance: { ...share, default: 1e-10 },
  maxIterations: positiveInteger,
  scaling: { ...scalingRule, default: "automatic" },
} as const;

/**
 * Takes Levenberg and Marquardt's step on G = ||F||^2 / 2, (J^T J + mu I) p = -J^T F, with Nielsen's rule for mu [1].
 *
 * The gain ratio rho is the fall of ||F||^2 over the fall that ||F + J p||^2 predicts. Where rho > 0 the step is taken,
 * mu <- mu max(1/3, 1 - (2 rho - 1)^3) and nu <- 2. Otherwise it is refused: the point stays, mu <- nu mu and nu <- 2
 * nu; such a row has outcome `rejected` and step size 0, and the next one tries again. The system is solved by
 * MINRES-QLP, or by a factor of J^T J + mu I where that takes many iterations, so J need be neither symmetric nor
 * regular. A step that changes no coordinate makes this the last row
 * (status "stagnated"): G is stationary there to rounding.
 *
 * Columns: `outcome` and `trials` as in `backtrackGradientNorm`; `damping`, mu; `gainRatio`, rho; `directionNorm`,
 * ||p||.
 *
 * When it works: on fields that are not gradients as well. It lies between Newton's method (small mu: quadratic
 * convergence, also to degenerate zeros where ||F|| grows as the distance) and descent on G (large mu), and needs no
 * line search. Its fixed points are those with J^T F = 0, so gradient-flat points catch it. J^T J squares the condition
 * number, so ill-conditioned problems take many inner iterations, or the factor, which is refined.
 *
 * Use {@link newtonMR} when J is symmetric, {@link denseNewtonDirection} with a line search when n is small,
 * {@link gradientNormDirection} when solving is too expensive.
 *
 * Cost: one evaluation, 2 products per inner iteration and 3 more per step; for 33 <= n <= 1000 at most n / 4 iterations
 * as a rule, then n products and 7/3 n^3 operations; 20 or 40 products for ||J|| at the first
 * row. State: mu and nu.
 *
 * @example
 * iterate(quartic(), [-3.5, 1], chain(untilCritical({ squaredFieldNorm: 1e-20 }), levenbergMarquardt()))
 *   .pipe(take(3))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toFixed(4), it.columns.gainRatio!.toFixed(2)));
 * // 0 350.7256 0.95
 * // 1 16.3117 1.00
 * // 2 0.0792 1.00
 * @param options {@link LevenbergMarquardtOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @see [1] Nielsen, "Damping parameter in Marquardt's method", Technical University of Denmark, IMM-REP-1999-05
 * @see [2] More, "The Levenberg-Marquardt algorithm: implementation and theory", Lecture Notes in Math. 630, 1978,
 *   doi:10.1007/BFb0067700
 */
export function levenbergMarquardt(options: LevenbergMarquardtOptions = {}): Update {
  const { damping, relativeTolerance, maxIterations, scaling } = readOptions("levenbergMarquardt", options, rules);
  return defineUpdate({
    name: "levenbergMarquardt",
    settings: { relativeTolerance: settingOf(rules.relativeTolerance, relativeTolerance) },
    columns: {
      ...searchColumns,
      damping: { meaning: "mu of the step: (J^T J + mu I) p = -J^T F" },
      gainRatio: { meaning: "fall of ||F||^2 over the fall that ||F + J p||^2 predicts" },
      directionNorm: { meaning: "||p||" },
    },
    init(first, previous?: State): State {
      if (previous !== undefined) return previous;
      const { map, sizes } = growingView(first.at, scaling, undefined);
      const square = spectralNorm(map) ** 2;
      const size = square > 0 && Number.isFinite(square) ? square : 1;
      return { damping: damping * size, growth: 2, sizes, size };
    },
    step(it, state, settings) {
      const { units, sizes, field, map: jacobian } = growingView(it.at, scaling, state.sizes);
      const n = field.length;
      const right = scratchVector(it);
      jacobian.applyTranspose(field, right);
      for (let i = 0; i < n; i++) right[i] = -right[i]!;
      const mu = state.damping;
      const last = (outcome: SearchOutcome, length: number | undefined) => ({
        stepSize: 0,
        next: it.at,
        status: "stagnated" as const,
        columns: {
          outcome: searchOutcomes.indexOf(outcome),
          trials: 0,
          damping: mu,
          gainRatio: undefined,
          directionNorm: length,
        },
      });
      if (!isFiniteVector(right)) return last("non-finite", undefined);
      const inUnits = normalSolve(jacobian, right, {
        shift: mu,
        relativeTolerance: settings.relativeTolerance,
        ...(maxIterations === undefined ? {} : { maxIterations }),
      });
      const direction = stepFromUnits(inUnits.slice(), units);
      const length = norm(direction);
      const point = trialPoint(it, direction, 1, scratchVector(it));
      if (point === undefined) return last("stagnated", length);
      const next = it.evaluate(point);
      const model = scratchVector(it);
      jacobian.apply(inUnits, model);
      const after = fieldInUnits(next, units);
      // A power of two keeps the squares within range.
      const unit = perUnit(field);
      let predicted = 0;
      let actual = 0;
      // Differences of squares are written as products, so that near a zero of F rounding does not decide.
      let before = 0;
      let reached = 0;
      for (let i = 0; i < n; i++) {
        const f = field[i]! * unit;
        const m = model[i]! * unit;
        const a = after[i]! * unit;
        predicted -= m * (2 * f + m);
        actual += (f - a) * (f + a);
        before += f * f;
        reached += a * a;
      }
      const gainRatio = actual / predicted;
      const accepted = gainRatio > 0 && reached < before;
      const columns = {
        outcome: searchOutcomes.indexOf(accepted ? "accepted" : "rejected"),
        trials: 1,
        damping: mu,
        gainRatio: Number.isFinite(gainRatio) ? gainRatio : undefined,
        directionNorm: length,
      };
      if (!accepted) {
        // Refusals end at the latest when mu overflows: then p is 0 to rounding, which is stagnation.
        return {
          state: { ...state, damping: mu * state.growth, growth: 2 * state.growth, sizes },
          direction,
          stepSize: 0,
          next: it.at,
          columns,
        };
      }
      const agreement = 2 * gainRatio - 1;
      const factor = Math.max(1 / 3, 1 - agreement * agreement * agreement);
      return {
        state: { damping: Math.max(leastDamping * state.size, mu * factor), growth: 2, sizes, size: state.size },
        direction,
        stepSize: 1,
        next,
        columns,
      };
    },
  });
}

interface State {
  /** The damping mu. */
  readonly damping: number;
  /** The factor nu by which the next refusal raises mu. */
  readonly growth: number;
  readonly sizes: Sizes | undefined;
  /** ||J||^2 at the first row, in units. */
  readonly size: number;
}

/** F and J in the units of this row. */
function growingView(at: Evaluation, scaling: Scaling, before: Sizes | undefined) {
  const { symmetric } = at.problem;
  const n = at.field.length;
  const plain = { units: undefined, sizes: before, field: at.field, map: at.linearize() };
  const wanted = scaling === "automatic" && !symmetric ? "none" : scaling;
  const matrix = scales(wanted, n) ? finiteMatrix(at) : undefined;
  if (matrix === undefined) return plain;
  const { units, sizes } = unitsOf(matrix, symmetric, before);
  const inUnits = matrixInUnits(matrix, units);
  if (inUnits === undefined) return plain;
  return { units, sizes, field: fieldInUnits(at, units), map: denseMatrix(n, n, inUnits, { symmetric }) };
}

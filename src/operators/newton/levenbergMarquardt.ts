import {
  defineUpdate,
  isFiniteVector,
  norm,
  readOptions,
  scratchVector,
  settingOf,
  type Update,
} from "../../authoring/index.ts";
import { minresQLP } from "../../linalg/krylov/minres/minresQLP.ts";
import { composed, transposed } from "../../linalg/maps/maps.ts";
import { spectralNorm } from "../../linalg/spectra/norms.ts";
import { positiveInteger, share } from "../support/rules.ts";
import { type SearchOutcome, searchColumns, searchOutcomes } from "../support/searchOutcome.ts";
import { trialPoint } from "../support/trialPoint.ts";

/** Options of {@link levenbergMarquardt}. */
export interface LevenbergMarquardtOptions {
  /** Factor tau > 0 of the first damping, tau ||J||_2^2. Default 1e-3 [1]. */
  readonly damping?: number;
  /** Relative tolerance of the inner solver, in [0, 1]. Default 1e-10. Steerable. */
  readonly relativeTolerance?: number;
  /** Largest number of inner iterations, two products each. Default 4 n. */
  readonly maxIterations?: number;
}

/**
 * Least damping. A smaller one would change nothing, and after a refusal it would take many steps to raise it again.
 */
const leastDamping = 1e-30;

const rules = {
  damping: { default: 1e-3, above: 0 },
  relativeTolerance: { ...share, default: 1e-10 },
  maxIterations: positiveInteger,
} as const;

/**
 * Takes Levenberg and Marquardt's step on G = ||F||^2 / 2, (J^T J + mu I) p = -J^T F, with Nielsen's rule for mu [1].
 *
 * The gain ratio rho is the fall of ||F||^2 over the fall that ||F + J p||^2 predicts. Where rho > 0 the step is taken,
 * mu <- mu max(1/3, 1 - (2 rho - 1)^3) and nu <- 2. Otherwise it is refused: the point stays, mu <- nu mu and nu <- 2
 * nu; such a row has outcome `rejected` and step size 0, and the next one tries again. The system is solved by
 * MINRES-QLP, so J need be neither symmetric nor regular. A step that changes no coordinate makes this the last row
 * (status "stagnated"): G is stationary there to rounding.
 *
 * Columns: `outcome` and `trials` as in `backtrackGradientNorm`; `damping`, mu; `gainRatio`, rho; `directionNorm`,
 * ||p||.
 *
 * When it works: on fields that are not gradients as well. It lies between Newton's method (small mu: quadratic
 * convergence, also to degenerate zeros where ||F|| grows as the distance) and descent on G (large mu), and needs no
 * line search. Its fixed points are those with J^T F = 0, so gradient-flat points catch it. J^T J squares the condition
 * number, so ill-conditioned problems take many inner iterations.
 *
 * Use {@link newtonMR} when J is symmetric, {@link denseNewtonDirection} with a line search when n is small,
 * {@link gradientNormDirection} when solving is too expensive.
 *
 * Cost: one evaluation, 2 products per inner iteration and 3 more per step; 20 or 40 products for ||J|| at the first
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
 */
export function levenbergMarquardt(options: LevenbergMarquardtOptions = {}): Update {
  const { damping, relativeTolerance, maxIterations } = readOptions("levenbergMarquardt", options, rules);
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
      const size = spectralNorm(first.at.linearize()) ** 2;
      return { damping: damping * (size > 0 && Number.isFinite(size) ? size : 1), growth: 2 };
    },
    step(it, state, settings) {
      const { field, squaredFieldNorm } = it.at;
      const n = field.length;
      const jacobian = it.at.linearize();
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
      const { x: direction } = minresQLP(composed(transposed(jacobian), jacobian, { symmetric: true }), right, {
        shift: mu,
        relativeTolerance: settings.relativeTolerance,
        ...(maxIterations === undefined ? {} : { maxIterations }),
      });
      const length = norm(direction);
      const point = trialPoint(it, direction, 1, scratchVector(it));
      if (point === undefined) return last("stagnated", length);
      const next = it.evaluate(point);
      const model = scratchVector(it);
      jacobian.apply(direction, model);
      let predicted = 0;
      let actual = 0;
      // Differences of squares are written as products, so that near a zero of F rounding does not decide.
      for (let i = 0; i < n; i++) {
        const f = field[i]!;
        predicted -= model[i]! * (2 * f + model[i]!);
        actual += (f - next.field[i]!) * (f + next.field[i]!);
      }
      const gainRatio = actual / predicted;
      const accepted = gainRatio > 0 && next.squaredFieldNorm < squaredFieldNorm;
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
          state: { damping: mu * state.growth, growth: 2 * state.growth },
          direction,
          stepSize: 0,
          next: it.at,
          columns,
        };
      }
      const agreement = 2 * gainRatio - 1;
      const factor = Math.max(1 / 3, 1 - agreement * agreement * agreement);
      return {
        state: { damping: Math.max(leastDamping, mu * factor), growth: 2 },
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
}

import { defineUpdate, failure, type Proposal, readOptions, restartable, type Update } from "../../authoring/index.ts";
import { localStepSize } from "../support/localStepSize.ts";
import { naturalResidualNorm } from "../support/naturalResidualNorm.ts";
import { positiveInteger } from "../support/rules.ts";

/** Options of {@link restarts}. */
export interface RestartsOptions {
  /** Number of rows between two restarts. Give this or `decrease`. */
  readonly every?: number;
  /**
   * Factor beta in (0, 1): a restart happens when the natural residual at the candidate is at most beta times that at
   * the last restart. Default 0.3 where `every` is not given.
   */
  readonly decrease?: number;
  /** Number of rows between two tests of `decrease`. Default 8. */
  readonly checkEvery?: number;
  /**
   * Point at which the method begins anew: the uniform average since the last restart, or the present point.
   * Default `average`.
   */
  readonly to?: "average" | "point";
  /**
   * Scale eta > 0 of the natural residual ||z - Pi_C(z - eta F(z))||. Default `"local"`: 1 / (2 L) with the Lipschitz
   * quotient L of the field near the first point, so that restarts do not depend on units.
   */
  readonly scale?: number | "local";
}

const rules = {
  every: positiveInteger,
  decrease: { default: 0.3, above: 0, below: 1 },
  checkEvery: { ...positiveInteger, default: 8 },
  to: { default: "average", oneOf: ["average", "point"] },
  scale: { default: "local", above: 0, or: ["local"] },
} as const;

/**
 * Restarts a method, from the average of its iterates or from the present point, each time it has made enough progress.
 *
 * On sharp problems (bilinear games, linear programmes, matrix games) averaging alone gives a gap O(1 / k); restarted
 * at the average, the same method converges linearly [1]. Anchored and accelerated methods that are restarted at the
 * point converge linearly under strong monotonicity. The row after a restart has 1 in the column `restarted`; there,
 * methods and averages forget what came before.
 *
 * Use {@link average} when only the mean is wanted, {@link restartable} when you decide on restarts by a rule of your
 * own.
 *
 * Cost: one evaluation per test of `decrease` at the average; a jump to the average costs no further one; with the
 * local scale one evaluation at the first row. State: the mean, n numbers.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(60), restarts(extragradient({ stepSize: 0.5 }), { every: 20 })))
 *   .pipe(filter((it) => it.columns.restarted === 1))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toExponential(2)));
 * // 21 1.15e-2
 * // 42 6.61e-5
 * @param inner the method, with everything that is to begin anew
 * @param options {@link RestartsOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, or both `every` and `decrease`
 * @see [1] Applegate, Hinder, Lu and Lubin, "Faster first-order primal-dual methods for linear programming using
 *   restarts and sharpness", 2023, arXiv:2105.12715
 */
export function restarts(inner: Update, options: RestartsOptions = {}): Update {
  const { every, decrease, checkEvery, to, scale } = readOptions("restarts", options, rules);
  if (every !== undefined && options.decrease !== undefined) {
    throw failure("ERR_OPTION_RANGE", "restarts: expected every or decrease, got both; leave one out");
  }
  const decide = defineUpdate({
    name: "restarts",
    init: (first, previous?: State): State => previous ?? begin(first, every === undefined ? scale : 1),
    step(it, state) {
      const fresh = state.jumped;
      if (fresh) {
        state.count = 0;
        state.jumped = false;
        state.mean.fill(0);
      }
      state.count++;
      for (let i = 0; i < it.point.length; i++) {
        state.mean[i] = state.mean[i]! + (it.point[i]! - state.mean[i]!) / state.count;
      }
      const due = every === undefined ? state.count > 1 && state.count % checkEvery === 0 : state.count > every;
      if (!due) return { restart: fresh };
      const candidate = to === "point" ? it.at : it.evaluate(state.mean);
      const residual = naturalResidualNorm(candidate, state.eta);
      if (every === undefined && residual > decrease * state.residual) return { restart: fresh };
      state.residual = residual;
      if (to === "average") {
        state.jumped = true;
        return { restart: fresh, stepSize: 1, next: candidate };
      }
      state.mean.set(it.point);
      state.count = 1;
      return { restart: true };
    },
  });
  return restartable(decide, inner);
}

interface State {
  /** Mean of the points since the last restart. */
  readonly mean: Float64Array;
  /** Number of points in the mean. */
  count: number;
  /** Scale of the residuals. */
  readonly eta: number;
  /** Natural residual at the last restart. */
  residual: number;
  /** Whether the next row is the first one after a jump to the average. */
  jumped: boolean;
}

function begin({ point, at, evaluate }: Proposal, scale: number | "local"): State {
  const eta = scale === "local" ? localStepSize(at, evaluate) : scale;
  const residual = naturalResidualNorm(at, eta);
  return { mean: new Float64Array(point.length), count: 0, eta, residual, jumped: false };
}

import { defineUpdate, failure, type Proposal, readOptions, restartable, type Update } from "../../authoring/index.ts";
import { naturalResidualNorm } from "../support/naturalResidualNorm.ts";
import { positiveInteger } from "../support/rules.ts";

export interface RestartsOptions {
  /** Restart after so many rows. This or `decrease`. */
  readonly every?: number;
  /**
   * beta in (0, 1): restart when the natural residual at the candidate is at most beta times that at the last restart.
   * Default 0.3, where `every` is not given.
   */
  readonly decrease?: number;
  /** Rows between two tests of `decrease`. Default 8. */
  readonly checkEvery?: number;
  /** Where to go on: from the uniform average since the last restart, or from the present point. Default `average`. */
  readonly to?: "average" | "point";
}

const rules = {
  every: positiveInteger,
  decrease: { default: 0.3, above: 0, below: 1 },
  checkEvery: { ...positiveInteger, default: 8 },
  to: { default: "average", oneOf: ["average", "point"] },
} as const;

/**
 * A method that begins anew, from the average of its iterates or where it stands, each time it has made enough way.
 *
 * On sharp problems (bilinear, linear programmes, matrix games) averaging alone gives a gap O(1 / k); restarted at the
 * average, the same method converges linearly [1]. Anchored and accelerated methods restarted at the point converge
 * linearly under strong monotonicity. The row after a restart has 1 in the column `restarted`, at which methods and
 * averages forget what came before.
 *
 * Cost: one evaluation a test of `decrease` at the average; a jump to the average needs no other. State: the mean.
 *
 * @example restarts(extragradient({ stepSize: 0.5 }), { every: 20 })
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Applegate, Hinder, Lu and Lubin, "Faster first-order primal-dual methods for linear programming using restarts
 *   and sharpness", 2023, arXiv:2105.12715
 */
export function restarts(inner: Update, options: RestartsOptions = {}): Update {
  const { every, decrease, checkEvery, to } = readOptions("restarts", options, rules);
  if (every !== undefined && options.decrease !== undefined) {
    throw failure("ERR_OPTION_RANGE", "restarts: expected every or decrease, got both; leave one out");
  }
  const decide = defineUpdate({
    name: "restarts",
    init: (first, previous?: State): State => previous ?? begin(first),
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
      const candidate = to === "point" ? it.at : it.evaluate(state.mean.slice());
      const residual = naturalResidualNorm(candidate);
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
  readonly mean: Float64Array;
  count: number;
  /** Natural residual where the last restart began. */
  residual: number;
  /** The next row is the first of a new run. */
  jumped: boolean;
}

function begin({ point, at }: Proposal): State {
  return { mean: new Float64Array(point.length), count: 0, residual: naturalResidualNorm(at), jumped: false };
}

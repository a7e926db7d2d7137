import { update } from "../../streams/author.ts";
import { choose, method } from "../../streams/combinators.ts";
import type { Update } from "../../streams/types.ts";
import { checkOption, checkOptions } from "../support/checkOption.ts";
import { naturalResidualNorm } from "../support/moves.ts";

export interface RestartsOptions {
  /** Restart after so many rows. This or `decrease`. */
  readonly every?: number;
  /**
   * beta in (0, 1): restart when the natural residual at the candidate is at most beta times that at the last restart.
   * Default 0.3, where `every` is not given.
   */
  readonly decrease?: number;
  /** Rows between two tests of `decrease`. Default 8. */
  readonly check?: number;
  /** Where to go on: from the uniform average since the last restart, or from the present point. Default `average`. */
  readonly to?: "average" | "point";
}

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
  checkOptions("restarts", options);
  const { every, decrease = 0.3, check = 8, to = "average" } = options;
  const whole = (value: number): boolean => Number.isInteger(value) && value > 0;
  checkOption("restarts", every === undefined || whole(every), "every", "to be a positive integer", every);
  checkOption("restarts", decrease > 0 && decrease < 1, "decrease", "in (0, 1)", decrease);
  checkOption("restarts", whole(check), "check", "to be a positive integer", check);
  checkOption("restarts", to === "average" || to === "point", "to", 'to be "average" or "point"', to);
  const both = every !== undefined && options.decrease !== undefined;
  checkOption("restarts", !both, "every or decrease", "", "both; leave one out");
  const decide = update({
    name: "restarts",
    columns: { restarted: { meaning: "1: the first row after a restart" } },
    init: (first): State => ({
      mean: new Float64Array(first.point.length),
      count: 0,
      residual: naturalResidualNorm(first.at),
      jumped: false,
    }),
    step(it, state) {
      if (state.jumped) {
        state.count = 0;
        state.jumped = false;
        state.mean.fill(0);
      }
      const fresh = state.count === 0 && it.step > 0 ? 1 : 0;
      state.count++;
      for (let i = 0; i < it.point.length; i++) {
        state.mean[i] = state.mean[i]! + (it.point[i]! - state.mean[i]!) / state.count;
      }
      const due = every === undefined ? state.count > 1 && state.count % check === 0 : state.count > every;
      if (!due) return { state, columns: { restarted: fresh } };
      if (to === "point") {
        const residual = naturalResidualNorm(it.at);
        if (every === undefined && residual > decrease * state.residual)
          return { state, columns: { restarted: fresh } };
        const mean = it.point.slice();
        return { state: { mean, count: 1, residual, jumped: false }, columns: { restarted: 1 } };
      }
      const candidate = it.evaluate(state.mean.slice());
      const residual = naturalResidualNorm(candidate);
      if (every === undefined && residual > decrease * state.residual) return { state, columns: { restarted: fresh } };
      return {
        state: { ...state, residual, jumped: true },
        stepSize: 1,
        next: candidate,
        columns: { restarted: fresh },
      };
    },
  });
  return method(
    decide,
    choose(
      (it) => (it.next === undefined ? 0 : 1),
      inner,
      (source) => source,
    ),
  );
}

interface State {
  readonly mean: Float64Array;
  count: number;
  /** Natural residual where the last restart began. */
  residual: number;
  /** The next row is the first of a new run. */
  jumped: boolean;
}

import { defineUpdate, readOptions, settingOf, type Update } from "../../authoring/index.ts";
import { moveTo } from "../support/moveTo.ts";
import { projectedStep } from "../support/projectedStep.ts";
import { requiredStepSize } from "../support/rules.ts";

export interface PopovOptions {
  /** eta > 0; for monotone, L-Lipschitz F below 1 / (2 L). Steerable. */
  readonly stepSize: number;
}

const rules = { stepSize: requiredStepSize } as const;

/**
 * Popov's method [1], extrapolation from the past: z <- Pi_C(z - eta F(w)), then w <- Pi_C(z - eta F(w)) with the same F(w).
 *
 * The rows hold w, the point at which F is evaluated; z is this operator's state. Both converge to the same solution, with an
 * averaged gap O(1 / k) (of w), last ||F||^2 O(1 / k), linearly for strongly monotone F. Without a constraint w follows the
 * optimistic gradient, chain(optimistic(), gradientStep(eta)).
 *
 * Cost: no evaluation beside the loop's, two projections. State: z, n numbers.
 *
 * @example iterate(bilinear(), [1, 1], chain(untilStep(200), popov({ stepSize: 0.4 })))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Popov, "A modification of the Arrow-Hurwicz method for search of saddle points", 1980, doi:10.1007/BF01141092
 * @see [2] Hsieh, Iutzeler, Malick and Mertikopoulos, "On the convergence of single-call stochastic extra-gradient
 *   methods", 2019, arXiv:1908.08465
 */
export function popov(options: PopovOptions): Update {
  const { stepSize } = readOptions("popov", options, rules);
  return defineUpdate({
    name: "popov",
    settings: { stepSize: settingOf(rules.stepSize, stepSize) },
    init: (first): Float64Array => first.point.slice(),
    step(it, state, settings) {
      const eta = settings.stepSize;
      const { field, problem } = it.at;
      const z = projectedStep(problem, state, eta, field);
      const ahead = new Float64Array(z.length);
      for (let i = 0; i < z.length; i++) ahead[i] = z[i]! - eta * field[i]!;
      return { ...moveTo(it, ahead, eta), state: z };
    },
  });
}

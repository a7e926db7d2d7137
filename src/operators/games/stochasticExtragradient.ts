import type { Problem } from "../../problems/problem.ts";
import { update } from "../../streams/author.ts";
import type { Update } from "../../streams/types.ts";
import { checkOption } from "../support/checkOption.ts";
import { checkStepSize, projectedStep, stepSetting } from "../support/moves.ts";

export interface StochasticExtragradientOptions {
  /** gamma_0 > 0, of the look ahead: gamma_k = gamma_0 / (1 + k / delay)^aheadPower. Steerable. */
  readonly ahead: number;
  /** eta_0 > 0, of the step: eta_k = eta_0 / (1 + k / delay)^power. Default `ahead`. Steerable. */
  readonly stepSize?: number;
  /** In [0, 1]. Default 0: the look ahead does not decay [1]. */
  readonly aheadPower?: number;
  /** In [0, 1]. Default 1 / 2. */
  readonly power?: number;
  /** > 0, in steps. Default 10. */
  readonly delay?: number;
  /**
   * The problem at which the looked-ahead point is evaluated: a second, independent batch. Default: the batch of the step,
   * the same for both.
   */
  readonly second?: (step: number) => Problem;
}

/**
 * Extragradient for noisy fields with two step sizes [1]: bold in looking ahead, careful in moving.
 *
 * w = Pi_C(z - gamma_k F(z)), z <- Pi_C(z - eta_k F'(w)), F' from the same batch or from a second one. With one decaying
 * step size for both and independent batches it need not converge even on f(x, y) = xy; with gamma_k decaying more slowly
 * than eta_k it does [1]: for bilinear and other problems under an error bound gamma constant and eta_k ~ 1 / k give E
 * ||z_k - z*||^2 = O(1 / k), for monotone ones gamma_k ~ k^(-1/4 - e), eta_k ~ k^(-3/4) converge. With the same batch for
 * both each step is an extragradient step of one sampled problem, which biases the field by O(gamma).
 *
 * Cost: one evaluation a step beside the loop's.
 *
 * @example iterate(batch, start, stochasticExtragradient({ ahead: 0.3, stepSize: 0.3, power: 1, second: (k) => batch(-1 - k) }))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Hsieh, Iutzeler, Malick and Mertikopoulos, "Explore aggressively, update conservatively: stochastic
 *   extragradient methods with variable stepsize scaling", 2020, arXiv:2003.10162
 */
export function stochasticExtragradient(options: StochasticExtragradientOptions): Update {
  const who = "stochasticExtragradient";
  const { ahead, stepSize = ahead, aheadPower = 0, power = 0.5, delay = 10, second } = options;
  checkStepSize(who, ahead);
  checkStepSize(who, stepSize);
  checkOption(who, aheadPower >= 0 && aheadPower <= 1, "aheadPower", "in [0, 1]", aheadPower);
  checkOption(who, power >= 0 && power <= 1, "power", "in [0, 1]", power);
  checkOption(who, delay > 0 && Number.isFinite(delay), "delay", "positive", delay);
  return update({
    name: who,
    settings: { ahead: stepSetting(ahead), stepSize: stepSetting(stepSize) },
    step(it, _state, settings) {
      const { problem, field, point } = it.at;
      const slower = 1 + it.step / delay;
      const there = projectedStep(problem, point, settings.ahead / slower ** aheadPower, field);
      const found = second === undefined ? it.evaluate(there) : it.evaluate(there, second(it.step));
      return { field: found.field, stepSize: settings.stepSize / slower ** power };
    },
  });
}

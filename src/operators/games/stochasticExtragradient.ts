import { defineUpdate, type Problem, readOptions, settingOf, type Update } from "../../authoring/index.ts";
import { pow } from "../../elementary/index.ts";
import { projectedStep } from "../support/projectedStep.ts";
import { optionalStepSize, requiredStepSize, share } from "../support/rules.ts";

export interface StochasticExtragradientOptions {
  /** gamma_0 > 0, of the look ahead: gamma_k = gamma_0 / (1 + k / delay)^aheadPower. Steerable. */
  readonly aheadStepSize: number;
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

const rules = {
  aheadStepSize: requiredStepSize,
  stepSize: optionalStepSize,
  aheadPower: { default: 0, ...share },
  power: { default: 0.5, ...share },
  delay: { default: 10, above: 0 },
  second: {
    expected: "a function of the step that gives a problem",
    is: (value: unknown) => typeof value === "function",
  },
} as const;

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
 * @example iterate(batch, start, stochasticExtragradient({ aheadStepSize: 0.3, stepSize: 0.3, power: 1, second: (k) => batch(-1 - k) }))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Hsieh, Iutzeler, Malick and Mertikopoulos, "Explore aggressively, update conservatively: stochastic
 *   extragradient methods with variable stepsize scaling", 2020, arXiv:2003.10162
 */
export function stochasticExtragradient(options: StochasticExtragradientOptions): Update {
  const {
    aheadStepSize,
    stepSize = aheadStepSize,
    aheadPower,
    power,
    delay,
    second,
  } = readOptions("stochasticExtragradient", options, rules);
  return defineUpdate({
    name: "stochasticExtragradient",
    settings: {
      aheadStepSize: settingOf(rules.aheadStepSize, aheadStepSize),
      stepSize: settingOf(rules.stepSize, stepSize),
    },
    init: (first) => ({ since: first.step }),
    step(it, { since }, settings) {
      const { problem, field, point } = it.at;
      const slower = 1 + (it.step - since) / delay;
      const there = projectedStep(problem, point, settings.aheadStepSize / pow(slower, aheadPower), field);
      const found = second === undefined ? it.evaluate(there) : it.evaluate(there, second(it.step));
      return { field: found.field, stepSize: settings.stepSize / pow(slower, power) };
    },
  });
}

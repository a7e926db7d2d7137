import {
  defineUpdate,
  type Problem,
  readOptions,
  scratchVector,
  settingOf,
  type Update,
} from "../../authoring/index.ts";
import { pow } from "../../elementary/index.ts";
import { projectedStep } from "../support/projectedStep.ts";
import { optionalStepSize, requiredStepSize, share } from "../support/rules.ts";

/** Options of {@link stochasticExtragradient}. */
export interface StochasticExtragradientOptions {
  /** First step size gamma_0 > 0 of the look-ahead: gamma_k = gamma_0 / (1 + k / delay)^aheadPower. Steerable. */
  readonly aheadStepSize: number;
  /**
   * First step size eta_0 > 0 of the step itself: eta_k = eta_0 / (1 + k / delay)^power. Default `aheadStepSize`.
   * Steerable.
   */
  readonly stepSize?: number;
  /** Exponent of the look-ahead's decay, in [0, 1]. Default 0: the look-ahead does not decay [1]. */
  readonly aheadPower?: number;
  /** Exponent of the step's decay, in [0, 1]. Default 1 / 2. */
  readonly power?: number;
  /** Delay of both decays in steps, > 0. Default 10. */
  readonly delay?: number;
  /**
   * Function of the step that gives the problem of the look-ahead point, which is a second, independent batch.
   * Default: both points use the batch of the step.
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
 * Steps by extragradient for noisy fields, with two step sizes [1]: long in looking ahead, short in moving.
 *
 * w = Pi_C(z - gamma_k F(z)), z <- Pi_C(z - eta_k F'(w)), where F' comes from the same batch or from a second one. With
 * one decaying step size for both and independent batches the method need not converge even on f(x, y) = xy. With a
 * gamma_k that decays more slowly than eta_k it does [1]: for bilinear and other problems under an error bound, a
 * constant gamma and eta_k ~ 1 / k give E ||z_k - z*||^2 = O(1 / k); for monotone problems gamma_k ~ k^(-1/4 - e) and
 * eta_k ~ k^(-3/4) converge. With the same batch for both, each step is an extragradient step of one sampled problem,
 * which biases the field by O(gamma).
 *
 * Use {@link decayingStep} when F is strongly monotone, {@link extragradient} when the field is exact.
 *
 * Cost: one evaluation per step in addition to the loop's.
 *
 * @example
 * const noisy = (k: number) =>
 *   variationalInequality(([x, y], out) => out.set([y! + 0.1 * (-1) ** k, -x!]), wholeSpace(2));
 * const method = stochasticExtragradient({ aheadStepSize: 0.5, power: 1, second: (k) => noisy(k + 1) });
 * iterate(noisy, [1, 1], chain(untilStep(200), method))
 *   .pipe(filter((it) => it.step % 100 === 0))
 *   .subscribe((it) => console.log(it.step, norm(it.point).toFixed(4)));
 * // 0 1.4142
 * // 100 0.0117
 * // 200 0.0019
 * @param options {@link StochasticExtragradientOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
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
      const gamma = settings.aheadStepSize / pow(slower, aheadPower);
      const there = projectedStep(problem, point, gamma, field, scratchVector(it));
      const found = second === undefined ? it.evaluate(there) : it.evaluate(there, second(it.step));
      return { field: found.field, stepSize: settings.stepSize / pow(slower, power) };
    },
  });
}

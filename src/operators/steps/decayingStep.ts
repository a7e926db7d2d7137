import { defineUpdate, readOptions, settingOf, type Update } from "../../authoring/index.ts";
import { pow } from "../../elementary/index.ts";
import { requiredStepSize, share } from "../support/rules.ts";

/** Options of {@link decayingStep}. */
export interface DecayingStepOptions {
  /** First step size eta_0 > 0. Steerable. */
  readonly stepSize: number;
  /** Exponent p in [0, 1] of eta_k = eta_0 / (1 + k / delay)^p. Default 1. */
  readonly power?: number;
  /** Number of steps, > 0, after which the step size is halved when `power` is 1. Default 1. */
  readonly delay?: number;
}

const rules = {
  stepSize: requiredStepSize,
  power: { ...share, default: 1 },
  delay: { default: 1, above: 0 },
} as const;

/**
 * Chooses step sizes that decay, for noisy fields: z <- Pi_C(z + eta_k d), eta_k = eta_0 / (1 + k / delay)^power.
 *
 * Stochastic approximation converges where the sum of the eta_k is infinite and the sum of their squares is finite,
 * which holds for a power in (1/2, 1]. For a mu-strongly monotone F, descent-ascent with power 1 and eta_0
 * delay > 1 / (2 mu) gives E ||z_k - z*||^2 = O(1 / k) [1]. With power 1/2, the averages (`average`) of a monotone
 * problem over a bounded C have a gap O(1 / sqrt(k)) [2]; this holds for descent-ascent and for the methods that
 * converge on exact monotone fields. To use minibatches, give `iterate` a function of the step as its problem.
 *
 * Use {@link gradientStep} when the field is exact, {@link stochasticExtragradient} when it is noisy and the game is
 * bilinear or monotone but not strongly monotone.
 *
 * @example
 * iterate(quartic(), [1, 0], decayingStep({ stepSize: 0.1, delay: 1 }))
 *   .pipe(take(3))
 *   .subscribe((it) => console.log(it.step, it.stepSize.toFixed(4), it.point[0]!.toFixed(4)));
 * // 0 0.1000 1.0000
 * // 1 0.0500 0.6000
 * // 2 0.0333 0.3192
 * @param options {@link DecayingStepOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @see [1] Nemirovski, Juditsky, Lan and Shapiro, "Robust stochastic approximation approach to stochastic programming",
 *   2009, doi:10.1137/070704277
 * @see [2] Juditsky, Nemirovski and Tauvel, "Solving variational inequalities with stochastic mirror-prox algorithm",
 *   2011, arXiv:0809.0815
 */
export function decayingStep(options: DecayingStepOptions): Update {
  const { stepSize, power, delay } = readOptions("decayingStep", options, rules);
  return defineUpdate({
    name: "decayingStep",
    settings: { stepSize: settingOf(rules.stepSize, stepSize) },
    init: (first) => ({ since: first.step }),
    step: (it, { since }, settings) => ({ stepSize: settings.stepSize / pow(1 + (it.step - since) / delay, power) }),
  });
}

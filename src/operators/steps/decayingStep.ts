import { defineUpdate, readOptions, settingOf, type Update } from "../../authoring/index.ts";
import { pow } from "../../elementary/index.ts";
import { requiredStepSize, share } from "../support/rules.ts";

export interface DecayingStepOptions {
  /** eta_0 > 0. Steerable. */
  readonly stepSize: number;
  /** p in [0, 1]: eta_k = eta_0 / (1 + k / delay)^p. Default 1. */
  readonly power?: number;
  /** Steps after which the first power has halved the step size, > 0. Default 1. */
  readonly delay?: number;
}

const rules = {
  stepSize: requiredStepSize,
  power: { ...share, default: 1 },
  delay: { default: 1, above: 0 },
} as const;

/**
 * Step sizes that decay, for noisy fields: z <- Pi_C(z + eta_k d), eta_k = eta_0 / (1 + k / delay)^power.
 *
 * Stochastic approximation converges where the eta_k sum to infinity and their squares do not: power in (1/2, 1]. For a
 * mu-strongly monotone F, descent-ascent with power 1 and eta_0 delay > 1 / (2 mu) gives E ||z_k - z*||^2 = O(1 / k) [1];
 * with power 1/2 averages (`average`) of monotone problems over a bounded C have a gap O(1 / sqrt(k)) [2], of methods that
 * converge for exact monotone fields or, on average, of descent-ascent itself. Minibatches are problem(step) of the loop.
 *
 * @example iterate((step) => batches.with({ rows: sample(step) }), start, decayingStep({ stepSize: 0.1, delay: 100 }))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Nemirovski, Juditsky, Lan and Shapiro, "Robust stochastic approximation approach to stochastic programming", 2009,
 *   doi:10.1137/070704277
 * @see [2] Juditsky, Nemirovski and Tauvel, "Solving variational inequalities with stochastic mirror-prox algorithm", 2011,
 *   arXiv:0809.0815
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

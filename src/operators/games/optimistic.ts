import { defineUpdate, readOptions, settingOf, type Update } from "../../authoring/index.ts";

export interface OptimisticOptions {
  /** rho >= 0: how much of the last change is expected to come again. Default 1, the optimistic gradient. Steerable. */
  readonly weight?: number;
}

const rules = { weight: { default: 1, min: 0 } } as const;

/**
 * Optimism: the direction becomes d + rho (d - d_), d_ being the one of the step before (d itself at the first step).
 *
 * With `gradientStep(eta)` after it and rho = 1 this is optimistic gradient descent-ascent, z <- Pi_C(z - 2 eta F(z) + eta
 * F(z_)), which is forward-reflected-backward with a constant step [2]. For monotone, L-Lipschitz F and eta < 1 / (2 L):
 * averaged gap O(1 / k), last ||F||^2 O(1 / k). On f(x, y) = xy the multiplier is the largest root of s^2 - (1 - 2 i eta) s
 * - i eta: stable for eta < 1 / sqrt(3), 1 / sqrt(2) at eta = 1 / 2.
 *
 * Cost: no evaluation beside the loop's. State: d, n numbers.
 *
 * @example chain(optimistic(), gradientStep(0.3))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Daskalakis, Ilyas, Syrgkanis and Zeng, "Training GANs with optimism", 2018, arXiv:1711.00141
 * @see [2] Malitsky and Tam, "A forward-backward splitting method for monotone inclusions without cocoercivity", 2020,
 *   arXiv:1808.04162
 */
export function optimistic(options: OptimisticOptions = {}): Update {
  const { weight } = readOptions("optimistic", options, rules);
  return defineUpdate({
    name: "optimistic",
    refines: "direction",
    settings: { weight: settingOf(rules.weight, weight) },
    init: (first) => first.direction.slice(),
    step(it, last, settings) {
      const { direction } = it;
      const next = new Float64Array(direction.length);
      for (let i = 0; i < next.length; i++) {
        next[i] = direction[i]! + settings.weight * (direction[i]! - last[i]!);
      }
      return { state: direction.slice(), direction: next };
    },
  });
}

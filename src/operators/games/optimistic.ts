import { update } from "../../streams/author.ts";
import type { Update } from "../../streams/types.ts";
import { checkOption, checkOptions } from "../support/checkOption.ts";
import { restarted } from "../support/moves.ts";

export interface OptimisticOptions {
  /** rho >= 0: how much of the last change is expected to come again. Default 1, the optimistic gradient. Steerable. */
  readonly weight?: number;
}

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
 * @example method(optimistic(), gradientStep(0.3))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Daskalakis, Ilyas, Syrgkanis and Zeng, "Training GANs with optimism", 2018, arXiv:1711.00141
 * @see [2] Malitsky and Tam, "A forward-backward splitting method for monotone inclusions without cocoercivity", 2020,
 *   arXiv:1808.04162
 */
export function optimistic(options: OptimisticOptions = {}): Update {
  checkOptions("optimistic", options);
  const { weight = 1 } = options;
  checkOption("optimistic", weight >= 0 && Number.isFinite(weight), "weight", "of 0 or more", weight);
  return update({
    name: "optimistic",
    refines: true,
    settings: { weight: { value: weight, min: 0 } },
    init: (first) => first.direction.slice(),
    step(it, before, settings) {
      const { direction } = it;
      const last = restarted(it) ? direction : before;
      const next = new Float64Array(direction.length);
      for (let i = 0; i < next.length; i++) {
        next[i] = direction[i]! + settings.weight * (direction[i]! - last[i]!);
      }
      return { state: direction.slice(), direction: next };
    },
  });
}

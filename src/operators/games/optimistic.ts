import { defineUpdate, readOptions, rowVector, settingOf, type Update } from "../../authoring/index.ts";

/** Options of {@link optimistic}. */
export interface OptimisticOptions {
  /**
   * Share rho >= 0 of the last change that is expected to come again. Default 1, the optimistic gradient. Steerable.
   */
  readonly weight?: number;
}

const rules = { weight: { default: 1, min: 0 } } as const;

/**
 * Adds optimism [1]: the direction becomes d + rho (d - d_), where d_ is the direction of the last step
 * (d itself at the first step).
 *
 * With `gradientStep(eta)` after it and rho = 1 this is optimistic gradient descent-ascent, z <- Pi_C(z - 2 eta F(z) +
 * eta F(z_)), the forward-reflected-backward method with a constant step [2]. For monotone, L-Lipschitz F and
 * eta < 1 / (2 L) the averaged gap is O(1 / k) and ||F||^2 of the last iterate is O(1 / k). On f(x, y) = xy the
 * multiplier is the largest root of s^2 - (1 - 2 i eta) s - i eta: the method is stable for eta < 1 / sqrt(3), and the
 * multiplier is 1 / sqrt(2) at eta = 1 / 2.
 *
 * Use {@link popov} when the averaged gap of the look-ahead points matters, {@link forwardReflectedBackward} when the
 * step size varies, {@link goldenRatio} for a longer step at the same cost, {@link adaptiveGoldenRatio} when L is
 * unknown, {@link extragradient} when two evaluations per step are affordable.
 *
 * Cost: no evaluation in addition to the loop's. State: d, n numbers.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(20), optimistic(), gradientStep(0.5)))
 *   .pipe(filter((it) => it.step % 10 === 0))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toExponential(2)));
 * // 0 2.00e+0
 * // 10 1.19e-1
 * // 20 4.22e-4
 * @param options {@link OptimisticOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for a negative weight
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
      const next = rowVector(it);
      for (let i = 0; i < next.length; i++) {
        next[i] = direction[i]! + settings.weight * (direction[i]! - last[i]!);
      }
      return { state: direction.slice(), direction: next };
    },
  });
}

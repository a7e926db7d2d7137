import { defineUpdate, readOptions, scratchVector, settingOf, type Update } from "../../authoring/index.ts";
import { moveTo } from "../support/moveTo.ts";
import { requiredStepSize } from "../support/rules.ts";

/** The golden section (1 + sqrt 5) / 2. */
export const goldenSection = (1 + Math.sqrt(5)) / 2;

/** Options of {@link goldenRatio}. */
export interface GoldenRatioOptions {
  /** Step size eta > 0, at most phi / (2 L) for monotone, L-Lipschitz F [1]. Steerable. */
  readonly stepSize: number;
  /** Ratio phi in (1, (1 + sqrt 5) / 2]. Default: the golden section. */
  readonly ratio?: number;
}

const rules = {
  stepSize: requiredStepSize,
  ratio: { default: goldenSection, above: 1, max: goldenSection },
} as const;

/**
 * Steps by Malitsky's golden ratio algorithm [1]: m <- ((phi - 1) z + m) / phi, then z <- Pi_C(m - eta F(z)), where
 * m = z at the start.
 *
 * For monotone, L-Lipschitz F and eta <= phi / (2 L) the iterates converge, with an averaged gap O(1 / k), and linearly
 * under an error bound. The row's step size is eta.
 *
 * Use {@link adaptiveGoldenRatio} when L is unknown, {@link optimistic} or {@link popov} for the other methods with one
 * evaluation per step, {@link extragradient} when two evaluations are affordable.
 *
 * Cost: no evaluation in addition to the loop's, one projection. State: m, n numbers.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(40), goldenRatio({ stepSize: 0.8 })))
 *   .pipe(filter((it) => it.step % 20 === 0))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toExponential(2)));
 * // 0 2.00e+0
 * // 20 1.16e-2
 * // 40 4.63e-5
 * @param options {@link GoldenRatioOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @see [1] Malitsky, "Golden ratio algorithms for variational inequalities", 2020, arXiv:1803.08832
 */
export function goldenRatio(options: GoldenRatioOptions): Update {
  const { stepSize, ratio } = readOptions("goldenRatio", options, rules);
  return defineUpdate({
    name: "goldenRatio",
    settings: { stepSize: settingOf(rules.stepSize, stepSize) },
    init: (first): Float64Array => first.point.slice(),
    step(it, state, settings) {
      const eta = settings.stepSize;
      const { point, at } = it;
      const mean = averaged(point, state, ratio);
      const target = scratchVector(it);
      for (let i = 0; i < target.length; i++) target[i] = mean[i]! - eta * at.field[i]!;
      return { ...moveTo(it, target, eta), state: mean };
    },
  });
}

/** The next mean ((phi - 1) z + m) / phi, a fresh array. */
export function averaged(point: Float64Array, mean: Float64Array, ratio: number): Float64Array {
  const next = new Float64Array(point.length);
  for (let i = 0; i < next.length; i++) next[i] = ((ratio - 1) * point[i]! + mean[i]!) / ratio;
  return next;
}

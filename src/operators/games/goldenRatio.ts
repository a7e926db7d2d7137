import { defineUpdate, readOptions, settingOf, type Update } from "../../authoring/index.ts";
import { moveTo } from "../support/moveTo.ts";
import { requiredStepSize } from "../support/rules.ts";

/** (1 + sqrt 5) / 2. */
export const goldenSection = (1 + Math.sqrt(5)) / 2;

export interface GoldenRatioOptions {
  /** eta > 0; for monotone, L-Lipschitz F at most phi / (2 L) [1]. Steerable. */
  readonly stepSize: number;
  /** phi in (1, (1 + sqrt 5) / 2]. Default the golden section. */
  readonly ratio?: number;
}

const rules = {
  stepSize: requiredStepSize,
  ratio: { default: goldenSection, above: 1, max: goldenSection },
} as const;

/**
 * Malitsky's golden ratio algorithm [1]: m <- ((phi - 1) z + m) / phi, then z <- Pi_C(m - eta F(z)), m = z at the start.
 *
 * For monotone, L-Lipschitz F and eta <= phi / (2 L) the iterates converge, with an averaged gap O(1 / k); linearly under an
 * error bound. The step size column says eta.
 *
 * Cost: no evaluation beside the loop's, one projection. State: m, n numbers.
 *
 * @example iterate(bilinear(), [1, 1], chain(untilStep(200), goldenRatio({ stepSize: 0.8 })))
 * @throws {RangeError} ERR_OPTION_RANGE
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
      const target = new Float64Array(point.length);
      for (let i = 0; i < target.length; i++) target[i] = mean[i]! - eta * at.field[i]!;
      return { ...moveTo(it, target, eta), state: mean };
    },
  });
}

/** ((phi - 1) z + m) / phi. */
export function averaged(point: Float64Array, mean: Float64Array, ratio: number): Float64Array {
  const next = new Float64Array(point.length);
  for (let i = 0; i < next.length; i++) next[i] = ((ratio - 1) * point[i]! + mean[i]!) / ratio;
  return next;
}

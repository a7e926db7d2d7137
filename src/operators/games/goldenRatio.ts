import { update } from "../../streams/author.ts";
import type { Update } from "../../streams/types.ts";
import { checkOption } from "../support/checkOption.ts";
import { checkStepSize, moveTo, restarted, stepSetting } from "../support/moves.ts";

/** (1 + sqrt 5) / 2. */
export const goldenSection = (1 + Math.sqrt(5)) / 2;

export interface GoldenRatioOptions {
  /** eta > 0; for monotone, L-Lipschitz F at most phi / (2 L) [1]. Steerable. */
  readonly stepSize: number;
  /** phi in (1, (1 + sqrt 5) / 2]. Default the golden section. */
  readonly ratio?: number;
}

/**
 * Malitsky's golden ratio algorithm [1]: m <- ((phi - 1) z + m) / phi, then z <- Pi_C(m - eta F(z)), m = z at the start.
 *
 * For monotone, L-Lipschitz F and eta <= phi / (2 L) the iterates converge, with an averaged gap O(1 / k); linearly under an
 * error bound. The step size column says eta.
 *
 * Cost: no evaluation beside the loop's, one projection. State: m, n numbers.
 *
 * @example iterate(bilinear(), [1, 1], method(untilStep(200), goldenRatio({ stepSize: 0.8 })))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Malitsky, "Golden ratio algorithms for variational inequalities", 2020, arXiv:1803.08832
 */
export function goldenRatio({ stepSize, ratio = goldenSection }: GoldenRatioOptions): Update {
  checkStepSize("goldenRatio", stepSize);
  checkOption("goldenRatio", ratio > 1 && ratio <= goldenSection, "ratio", "in (1, 1.618...]", ratio);
  return update({
    name: "goldenRatio",
    settings: { stepSize: stepSetting(stepSize) },
    init: (first): Float64Array => first.point.slice(),
    step(it, state, settings) {
      const eta = settings.stepSize;
      const { point, at } = it;
      const mean = averaged(point, restarted(it) ? point : state, ratio);
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

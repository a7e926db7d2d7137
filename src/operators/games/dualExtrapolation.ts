import { defineUpdate, readOptions, scratchVector, settingOf, type Update } from "../../authoring/index.ts";
import { moveTo } from "../support/moveTo.ts";
import { projectedStep } from "../support/projectedStep.ts";
import { requiredStepSize } from "../support/rules.ts";

/** Options of {@link dualExtrapolation}. */
export interface DualExtrapolationOptions {
  /** Step size eta = 1 / beta > 0, at most 1 / L for monotone, L-Lipschitz F. Steerable. */
  readonly stepSize: number;
}

const rules = { stepSize: requiredStepSize } as const;

/**
 * Steps by Nesterov's dual extrapolation [1]: s collects the fields, and z is the projection of the start moved by eta
 * s.
 *
 * w = Pi_C(z - eta F(z)), s <- s - F(w), z <- Pi_C(z_0 + eta s). For monotone, L-Lipschitz F and eta <= 1 / L the gap
 * of the mean of all w is at most O(L D^2 / k) over a ball of diameter D. Without a constraint the method is
 * extragradient.
 *
 * Use {@link extragradient} when the last iterate matters rather than the mean, {@link optimistic} or {@link popov}
 * when evaluations are expensive.
 *
 * Cost: one evaluation per step in addition to the loop's. State: z_0 and s, 2 n numbers.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(2), dualExtrapolation({ stepSize: 0.5 })))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm));
 * // 0 2
 * // 1 1.625
 * // 2 1.3203125
 * @param options {@link DualExtrapolationOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for a step size that is missing or not positive
 * @see [1] Nesterov, "Dual extrapolation and its applications to solving variational inequalities and related
 *   problems", 2007, doi:10.1007/s10107-006-0034-z
 */
export function dualExtrapolation(options: DualExtrapolationOptions): Update {
  const { stepSize } = readOptions("dualExtrapolation", options, rules);
  return defineUpdate({
    name: "dualExtrapolation",
    settings: { stepSize: settingOf(rules.stepSize, stepSize) },
    init: (first) => ({ start: first.point.slice(), sum: new Float64Array(first.point.length) }),
    step(it, state, settings) {
      const eta = settings.stepSize;
      const { point, at } = it;
      const n = point.length;
      const { start, sum: before } = state;
      const sum = new Float64Array(n);
      it.fieldAt(projectedStep(at.problem, point, eta, at.field, scratchVector(it)), sum);
      const target = scratchVector(it);
      for (let i = 0; i < n; i++) {
        sum[i] = before[i]! - sum[i]!;
        target[i] = start[i]! + eta * sum[i]!;
      }
      return { ...moveTo(it, target, eta), state: { start, sum } };
    },
  });
}

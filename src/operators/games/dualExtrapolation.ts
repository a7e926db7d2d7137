import { defineUpdate, readOptions, settingOf, type Update } from "../../authoring/index.ts";
import { moveTo } from "../support/moveTo.ts";
import { projectedStep } from "../support/projectedStep.ts";
import { requiredStepSize } from "../support/rules.ts";

export interface DualExtrapolationOptions {
  /** eta = 1 / beta > 0; for monotone, L-Lipschitz F at most 1 / L. Steerable. */
  readonly stepSize: number;
}

const rules = { stepSize: requiredStepSize } as const;

/**
 * Nesterov's dual extrapolation [1]: s collects the fields, z is the projection of the start moved by it.
 *
 * w = Pi_C(z - eta F(z)), s <- s - F(w), z <- Pi_C(z_0 + eta s). For monotone, L-Lipschitz F and eta <= 1 / L the gap of
 * the mean of all w is at most O(L D^2 / k) over a ball of diameter D. Without a constraint it is extragradient.
 *
 * Cost: one evaluation a step beside the loop's. State: z_0 and s, 2 n numbers.
 *
 * @example iterate(bilinear(), [1, 1], chain(untilStep(100), dualExtrapolation({ stepSize: 0.5 })))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Nesterov, "Dual extrapolation and its applications to solving variational inequalities and related problems",
 *   2007, doi:10.1007/s10107-006-0034-z
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
      it.fieldAt(projectedStep(at.problem, point, eta, at.field), sum);
      const target = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        sum[i] = before[i]! - sum[i]!;
        target[i] = start[i]! + eta * sum[i]!;
      }
      return { ...moveTo(it, target, eta), state: { start, sum } };
    },
  });
}

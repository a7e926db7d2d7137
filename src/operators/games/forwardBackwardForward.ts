import { defineUpdate, readOptions, settingOf, type Update } from "../../authoring/index.ts";
import { projectedStep } from "../support/projectedStep.ts";
import { requiredStepSize } from "../support/rules.ts";

export interface ForwardBackwardForwardOptions {
  /** eta > 0; for monotone, L-Lipschitz F below 1 / L. Steerable. */
  readonly stepSize: number;
}

const rules = { stepSize: requiredStepSize } as const;

/**
 * Tseng's forward-backward-forward [1]: w = Pi_C(z - eta F(z)), then z <- Pi_C(w - eta (F(w) - F(z))).
 *
 * For monotone, L-Lipschitz F and eta < 1 / L the iterates converge, with an averaged gap O(1 / k); linearly for strongly
 * monotone F. Without a constraint it is extragradient. Tseng's last projection may be on any closed convex set that meets
 * the solutions; here it is the loop's, on C.
 *
 * Cost: one evaluation a step beside the loop's.
 *
 * @example iterate(bilinear(), [1, 1], chain(untilStep(100), forwardBackwardForward({ stepSize: 0.5 })))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Tseng, "A modified forward-backward splitting method for maximal monotone mappings", 2000,
 *   doi:10.1137/S0363012998338806
 */
export function forwardBackwardForward(options: ForwardBackwardForwardOptions): Update {
  const { stepSize } = readOptions("forwardBackwardForward", options, rules);
  return defineUpdate({
    name: "forwardBackwardForward",
    settings: { stepSize: settingOf(rules.stepSize, stepSize) },
    step(it, _state, settings) {
      const eta = settings.stepSize;
      const { point, at } = it;
      const ahead = projectedStep(at.problem, point, eta, at.field);
      const direction = new Float64Array(point.length);
      it.fieldAt(ahead, direction);
      for (let i = 0; i < direction.length; i++) {
        direction[i] = (ahead[i]! - point[i]!) / eta - (direction[i]! - at.field[i]!);
      }
      return { direction, stepSize: eta };
    },
  });
}

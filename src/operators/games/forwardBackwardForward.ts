import { defineUpdate, readOptions, rowVector, scratchVector, settingOf, type Update } from "../../authoring/index.ts";
import { projectedStep } from "../support/projectedStep.ts";
import { requiredStepSize } from "../support/rules.ts";

/** Options of {@link forwardBackwardForward}. */
export interface ForwardBackwardForwardOptions {
  /** Step size eta > 0, below 1 / L for monotone, L-Lipschitz F. Steerable. */
  readonly stepSize: number;
}

const rules = { stepSize: requiredStepSize } as const;

/**
 * Steps by Tseng's forward-backward-forward method [1]: w = Pi_C(z - eta F(z)), then z <- Pi_C(w - eta (F(w) - F(z))).
 *
 * For monotone, L-Lipschitz F and eta < 1 / L the iterates converge, with an averaged gap O(1 / k), and linearly for
 * strongly monotone F. Without a constraint the method is extragradient. Tseng's second projection may be on any closed
 * convex set that meets the solutions; here it is the loop's, on C.
 *
 * Use {@link extragradient} when projections on C are cheap, {@link forwardReflectedBackward} or
 * {@link reflectedGradient} when one projection per step must suffice.
 *
 * Cost: one evaluation per step in addition to the loop's, two projections.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(2), forwardBackwardForward({ stepSize: 0.5 })))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm));
 * // 0 2
 * // 1 1.625
 * // 2 1.3203125
 * @param options {@link ForwardBackwardForwardOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for a step size that is missing or not positive
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
      const ahead = projectedStep(at.problem, point, eta, at.field, scratchVector(it));
      const direction = rowVector(it);
      it.fieldAt(ahead, direction);
      for (let i = 0; i < direction.length; i++) {
        direction[i] = (ahead[i]! - point[i]!) / eta - (direction[i]! - at.field[i]!);
      }
      return { direction, stepSize: eta };
    },
  });
}

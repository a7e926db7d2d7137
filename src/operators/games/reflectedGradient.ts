import { defineUpdate, readOptions, rowVector, scratchVector, settingOf, type Update } from "../../authoring/index.ts";
import { requiredStepSize } from "../support/rules.ts";

export interface ReflectedGradientOptions {
  /** eta > 0; for monotone, L-Lipschitz F below (sqrt(2) - 1) / L [1]. Steerable. */
  readonly stepSize: number;
}

const rules = { stepSize: requiredStepSize } as const;

/**
 * Projected reflected gradient [1]: z <- Pi_C(z - eta F(2 z - z_)), z_ being the point before (z itself at the first step).
 *
 * For monotone, L-Lipschitz F and eta < (sqrt(2) - 1) / L the iterates converge; linearly for strongly monotone F. The point
 * 2 z - z_ may lie outside C, where F must be defined. For a linear F without a constraint it is the optimistic gradient.
 *
 * Cost: one evaluation a step; the loop's own, at z, serves the rows and measures only. One projection. State: z_, n numbers.
 *
 * @example iterate(bilinear(), [1, 1], chain(untilStep(200), reflectedGradient({ stepSize: 0.4 })))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Malitsky, "Projected reflected gradient methods for monotone variational inequalities", 2015, arXiv:1502.04968
 */
export function reflectedGradient(options: ReflectedGradientOptions): Update {
  const { stepSize } = readOptions("reflectedGradient", options, rules);
  return defineUpdate({
    name: "reflectedGradient",
    settings: { stepSize: settingOf(rules.stepSize, stepSize) },
    init: (first) => first.point.slice(),
    step(it, before, settings) {
      const { point } = it;
      const reflected = scratchVector(it);
      let moved = false;
      for (let i = 0; i < point.length; i++) {
        reflected[i] = 2 * point[i]! - before[i]!;
        moved ||= reflected[i] !== point[i];
      }
      const direction = rowVector(it);
      if (moved) it.fieldAt(reflected, direction);
      else direction.set(it.at.field);
      for (let i = 0; i < direction.length; i++) direction[i] = -direction[i]!;
      return { state: point.slice(), direction, stepSize: settings.stepSize };
    },
  });
}

import { defineUpdate, readOptions, rowVector, scratchVector, settingOf, type Update } from "../../authoring/index.ts";
import { requiredStepSize } from "../support/rules.ts";

/** Options of {@link reflectedGradient}. */
export interface ReflectedGradientOptions {
  /** Step size eta > 0, below (sqrt(2) - 1) / L for monotone, L-Lipschitz F [1]. Steerable. */
  readonly stepSize: number;
}

const rules = { stepSize: requiredStepSize } as const;

/**
 * Steps by the projected reflected gradient [1]: z <- Pi_C(z - eta F(2 z - z_)), where z_ is the last point
 * (z itself at the first step).
 *
 * For monotone, L-Lipschitz F and eta < (sqrt(2) - 1) / L the iterates converge, and linearly for strongly monotone F.
 * The point 2 z - z_ may lie outside C; F must be defined there. For a linear F without a constraint the method is the
 * optimistic gradient.
 *
 * Use {@link optimistic} or {@link forwardReflectedBackward} when F is defined on C only or evaluations are expensive,
 * {@link extragradient} when projections are cheap.
 *
 * Cost: one evaluation per step; the loop's own evaluation, at z, serves only the rows and measures. One projection.
 * State: z_, n numbers.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(40), reflectedGradient({ stepSize: 0.4 })))
 *   .pipe(filter((it) => it.step % 20 === 0))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toExponential(2)));
 * // 0 2.00e+0
 * // 20 4.10e-2
 * // 40 4.73e-4
 * @param options {@link ReflectedGradientOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for a step size that is missing or not positive
 * @see [1] Malitsky, "Projected reflected gradient methods for monotone variational inequalities", 2015,
 *   arXiv:1502.04968
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

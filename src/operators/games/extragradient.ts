import {
  defineUpdate,
  readOptions,
  rowVector,
  scratchVector,
  settingOf,
  stepInside,
  type Update,
} from "../../authoring/index.ts";
import { requiredStepSize } from "../support/rules.ts";

/** Options of {@link extragradient}. */
export interface ExtragradientOptions {
  /** Step size eta > 0. For monotone, L-Lipschitz F the method converges below 1 / L. Steerable. */
  readonly stepSize: number;
}

const rules = { stepSize: requiredStepSize } as const;

/**
 * Steps by extragradient [1]: it looks ahead to w = Pi_C(z - eta F(z)), then steps from z with the field found there,
 * z <- Pi_C(z - eta F(w)).
 *
 * For monotone, L-Lipschitz F and eta < 1 / L the averaged gap is O(1 / k) and ||F||^2 of the last iterate is O(1 / k).
 * On f(x, y) = xy each step multiplies |z| by sqrt(1 - eta^2 + eta^4). The row's step size is eta and its direction
 * -F(w).
 *
 * Use {@link optimistic}, {@link popov} or {@link goldenRatio} when evaluations are expensive,
 * {@link forwardBackwardForward} when projections are, {@link adaptiveExtragradient} when L is unknown,
 * {@link extraAnchoredGradient} when ||F|| is to be small soon, {@link mirrorProx} on simplices with many entries,
 * {@link stochasticExtragradient} when the field is noisy.
 *
 * Cost: one evaluation per step in addition to the loop's.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(2), extragradient({ stepSize: 0.5 })))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm));
 * // 0 2
 * // 1 1.625
 * // 2 1.3203125
 * @param options {@link ExtragradientOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for a step size that is missing or not positive
 * @see [1] Korpelevich, "The extragradient method for finding saddle points and other problems", Matecon 12, 1976
 */
export function extragradient(options: ExtragradientOptions): Update {
  const { stepSize } = readOptions("extragradient", options, rules);
  return defineUpdate({
    name: "extragradient",
    settings: { stepSize: settingOf(rules.stepSize, stepSize) },
    step(it, _state, settings) {
      const eta = settings.stepSize;
      const { point, at } = it;
      const { field, problem } = at;
      const there = rowVector(it);
      const ahead = scratchVector(it);
      stepInside(problem.constraint, point, -eta, field, ahead);
      it.fieldAt(ahead, there);
      return { field: there, stepSize: eta };
    },
  });
}

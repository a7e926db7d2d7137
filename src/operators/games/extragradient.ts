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

export interface ExtragradientOptions {
  /** eta > 0; below 1 / L, L being the Lipschitz constant of F, it converges for monotone F. Steerable. */
  readonly stepSize: number;
}

const rules = { stepSize: requiredStepSize } as const;

/**
 * Extragradient [1]: looks ahead to w = Pi_C(z - eta F(z)), then steps from z with the field found there: z <- Pi_C(z - eta F(w)).
 *
 * For monotone, L-Lipschitz F and eta < 1 / L: averaged gap O(1 / k), last ||F||^2 O(1 / k). On f(x, y) = xy, |z| is multiplied by
 * sqrt(1 - eta^2 + eta^4) a step. The step size column says eta, `direction` is -F(w).
 *
 * Cost: one evaluation a step beside the loop's.
 *
 * @example iterate(bilinear(), [1, 1], chain(untilStep(100), extragradient({ stepSize: 0.5 })))
 * @throws {RangeError} ERR_OPTION_RANGE
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

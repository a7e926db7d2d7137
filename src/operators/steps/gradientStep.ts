import { checkOption, defineUpdate, settingOf, type Update } from "../../authoring/index.ts";

const range = { above: 0 } as const;

/**
 * A fixed step size: z <- Pi_C(z + eta d), where d = -F unless an operator before it chose another direction.
 *
 * Alone it is gradient descent for a loss; for a game it is simultaneous gradient descent-ascent, which diverges on f(x, y) = xy for
 * every eta (|z| grows by sqrt(1 + eta^2) a step). With a constraint it is the projection method. For mu-strongly monotone,
 * L-Lipschitz F the squared distance to the solution shrinks by 1 - 2 eta mu + eta^2 L^2. Steerable as "gradientStep.stepSize".
 *
 * @example iterate(quartic(), [1, 2], chain(gradientStep(0.05), untilStep(200)))
 * @param stepSize eta > 0
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function gradientStep(stepSize: number): Update {
  checkOption("gradientStep", "stepSize", stepSize, range);
  return defineUpdate({
    name: "gradientStep",
    settings: { stepSize: settingOf(range, stepSize) },
    step: (_it, _state, settings) => ({ stepSize: settings.stepSize }),
  });
}

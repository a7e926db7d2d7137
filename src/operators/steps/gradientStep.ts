import { checkOption, defineUpdate, settingOf, type Update } from "../../authoring/index.ts";

const range = { above: 0 } as const;

/**
 * Takes steps of a fixed size: z <- Pi_C(z + eta d), where d = -F unless an earlier operator chose another direction.
 *
 * Alone it is gradient descent on a loss. On a game it is simultaneous gradient descent-ascent, which diverges on
 * f(x, y) = xy for every eta: |z| grows by the factor sqrt(1 + eta^2) per step. With a constraint it is the projection
 * method. For mu-strongly monotone, L-Lipschitz F each step multiplies the squared distance to the solution by at most
 * 1 - 2 eta mu + eta^2 L^2. The setting is steerable as "gradientStep.stepSize".
 *
 * Use {@link decayingStep} when the field is noisy, {@link extragradient} or {@link optimistic} when it is monotone but
 * not a gradient, and a line search ({@link backtrackGradientNorm}, {@link wolfeLineSearch}) after a Newton direction.
 *
 * @example
 * iterate(quartic(), [1, 2], chain(untilStep(2), gradientStep(0.05)))
 *   .subscribe((it) => console.log(it.step, it.value.toFixed(4)));
 * // 0 80.6500
 * // 1 46.3841
 * // 2 44.3603
 * @param stepSize eta > 0
 * @throws {RangeError} ERR_OPTION_RANGE for a step size that is not positive
 */
export function gradientStep(stepSize: number): Update {
  checkOption("gradientStep", "stepSize", stepSize, range);
  return defineUpdate({
    name: "gradientStep",
    settings: { stepSize: settingOf(range, stepSize) },
    step: (_it, _state, settings) => ({ stepSize: settings.stepSize }),
  });
}

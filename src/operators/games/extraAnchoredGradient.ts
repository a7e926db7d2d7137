import { defineUpdate, readOptions, rowVector, scratchVector, settingOf, type Update } from "../../authoring/index.ts";
import { requiredStepSize } from "../support/rules.ts";

/** Options of {@link extraAnchoredGradient}. */
export interface ExtraAnchoredGradientOptions {
  /**
   * Step size eta > 0. For monotone, L-Lipschitz F at most 1 / L (`fast`), 1 / (8 L) (`constant`), or 1 / (sqrt(3) L)
   * with a constraint. Steerable.
   */
  readonly stepSize: number;
  /**
   * Form of the method. `fast`: the fast extragradient of [2], whose half step weights F(z) by 1 - beta_k. `constant`:
   * EAG-C of [1]. Default `fast` without a constraint, `constant` with one, as in [3].
   */
  readonly variant?: "fast" | "constant";
}

const rules = {
  stepSize: requiredStepSize,
  variant: { oneOf: ["fast", "constant"] },
} as const;

/**
 * Steps by extragradient with a fading pull towards the start: ||F||^2 of the last iterate is O(1 / k^2), the best
 * possible order.
 *
 * With the anchor z_0, w = Pi_C(z + beta_k (z_0 - z) - a_k eta F(z)) and z <- Pi_C(z + beta_k (z_0 - z) - eta F(w)):
 * - `fast` [2] takes beta_k = 1 / (k + 1), a_k = 1 - beta_k. For monotone, L-Lipschitz F and eta <= 1 / L,
 *   ||F(z_k)||^2 <= 4 ||z_0 - z*||^2 / (eta^2 k^2);
 * - `constant` [1] takes beta_k = 1 / (k + 2), with a constraint 1 / (k + 1) [3], and a_k = 1. For eta <= 1 / (8 L),
 *   ||F(z_k)||^2 <= 4 (1 + eta L + eta^2 L^2) / (eta^2 (1 + eta L)) ||z_0 - z*||^2 / (k + 1)^2. With a constraint and
 *   eta <= 1 / (sqrt(3) L), the squared natural residual is O(1 / k^2) [3].
 *
 * k counts from the start or from the last restart.
 *
 * Use {@link fastOptimistic} when evaluations are expensive, {@link halpern} around a step that is not expansive,
 * {@link extragradient} when F is strongly monotone, where it converges linearly.
 *
 * Cost: one evaluation per step in addition to the loop's. State: z_0 (n numbers) and the step at which k began.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(200), extraAnchoredGradient({ stepSize: 0.5 })))
 *   .pipe(filter((it) => it.step % 100 === 0))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toExponential(2)));
 * // 0 2.00e+0
 * // 100 8.00e-4
 * // 200 2.00e-4
 * @param options {@link ExtraAnchoredGradientOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @see [1] Yoon and Ryu, "Accelerated algorithms for smooth convex-concave minimax problems with O(1/k^2) rate on
 *   squared gradient norm", 2021, arXiv:2102.07922
 * @see [2] Lee and Kim, "Fast extra gradient methods for smooth structured nonconvex-nonconcave minimax problems",
 *   2021, arXiv:2106.02326
 * @see [3] Cai, Oikonomou and Zheng, "Accelerated algorithms for monotone inclusions and constrained
 *   nonconvex-nonconcave min-max optimization", 2022, arXiv:2206.05248
 */
export function extraAnchoredGradient(options: ExtraAnchoredGradientOptions): Update {
  const { stepSize, variant } = readOptions("extraAnchoredGradient", options, rules);
  return defineUpdate({
    name: "extraAnchoredGradient",
    settings: { stepSize: settingOf(rules.stepSize, stepSize) },
    init: (first): { anchor: Float64Array; since: number } => ({ anchor: first.point.slice(), since: first.step }),
    step(it, state, settings) {
      const eta = settings.stepSize;
      const { point, at } = it;
      const { anchor, since } = state;
      const { constraint } = at.problem;
      const fast = (variant ?? (constraint === undefined ? "fast" : "constant")) === "fast";
      const k = it.step - since;
      const pull = 1 / (k + (fast || constraint !== undefined ? 1 : 2));
      const weight = fast ? 1 - pull : 1;
      const ahead = scratchVector(it);
      for (let i = 0; i < ahead.length; i++) {
        ahead[i] = point[i]! + pull * (anchor[i]! - point[i]!) - weight * eta * at.field[i]!;
      }
      constraint?.project(ahead, ahead);
      const direction = rowVector(it);
      it.fieldAt(ahead, direction);
      for (let i = 0; i < direction.length; i++) {
        direction[i] = (pull * (anchor[i]! - point[i]!)) / eta - direction[i]!;
      }
      return { direction, stepSize: eta };
    },
  });
}

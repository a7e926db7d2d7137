import { defineUpdate, scratchVector, type Update } from "../../authoring/index.ts";
import { moveTo } from "../support/moveTo.ts";

/**
 * Puts Halpern's iteration around a method: z <- beta_k z_0 + (1 - beta_k) T(z), where T(z) is the point to which the
 * step chosen before would lead.
 *
 * beta_k = 1 / (k + 2), where k counts from the start or from the last restart. For a non-expansive T,
 * ||z_k - T(z_k)|| <= 2 ||z_0 - z*|| / (k + 1) [1], which other weights cannot improve. T is non-expansive for
 * `gradientStep(eta)` with a 1 / L-cocoercive F and eta <= 2 / L (gradients of convex functions), and for
 * `proximalPoint` with any monotone F, where ||F||^2 becomes O(1 / k^2). The projection onto C belongs to T.
 *
 * Use {@link extraAnchoredGradient} or {@link fastOptimistic} when F is monotone and T is to be an explicit step.
 *
 * Cost: one more projection. State: z_0 (n numbers) and the step at which k began.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(2), proximalPoint({ stepSize: 1 }), halpern()))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toFixed(6)));
 * // 0 2.000000
 * // 1 1.250000
 * // 2 0.722222
 * @see [1] Lieder, "On the convergence rate of the Halpern-iteration", 2021, doi:10.1007/s11590-020-01617-9
 */
export function halpern(): Update {
  return defineUpdate({
    name: "halpern",
    refines: "both",
    init: (first): { anchor: Float64Array; since: number } => ({ anchor: first.point.slice(), since: first.step }),
    step(it, state) {
      const { point, direction, stepSize } = it;
      const { anchor, since } = state;
      const target = scratchVector(it);
      for (let i = 0; i < target.length; i++) target[i] = point[i]! + stepSize * direction[i]!;
      it.at.problem.constraint?.project(target, target);
      const pull = 1 / (it.step - since + 2);
      for (let i = 0; i < target.length; i++) target[i] = pull * anchor[i]! + (1 - pull) * target[i]!;
      return moveTo(it, target, stepSize);
    },
  });
}

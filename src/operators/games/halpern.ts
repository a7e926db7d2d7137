import { defineUpdate, type Update } from "../../authoring/index.ts";
import { moveTo } from "../support/moveTo.ts";

/**
 * Halpern's iteration around a method: z <- beta_k z_0 + (1 - beta_k) T(z), T(z) being where the step chosen before would
 * lead.
 *
 * beta_k = 1 / (k + 2), k from the start or the last restart. For a non-expansive T, ||z_k - T(z_k)|| <= 2 ||z_0 - z*|| /
 * (k + 1) [1], which no other weights improve. T is non-expansive for `gradientStep(eta)` with a 1 / L-cocoercive F and eta
 * <= 2 / L (gradients of convex functions), and for `proximalPoint` with any monotone F, where ||F||^2 becomes O(1 / k^2).
 * The projection onto C belongs to T. `extraAnchoredGradient` is its explicit relative for monotone F.
 *
 * Cost: one projection more. State: z_0 and k.
 *
 * @example chain(proximalPoint({ stepSize: 1 }), halpern())
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
      const target = new Float64Array(point.length);
      for (let i = 0; i < target.length; i++) target[i] = point[i]! + stepSize * direction[i]!;
      it.at.problem.constraint?.project(target, target);
      const pull = 1 / (it.step - since + 2);
      for (let i = 0; i < target.length; i++) target[i] = pull * anchor[i]! + (1 - pull) * target[i]!;
      return moveTo(it, target, stepSize);
    },
  });
}

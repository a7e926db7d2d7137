import { distance, norm, type Proposal, scratchVector } from "../../authoring/index.ts";
import { projectedStep } from "./projectedStep.ts";

/**
 * A first step size: 1 / (2 L) with L = ||F(z') - F(z)|| / ||z' - z||, where z' lies a little way down the field
 * (1e-4 of 1 + ||z||). It is 1 where F does not change. Costs one evaluation.
 */
export function localStepSize(it: Proposal): number {
  const { point, at } = it;
  const size = Math.sqrt(at.squaredFieldNorm);
  if (size === 0) return 1;
  const ahead = projectedStep(at.problem, point, (1e-4 * (1 + norm(point))) / size, at.field, scratchVector(it));
  const way = distance(point, ahead);
  if (way === 0) return 1;
  const change = distance(it.evaluate(ahead).field, at.field);
  return change > 0 && Number.isFinite(change) ? way / (2 * change) : 1;
}

import { distance, norm, type Proposal } from "../../authoring/index.ts";
import { projectedStep } from "./projectedStep.ts";

/**
 * 1 / (2 L), L = ||F(z') - F(z)|| / ||z' - z|| at a point z' a little way (1e-4 of 1 + ||z||) down the field; 1 where F
 * does not change. One evaluation.
 */
export function localStepSize(it: Proposal): number {
  const { point, at } = it;
  const size = Math.sqrt(at.squaredFieldNorm);
  if (size === 0) return 1;
  const ahead = projectedStep(at.problem, point, (1e-4 * (1 + norm(point))) / size, at.field);
  const way = distance(point, ahead);
  if (way === 0) return 1;
  const change = distance(it.evaluate(ahead).field, at.field);
  return change > 0 && Number.isFinite(change) ? way / (2 * change) : 1;
}

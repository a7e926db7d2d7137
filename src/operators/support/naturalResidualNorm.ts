import { distance, type Evaluation } from "../../authoring/index.ts";
import { projectedStep } from "./projectedStep.ts";

/** The natural residual ||z - Pi_C(z - F(z))||; without a constraint it is ||F(z)||. */
export function naturalResidualNorm(at: Evaluation): number {
  if (at.problem.constraint === undefined) return Math.sqrt(at.squaredFieldNorm);
  return distance(at.point, projectedStep(at.problem, at.point, 1, at.field));
}

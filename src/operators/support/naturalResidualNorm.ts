import type { Evaluation } from "../../authoring/index.ts";
import { norm, normFromSquare } from "../../linalg/vector.ts";
import { stepDisplacement } from "../../problems/sets/convexSet.ts";

/**
 * Computes the natural residual ||z - Pi_C(z - eta F(z))|| / eta; without a constraint it is ||F(z)||.
 *
 * The step is not lost beside z, so that a residual of 0 means a solution, and not that eta F is short against z.
 */
export function naturalResidualNorm(at: Evaluation, eta = 1): number {
  if (at.problem.constraint === undefined) return normFromSquare(at.squaredFieldNorm, at.field);
  return norm(displacementOf(at, eta)) / eta;
}

/** The displacement Pi_C(z - eta F(z)) - z, a fresh array unless one is given. */
export function displacementOf(
  { problem, point, field }: Evaluation,
  eta: number,
  out: Float64Array = new Float64Array(point.length),
): Float64Array {
  stepDisplacement(problem.constraint, point, -eta, field, out);
  return out;
}

import { type Problem, stepInside } from "../../authoring/index.ts";

/** Writes Pi_C(z - eta F) into `to`, a fresh array unless it is given, and returns it. */
export function projectedStep(
  problem: Problem,
  point: Float64Array,
  eta: number,
  field: Float64Array,
  to: Float64Array = new Float64Array(point.length),
): Float64Array {
  stepInside(problem.constraint, point, -eta, field, to);
  return to;
}

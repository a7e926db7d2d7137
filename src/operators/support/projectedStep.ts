import { type Problem, stepInside } from "../../authoring/index.ts";

/** Pi_C(z - eta F), a fresh array. */
export function projectedStep(problem: Problem, point: Float64Array, eta: number, field: Float64Array): Float64Array {
  const to = new Float64Array(point.length);
  stepInside(problem.constraint, point, -eta, field, to);
  return to;
}

import { type ConvexSet, distance, type Evaluation, evaluate, norm } from "../../authoring/index.ts";
import { projectedStep } from "./projectedStep.ts";
import { unitAbove } from "./unitAbove.ts";

/** Share of a point's length by which a look aside moves. */
const aside = 1e-4;
/** Relative change of F that rounding may make. */
const rounding = 2 ** -46;

/**
 * Computes a step size from the problem: 1 / (2 L), where L is ||F(z') - F(z)|| / ||z' - z|| for a z' that lies a
 * little way down the field, 1e-4 of ||z||, or ||J F|| / ||F|| where z' is no other point.
 *
 * It is scale-free: F times s and lengths times t make it t / s times as large. Where F does not change it is
 * ||z|| / ||F||; where the problem has no length either it is 1. At z = 0 the length is the distance of C from 0.
 *
 * Cost: one evaluation by `look`, or a product with J.
 *
 * @param look evaluates the problem at a point; by default no run counts it
 */
export function localStepSize(
  at: Evaluation,
  look: (point: Float64Array) => Evaluation = (point) => evaluate(at.problem, point),
): number {
  const { point, field, problem } = at;
  const size = norm(field);
  if (!(size > 0 && size < Number.POSITIVE_INFINITY)) return 1;
  const length = lengthOf(point, problem.constraint);
  // A change of F that is nothing but rounding would make the step endless.
  const least = length > 0 ? (rounding * size) / length : 0;
  let quotient = 0;
  if (length > 0) {
    const ahead = projectedStep(problem, point, (aside * length) / size, field);
    const way = distance(point, ahead);
    if (way > 0) quotient = distance(look(ahead).field, field) / way;
  }
  if (!(quotient > least / aside && quotient < Number.POSITIVE_INFINITY)) {
    // J F has two of the field's units, which may be too much.
    const unit = unitAbove(field);
    const image = new Float64Array(point.length);
    at.linearize().apply(
      field.map((f) => f / unit),
      image,
    );
    quotient = norm(image) / (size / unit);
  }
  if (quotient > least && quotient < Number.POSITIVE_INFINITY) return 1 / (2 * quotient);
  return length > 0 ? length / size : 1;
}

/**
 * ||z||; at z = 0 the distance of C from 0. It is 0 where that says nothing, as in a cone, which has elements of every
 * length.
 */
export function lengthOf(point: Float64Array, constraint: ConvexSet | undefined): number {
  const length = norm(point);
  return length === 0 && constraint !== undefined ? constraint.distance(point) : length;
}

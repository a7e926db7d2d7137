import { dot, norm } from "../../linalg/vector.ts";
import type { ConvexSet } from "../problem.ts";

/** Number of proximal steps after which the last point is taken as it is. */
const mostSteps = 60;

/**
 * Computes sup of <u, g> over a set by its projection alone: u <- Pi(u + t g), where t grows tenfold in each step.
 *
 * This is the proximal-point method on a linear cost. On a polyhedron it ends at a solution after finitely many steps.
 * If the boundary is curved, the distance to the maximum shrinks by a factor of about t per step.
 *
 * @param limits `furthest`: largest t, relative to the size of u; small if projections of far points are costly;
 *   `size`: size of the set's numbers, where u is smaller
 */
export function linearMaximum(
  set: ConvexSet,
  start: Float64Array,
  gradient: Float64Array,
  at: Float64Array | undefined,
  limits: { readonly furthest?: number; readonly size: number },
): number {
  // A cone has no size, and its maximum does not depend on one.
  const { furthest = 1e8, size: own } = limits;
  const floor = Math.max(own, norm(start)) || 1;
  const length = norm(gradient);
  if (length === 0) {
    at?.set(start);
    return 0;
  }
  if (!Number.isFinite(length)) return Number.NaN;
  const unit = gradient.map((g) => g / length);
  let here: Float64Array = start.slice();
  let reach = 1;
  for (let step = 0; step < mostSteps; step++) {
    const size = Math.max(floor, norm(here));
    const far = moved(set, here, unit, reach * size);
    if (reach > 1e3 && !set.bounded && distance(far, here) > 1e-6 * reach * size) return Number.POSITIVE_INFINITY;
    // A short step, whose rounding is small, decides after the long one whether this is the end.
    const near = moved(set, far, unit, size);
    const rest = distance(near, far);
    here = near;
    if (rest <= 1e-13 * Math.max(floor, norm(here))) break;
    reach = Math.min(furthest, 10 * reach);
  }
  at?.set(here);
  return dot(here, gradient);
}

function moved(set: ConvexSet, from: Float64Array, unit: Float64Array, t: number): Float64Array {
  const to = from.map((u, i) => u + t * unit[i]!);
  set.project(to, to);
  return to;
}

function distance(a: Float64Array, b: Float64Array): number {
  return norm(a.map((x, i) => x - b[i]!));
}

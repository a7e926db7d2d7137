import { norm } from "../../linalg/vector.ts";
import type { ConvexSet } from "../problem.ts";

/**
 * Whether a point is an element of a set, up to a distance.
 *
 * @example contains(box([0, 0], [1, 1]), Float64Array.of(0.5, 1)) // true
 * @param tolerance on the distance, relative to max(1, ||point||); default 1e-12
 */
export function contains(set: ConvexSet, point: Float64Array, tolerance = 1e-12): boolean {
  return set.distance(point) <= tolerance * Math.max(1, norm(point));
}

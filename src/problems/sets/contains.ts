import { norm } from "../../linalg/vector.ts";
import { checkOption } from "../../options.ts";
import type { ConvexSet } from "../problem.ts";
import { float64Array } from "../rules.ts";
import { setRule } from "../traced/arguments.ts";

/**
 * Says whether a point is an element of a set, up to a tolerance.
 *
 * Cost: one distance from the set.
 *
 * @example contains(box([0, 0], [1, 1]), Float64Array.of(0.5, 1)) // true
 * @param tolerance greatest distance, relative to max(1, ||point||); default 1e-12
 * @throws {RangeError} ERR_LENGTH for a point of another dimension
 */
export function contains(set: ConvexSet, point: Float64Array, tolerance = 1e-12): boolean {
  checkOption("contains", "set", set, setRule);
  checkOption("contains", "point", point, float64Array);
  return set.distance(point) <= tolerance * Math.max(1, norm(point));
}

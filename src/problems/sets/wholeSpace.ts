import { diagonal } from "../../linalg/maps/maps.ts";
import type { ConvexSet } from "../problem.ts";
import { noConstraints, setOf } from "./convexSet.ts";

/**
 * Makes the whole space R^n, for products of sets in which some players are free.
 *
 * The projection is the identity. The support function is 0 at 0 and infinite elsewhere. `someElement` is 0.
 *
 * Cost: O(n).
 *
 * @example productSet([wholeSpace(2), simplex(3)])
 * @throws {RangeError} ERR_OPTION_RANGE for a dimension that is not a positive integer
 */
export function wholeSpace(dimension: number): ConvexSet {
  return setOf({
    name: "wholeSpace",
    dimension,
    bounded: false,
    project: (point, out) => {
      if (out !== point) out.set(point);
    },
    displacement(_point, stepSize, direction, out) {
      for (let i = 0; i < dimension; i++) out[i] = stepSize * direction[i]!;
    },
    support(gradient, at) {
      if (gradient.some((g) => g !== 0)) return gradient.some(Number.isNaN) ? Number.NaN : Number.POSITIVE_INFINITY;
      at?.fill(0);
      return 0;
    },
    distance: () => 0,
    linearizeProjection: () => diagonal(new Float64Array(dimension).fill(1)),
    linearConstraints: () => noConstraints,
  });
}

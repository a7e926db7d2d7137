import { linearMap } from "../../linalg/makeLinearMap.ts";
import { diagonal } from "../../linalg/maps.ts";
import { dot, norm } from "../../linalg/vector.ts";
import type { ConvexSet } from "../problem.ts";
import { checkPositive, convexSet, finiteVector } from "./convexSet.ts";

/**
 * A Euclidean ball {u : ||u - c|| <= r}.
 *
 * Projection: c + r (z - c) / max(r, ||z - c||), O(n). Support: <c, g> + r ||g||. `someElement` is the centre.
 *
 * @example ball([0, 0], 1).project(Float64Array.of(3, 4), out) // [0.6, 0.8]
 * @throws {RangeError} ERR_NOT_FINITE for a centre that is not finite; ERR_OPTION_RANGE for a radius that is not positive
 */
export function ball(center: ArrayLike<number>, radius = 1): ConvexSet {
  const c = finiteVector("ball", "center", center);
  const n = c.length;
  checkPositive("ball", "radius", radius);
  const offset = (point: Float64Array): Float64Array => point.map((z, i) => z - c[i]!);
  return convexSet({
    name: "ball",
    dimension: n,
    bounded: true,
    project(point, out) {
      const away = distanceFrom(point, c);
      if (away <= radius) {
        if (out !== point) out.set(point);
        return;
      }
      const factor = radius / away;
      for (let i = 0; i < n; i++) out[i] = c[i]! + factor * (point[i]! - c[i]!);
    },
    support(gradient, at) {
      const length = norm(gradient);
      if (at !== undefined) {
        for (let i = 0; i < n; i++) at[i] = length > 0 ? c[i]! + radius * (gradient[i]! / length) : c[i]!;
      }
      return dot(c, gradient) + radius * length;
    },
    distance: (point) => {
      const away = distanceFrom(point, c);
      return away <= radius ? 0 : away - radius;
    },
    someElement: (out) => out.set(c),
    linearizeProjection(point) {
      const away = offset(point);
      const length = norm(away);
      if (length <= radius) return diagonal(new Float64Array(n).fill(1));
      const unit = away.map((x) => x / length);
      const factor = radius / length;
      return linearMap({
        rows: n,
        columns: n,
        symmetric: true,
        // r / ||d|| (I - d d^T / ||d||^2).
        apply(v, out) {
          const along = dot(unit, v);
          for (let i = 0; i < n; i++) out[i] = factor * (v[i]! - along * unit[i]!);
        },
      });
    },
  });
}

/** ||point - c|| without a copy where its square is safe. */
function distanceFrom(point: Float64Array, c: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < c.length; i++) sum += (point[i]! - c[i]!) ** 2;
  return sum > 1e-280 && sum < 1e280 ? Math.sqrt(sum) : norm(point.map((z, i) => z - c[i]!));
}

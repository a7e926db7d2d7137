import { failure } from "../../errors.ts";
import { linearMap } from "../../linalg/makeLinearMap.ts";
import { diagonal } from "../../linalg/maps/maps.ts";
import { norm } from "../../linalg/vector.ts";
import type { ConvexSet } from "../problem.ts";
import { setOf } from "./convexSet.ts";

/**
 * Makes the second-order (Lorentz) cone {(t, x) : ||x|| <= t}, with t as the first coordinate.
 *
 * Let s = ||x||. The projection of (t, x) is (t, x) itself if s <= t, 0 if s <= -t, else (t + s) / 2 (1, x / s). The
 * polar cone is the negative of the cone; there the support function is 0, elsewhere it is infinite. `someElement` is
 * (1, 0).
 *
 * Cost: O(n).
 *
 * @example
 * const nearest = new Float64Array(3);
 * secondOrderCone(3).project(Float64Array.of(0, 3, 4), nearest);
 * console.log(nearest.join(" "));
 * // 2.5 1.5 2
 * @param dimension dimension of (t, x), at least 2
 * @throws {RangeError} ERR_OPTION_RANGE for a dimension below 2
 * @see Alizadeh and Goldfarb, "Second-order cone programming", 2003, doi:10.1007/s10107-002-0339-5
 */
export function secondOrderCone(dimension: number): ConvexSet {
  if (!(Number.isInteger(dimension) && dimension >= 2)) {
    throw failure("ERR_OPTION_RANGE", `secondOrderCone: expected a dimension of at least 2, got ${dimension}`);
  }
  return setOf({
    name: "secondOrderCone",
    dimension,
    bounded: false,
    project(point, out) {
      const t = point[0]!;
      const s = tailNorm(point);
      if (s <= t) {
        if (out !== point) out.set(point);
      } else if (s <= -t) {
        out.fill(0);
      } else {
        const half = (t + s) / 2;
        const factor = half / s;
        for (let i = 1; i < dimension; i++) out[i] = factor * point[i]!;
        out[0] = half;
      }
    },
    support(gradient, at) {
      const s = tailNorm(gradient);
      // Rounding of the gradient must not turn 0 into an infinity.
      if (!(s + gradient[0]! <= 8 * Number.EPSILON * s)) {
        return Number.isNaN(s + gradient[0]!) ? Number.NaN : Number.POSITIVE_INFINITY;
      }
      at?.fill(0);
      return 0;
    },
    someElement(out) {
      out.fill(0);
      out[0] = 1;
    },
    linearizeProjection(point) {
      const t = point[0]!;
      const s = tailNorm(point);
      if (s <= t) return diagonal(new Float64Array(dimension).fill(1));
      if (s <= -t) return diagonal(new Float64Array(dimension));
      const unit = point.map((x) => x / s);
      const ratio = t / s;
      return linearMap({
        rows: dimension,
        columns: dimension,
        symmetric: true,
        // 1/2 [[1, w^T], [w, (1 + t/s) I - t/s w w^T]], w = x / s.
        apply(v, out) {
          let along = 0;
          for (let i = 1; i < dimension; i++) along += unit[i]! * v[i]!;
          const head = v[0]!;
          out[0] = (head + along) / 2;
          for (let i = 1; i < dimension; i++) {
            out[i] = (unit[i]! * head + (1 + ratio) * v[i]! - ratio * along * unit[i]!) / 2;
          }
        },
      });
    },
  });
}

function tailNorm(point: Float64Array): number {
  let sum = 0;
  for (let i = 1; i < point.length; i++) sum += point[i]! * point[i]!;
  if (sum > 1e-280 && sum < 1e280) return Math.sqrt(sum);
  return norm(point.subarray(1));
}

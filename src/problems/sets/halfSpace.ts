import { failure } from "../../errors.ts";
import { linearMap } from "../../linalg/makeLinearMap.ts";
import { diagonal } from "../../linalg/maps/maps.ts";
import { dot, norm } from "../../linalg/vector.ts";
import type { ConvexSet } from "../problem.ts";
import { finiteVector, setOf } from "./convexSet.ts";

/**
 * Makes a half-space {u : <a, u> <= b}.
 *
 * Projection: z - max(0, <a, z> - b) a / ||a||^2. The support function is finite on the ray of a only.
 *
 * Cost: O(n).
 *
 * @example
 * const nearest = new Float64Array(2);
 * halfSpace([3, 4], 5).project(Float64Array.of(4, 4.5), nearest);
 * console.log(nearest.join(" "));
 * // 1 0.5
 * @param normal a, not 0
 * @param bound b
 * @throws {RangeError} ERR_NOT_FINITE for NaN or infinities; ERR_OPTION_RANGE for a normal of 0
 */
export function halfSpace(normal: ArrayLike<number>, bound: number): ConvexSet {
  const given = finiteVector("halfSpace", "normal", normal);
  const n = given.length;
  const length = norm(given);
  if (length === 0) throw failure("ERR_OPTION_RANGE", "halfSpace: expected a normal other than 0, got 0");
  const unit = given.map((x) => x / length);
  const height = finiteVector("halfSpace", "bound", [bound])[0]! / length;
  return setOf({
    name: "halfSpace",
    dimension: n,
    bounded: false,
    project(point, out) {
      const beyond = dot(unit, point) - height;
      if (out !== point) out.set(point);
      if (!(beyond <= 0)) for (let i = 0; i < n; i++) out[i] = out[i]! - beyond * unit[i]!;
    },
    displacement(point, stepSize, direction, out) {
      for (let i = 0; i < n; i++) out[i] = stepSize * direction[i]!;
      const along = dot(unit, point);
      const room = height - along;
      // On the boundary the room is nothing but rounding.
      const rounding = 8 * Number.EPSILON * (Math.abs(height) + norm(point));
      const beyond = dot(unit, out) - (Math.abs(room) <= rounding ? 0 : room);
      if (beyond > 0) for (let i = 0; i < n; i++) out[i] = out[i]! - beyond * unit[i]!;
    },
    support(gradient, at) {
      const along = dot(unit, gradient);
      let across = 0;
      for (let i = 0; i < n; i++) across = Math.max(across, Math.abs(gradient[i]! - along * unit[i]!));
      const rounding = 8 * Number.EPSILON * norm(gradient);
      if (across > rounding || along < -rounding) return Number.POSITIVE_INFINITY;
      if (at !== undefined) for (let i = 0; i < n; i++) at[i] = height * unit[i]!;
      return along * height;
    },
    distance: (point) => Math.max(0, dot(unit, point) - height),
    linearizeProjection(point) {
      if (dot(unit, point) <= height) return diagonal(new Float64Array(n).fill(1));
      return linearMap({
        rows: n,
        columns: n,
        symmetric: true,
        apply(v, out) {
          const along = dot(unit, v);
          for (let i = 0; i < n; i++) out[i] = v[i]! - along * unit[i]!;
        },
      });
    },
    linearConstraints: () => ({ inequalities: [given], bounds: [bound], equalities: [], values: [] }),
  });
}

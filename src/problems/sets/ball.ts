import { linearMap } from "../../linalg/makeLinearMap.ts";
import { diagonal } from "../../linalg/maps/maps.ts";
import { dot, norm } from "../../linalg/vector.ts";
import type { ConvexSet } from "../problem.ts";
import { checkPositive, finiteVector, setOf } from "./convexSet.ts";

/**
 * Makes a Euclidean ball {u : ||u - c|| <= r}.
 *
 * Projection: c + r (z - c) / max(r, ||z - c||). Support: <c, g> + r ||g||. `someElement` is the centre.
 *
 * Cost: O(n).
 *
 * @example
 * const nearest = new Float64Array(2);
 * ball([0, 0], 5).project(Float64Array.of(6, 8), nearest);
 * console.log(nearest.join(" "));
 * // 3 4
 * @param center c
 * @param radius r; default 1
 * @throws {RangeError} ERR_NOT_FINITE for a centre that is not finite; ERR_OPTION_RANGE for a radius that is not
 *   positive
 */
export function ball(center: ArrayLike<number>, radius = 1): ConvexSet {
  const c = finiteVector("ball", "center", center);
  const n = c.length;
  checkPositive("ball", "radius", radius);
  const offset = (point: Float64Array): Float64Array => point.map((z, i) => z - c[i]!);
  return setOf({
    name: "ball",
    dimension: n,
    bounded: true,
    project(point, out) {
      const away = distanceFrom(point, c);
      if (!(away <= radius)) pullBack(point, c, radius / away, out);
      else if (out !== point) out.set(point);
    },
    projectStep(point, stepSize, direction, out) {
      const away = stepFrom(point, stepSize, direction, c, out);
      if (!(away <= radius)) pullBack(out, c, radius / away, out);
    },
    displacement(point, stepSize, direction, out) {
      for (let i = 0; i < n; i++) out[i] = stepSize * direction[i]!;
      const from = offset(point);
      const size = norm(from);
      // r^2 - ||z - c||^2; on the sphere it is nothing but rounding.
      const room = size >= radius * (1 - 4 * Number.EPSILON) ? 0 : (radius - size) * (radius + size);
      const beyond = 2 * dot(from, out) + dot(out, out) - room;
      if (!(beyond > 0)) return;
      // c + r y / ||y|| - z for y = z - c + s, with r - ||y|| from the difference of their squares.
      const away = norm(from.map((x, i) => x + out[i]!));
      const back = beyond / (radius + away) / away;
      for (let i = 0; i < n; i++) out[i] = out[i]! - back * (from[i]! + out[i]!);
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

/** Computes ||point - c||. The loops here and below take four entries per turn, as in linalg/vector.ts. */
function distanceFrom(point: Float64Array, c: Float64Array): number {
  const n = c.length;
  let sum = 0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const x = point[i]! - c[i]!;
    const y = point[i + 1]! - c[i + 1]!;
    const z = point[i + 2]! - c[i + 2]!;
    const w = point[i + 3]! - c[i + 3]!;
    sum += x * x + y * y + (z * z + w * w);
  }
  for (; i < n; i++) sum += (point[i]! - c[i]!) ** 2;
  return rootOf(sum, point, c);
}

/** Computes out <- point + stepSize * direction. Returns its distance from c, with the same bits as `distanceFrom`. */
function stepFrom(
  point: Float64Array,
  stepSize: number,
  direction: Float64Array,
  c: Float64Array,
  out: Float64Array,
): number {
  const n = c.length;
  let sum = 0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const to = point[i]! + stepSize * direction[i]!;
    const to1 = point[i + 1]! + stepSize * direction[i + 1]!;
    const to2 = point[i + 2]! + stepSize * direction[i + 2]!;
    const to3 = point[i + 3]! + stepSize * direction[i + 3]!;
    const x = to - c[i]!;
    const y = to1 - c[i + 1]!;
    const z = to2 - c[i + 2]!;
    const w = to3 - c[i + 3]!;
    sum += x * x + y * y + (z * z + w * w);
    out[i] = to;
    out[i + 1] = to1;
    out[i + 2] = to2;
    out[i + 3] = to3;
  }
  for (; i < n; i++) {
    out[i] = point[i]! + stepSize * direction[i]!;
    sum += (out[i]! - c[i]!) ** 2;
  }
  return rootOf(sum, out, c);
}

/** Takes the root of the sum if it is safe from overflow and underflow; else computes the norm of a copy. */
function rootOf(sum: number, point: Float64Array, c: Float64Array): number {
  return sum > 1e-280 && sum < 1e280 ? Math.sqrt(sum) : norm(point.map((z, i) => z - c[i]!));
}

/** Computes out <- c + factor (point - c). */
function pullBack(point: Float64Array, c: Float64Array, factor: number, out: Float64Array): void {
  const n = c.length;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    out[i] = c[i]! + factor * (point[i]! - c[i]!);
    out[i + 1] = c[i + 1]! + factor * (point[i + 1]! - c[i + 1]!);
    out[i + 2] = c[i + 2]! + factor * (point[i + 2]! - c[i + 2]!);
    out[i + 3] = c[i + 3]! + factor * (point[i + 3]! - c[i + 3]!);
  }
  for (; i < n; i++) out[i] = c[i]! + factor * (point[i]! - c[i]!);
}

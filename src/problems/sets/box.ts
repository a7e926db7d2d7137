import { exp } from "../../elementary/index.ts";
import { failure } from "../../errors.ts";
import { diagonal } from "../../linalg/maps/maps.ts";
import { checkOption } from "../../options.ts";
import type { ConvexSet } from "../problem.ts";
import { vector } from "../rules.ts";
import { clamp, clampStep, clampStepAlike } from "./clamp.ts";
import { checkDimension, setOf, unitRow } from "./convexSet.ts";

/**
 * Makes a box {u : l <= u <= h}. Bounds may be infinite, and equal bounds fix a coordinate.
 *
 * Projection: u_i = min(h_i, max(l_i, z_i)). There is an entropic projection if l >= 0. `someElement` is the centre; a
 * coordinate with an infinite bound takes the other bound, or 0.
 *
 * Cost: O(n).
 *
 * @example
 * const nearest = new Float64Array(2);
 * box([0, 0], [1, Infinity]).project(Float64Array.of(-1, 3), nearest);
 * console.log(nearest.join(" "));
 * // 0 3
 * @param lower l
 * @param upper h
 * @throws {RangeError} ERR_LENGTH for bounds of different lengths; ERR_OPTION_RANGE for no bounds; ERR_NOT_FINITE for
 *   NaN; ERR_EMPTY_SET if l_i > h_i
 */
export function box(lower: ArrayLike<number>, upper: ArrayLike<number>): ConvexSet {
  checkOption("box", "lower", lower, vector);
  checkOption("box", "upper", upper, vector);
  return boxSet("box", lower, upper);
}

/**
 * Makes the non-negative orthant {u : u >= 0}, the set of complementarity problems.
 *
 * Projection: u_i = max(0, z_i). Entropic projection: exp(l).
 *
 * Cost: O(n).
 *
 * @example
 * const nearest = new Float64Array(3);
 * orthant(3).project(Float64Array.of(-1, 0, 2), nearest);
 * console.log(nearest.join(" "));
 * // 0 0 2
 * @throws {RangeError} ERR_OPTION_RANGE for a dimension that is not a positive integer
 */
export function orthant(dimension: number): ConvexSet {
  checkDimension("orthant", dimension);
  return boxSet("orthant", new Float64Array(dimension), new Float64Array(dimension).fill(Number.POSITIVE_INFINITY));
}

function boxSet(name: string, lower: ArrayLike<number>, upper: ArrayLike<number>): ConvexSet {
  // Adding 0 turns -0 into 0, so that the loops of clamp.ts need not tell them apart.
  const l = Float64Array.from(lower, (bound) => bound + 0);
  const h = Float64Array.from(upper, (bound) => bound + 0);
  const n = l.length;
  checkBounds(name, l, h);
  return setOf({
    name,
    dimension: n,
    bounded: l.every(Number.isFinite) && h.every(Number.isFinite),
    project: (point, out) => clamp(point, l, h, out),
    projectStep:
      n > 0 && l.every((bound) => bound === l[0]) && h.every((bound) => bound === h[0])
        ? (point, stepSize, direction, out) => clampStepAlike(point, stepSize, direction, l[0]!, h[0]!, out)
        : (point, stepSize, direction, out) => clampStep(point, stepSize, direction, l, h, out),
    displacement(point, stepSize, direction, out) {
      for (let i = 0; i < n; i++) {
        const z = point[i]!;
        out[i] = Math.min(h[i]! - z, Math.max(l[i]! - z, stepSize * direction[i]!));
      }
    },
    support(gradient, at) {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const g = gradient[i]!;
        const u = g > 0 ? h[i]! : g < 0 ? l[i]! : middle(l[i]!, h[i]!);
        if (g !== 0) sum += g * u;
        if (at !== undefined) at[i] = u;
      }
      return sum;
    },
    someElement(out) {
      for (let i = 0; i < n; i++) out[i] = middle(l[i]!, h[i]!);
    },
    ...(l.every((bound) => bound >= 0) && {
      projectEntropic(logarithms: Float64Array, out: Float64Array): void {
        for (let i = 0; i < n; i++) out[i] = Math.min(h[i]!, Math.max(l[i]!, exp(logarithms[i]!)));
      },
    }),
    linearizeProjection: (point) => diagonal(point.map((z, i) => (z > l[i]! && z < h[i]! ? 1 : 0))),
    linearConstraints() {
      const inequalities: Float64Array[] = [];
      const bounds: number[] = [];
      const equalities: Float64Array[] = [];
      const values: number[] = [];
      for (let i = 0; i < n; i++) {
        if (l[i] === h[i]) {
          equalities.push(unitRow(n, i));
          values.push(l[i]!);
          continue;
        }
        if (l[i]! > Number.NEGATIVE_INFINITY) {
          inequalities.push(unitRow(n, i, -1));
          bounds.push(-l[i]!);
        }
        if (h[i]! < Number.POSITIVE_INFINITY) {
          inequalities.push(unitRow(n, i));
          bounds.push(h[i]!);
        }
      }
      return { inequalities, bounds, equalities, values };
    },
  });
}

/** Gives a point between two bounds: the middle; if one bound is infinite, the other; if both are, 0. */
function middle(l: number, h: number): number {
  if (l === Number.NEGATIVE_INFINITY) return h === Number.POSITIVE_INFINITY ? 0 : h;
  return h === Number.POSITIVE_INFINITY ? l : l / 2 + h / 2;
}

function checkBounds(name: string, l: Float64Array, h: Float64Array): void {
  if (l.length !== h.length) {
    throw failure("ERR_LENGTH", `${name}: expected as many lower as upper bounds, got ${l.length} and ${h.length}`);
  }
  for (let i = 0; i < l.length; i++) {
    if (Number.isNaN(l[i]) || Number.isNaN(h[i])) {
      throw failure("ERR_NOT_FINITE", `${name}: expected numbers as bounds, got NaN for coordinate ${i}`);
    }
    if (l[i]! > h[i]! || l[i] === Number.POSITIVE_INFINITY || h[i] === Number.NEGATIVE_INFINITY) {
      throw failure(
        "ERR_EMPTY_SET",
        `${name}: expected lower bounds below upper ones, got ${l[i]} and ${h[i]} for coordinate ${i}`,
      );
    }
  }
}

/** Mirror steps: argmin over u in C of <eta g, u> + D(u, z), for the geometries of the mirror methods. */

import { failure, type Problem } from "../../authoring/index.ts";
import { log } from "../../elementary/index.ts";
import { projectedStep } from "../support/projectedStep.ts";

/**
 * `euclidean`: D(u, z) = ||u - z||^2 / 2. `entropic`: D(u, z) = sum u_i log(u_i / z_i) - u_i + z_i, for sets with an entropic
 * projection: simplices, the orthant, their products.
 */
export type Geometry = "euclidean" | "entropic";

/** A point with its logarithms, which keep what a coordinate near zero loses; empty in the Euclidean geometry. */
export interface MirrorPoint {
  readonly point: Float64Array;
  readonly logarithms: Float64Array;
}

/** The rule of the option. */
export const geometry = { default: "entropic", oneOf: ["euclidean", "entropic"] } as const;

/** Smaller entries could not come back: their logarithm would stay minus infinity. */
const floor = Number.MIN_VALUE;

/**
 * A point as a start of mirror steps.
 *
 * @throws ERR_UNSUPPORTED for a set without an entropic projection; ERR_OPTION_RANGE for an entropic start with a negative
 *   entry
 */
export function mirrorPoint(who: string, problem: Problem, point: Float64Array, geometry: Geometry): MirrorPoint {
  if (geometry === "euclidean") return { point, logarithms: new Float64Array(0) };
  if (problem.constraint?.projectEntropic === undefined) {
    throw failure(
      "ERR_UNSUPPORTED",
      `${who}: expected a set with an entropic projection, such as a product of simplices, got ` +
        `${problem.constraint?.name ?? "the whole space"}; use geometry: "euclidean"`,
    );
  }
  const negative = point.findIndex((x) => x < 0);
  if (negative >= 0) {
    throw failure(
      "ERR_OPTION_RANGE",
      `${who}: expected a start without negative entries, got ${point[negative]} at ${negative}; begin inside the set`,
    );
  }
  return { point, logarithms: point.map((x) => log(Math.max(x, floor))) };
}

/** argmin over u in C of <eta g, u> + D(u, z). */
export function mirrorStep(
  problem: Problem,
  from: MirrorPoint,
  eta: number,
  field: Float64Array,
  geometry: Geometry,
): MirrorPoint {
  if (geometry === "euclidean") {
    return { point: projectedStep(problem, from.point, eta, field), logarithms: from.logarithms };
  }
  const moved = new Float64Array(field.length);
  for (let i = 0; i < moved.length; i++) moved[i] = from.logarithms[i]! - eta * field[i]!;
  const point = new Float64Array(field.length);
  problem.constraint!.projectEntropic!(moved, point);
  return { point, logarithms: point.map((x) => log(Math.max(x, floor))) };
}

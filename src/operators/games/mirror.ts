/** Mirror steps: argmin over u in C of <eta g, u> + D(u, z), for the geometries of the mirror methods. */

import { failure, type Problem, type Proposal, scratchVector } from "../../authoring/index.ts";
import { log } from "../../elementary/index.ts";
import { projectedStep } from "../support/projectedStep.ts";

/**
 * How a mirror method measures distances.
 *
 * - `euclidean`: D(u, z) = ||u - z||^2 / 2;
 * - `entropic`: D(u, z) = sum u_i log(u_i / z_i) - u_i + z_i, for sets with an entropic projection, which are
 *   simplices, the orthant and their products.
 */
export type Geometry = "euclidean" | "entropic";

/**
 * A point with its logarithms, which keep what a coordinate near zero loses; they are empty in the Euclidean geometry.
 */
export interface MirrorPoint {
  readonly point: Float64Array;
  readonly logarithms: Float64Array;
}

/** The rule of the option `geometry`. */
export const geometry = { default: "entropic", oneOf: ["euclidean", "entropic"] } as const;

/** Least entry whose logarithm is taken: an entry whose logarithm is minus infinity would never grow again. */
const floor = Number.MIN_VALUE;

/**
 * Makes a point the start of mirror steps.
 *
 * @throws ERR_UNSUPPORTED for a set without an entropic projection; ERR_OPTION_RANGE for an entropic start with a
 *   negative entry
 */
export function mirrorPoint(who: string, problem: Problem, point: Float64Array, geometry: Geometry): MirrorPoint {
  if (geometry === "euclidean") return withLogarithms(point, geometry);
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
  return withLogarithms(point, geometry);
}

/** Gives a point its logarithms, where the geometry needs them. */
export function withLogarithms(point: Float64Array, geometry: Geometry): MirrorPoint {
  if (geometry === "euclidean") return { point, logarithms: new Float64Array(0) };
  return { point, logarithms: point.map((x) => log(Math.max(x, floor))) };
}

/** Writes argmin over u in C of <eta g, u> + D(u, z) into `to` and returns it. */
export function mirrorStep(
  it: Proposal,
  from: MirrorPoint,
  eta: number,
  field: Float64Array,
  geometry: Geometry,
  to: Float64Array,
): Float64Array {
  const { problem } = it.at;
  if (geometry === "euclidean") return projectedStep(problem, from.point, eta, field, to);
  const moved = scratchVector(it);
  for (let i = 0; i < moved.length; i++) moved[i] = from.logarithms[i]! - eta * field[i]!;
  problem.constraint!.projectEntropic!(moved, to);
  return to;
}

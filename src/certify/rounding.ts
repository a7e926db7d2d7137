/** Sums of non-negative numbers that are never too small, and enclosures of points. */

import type { Enclosure, Region } from "../autodiff/index.ts";
import { vectorNormBound } from "../linalg/index.ts";

/** Unit roundoff of float64. */
export const roundoff = 2 ** -53;

/** Smallest positive float64: what a product may lose to underflow. */
export const tiny = 2 ** -1074;

/** A bound of what `operations` roundings of non-negative numbers computed as x, from above. */
export function up(x: number, operations = 1): number {
  return x * (1 + (operations + 3) * 2 * roundoff) + operations * tiny;
}

/** The same from below. */
export function down(x: number, operations = 1): number {
  return Math.max(0, x * (1 - (operations + 3) * 2 * roundoff) - operations * tiny);
}

/** Entrywise bounds of |x| for x in an enclosure. */
export function magnitudes({ mid, rad }: Enclosure): Float64Array {
  return mid.map((x, i) => up(Math.abs(x) + rad[i]!));
}

/** The ball of all x with ||x - z|| <= radius, and its box. */
export function ballAround(z: Float64Array, radius: number): Region {
  return { mid: z, rad: new Float64Array(z.length).fill(radius), within: radius };
}

/** Upper bound of ||a - b||_2. */
export function distanceUp(a: Float64Array, b: Float64Array): number {
  return vectorNormBound(a.map((x, i) => up(Math.abs(x - b[i]!))));
}

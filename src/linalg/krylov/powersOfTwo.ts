/** Exact scaling of systems by powers of two, so that squares neither overflow nor underflow. */
import { exponentOf, scaleByPower } from "../../elementary/index.ts";
import type { LinearMap } from "../linearMap.ts";
import { linearMap } from "../makeLinearMap.ts";

/** Exponents up to which squares, and products of a few of them, stay within the range of float64. */
const safe = 200;
/** Whether numbers with this exponent need no scaling. */
export const isSafe = (exponent: number): boolean => Math.abs(exponent) <= safe;

/** The exponent of the largest entry; undefined for a vector of zeros, or one that is not finite. */
export function largestExponent(vector: Float64Array): number | undefined {
  let largest = 0;
  for (let i = 0; i < vector.length; i++) {
    const size = Math.abs(vector[i]!);
    if (!(size <= Number.MAX_VALUE)) return undefined;
    if (size > largest) largest = size;
  }
  return largest === 0 ? undefined : exponentOf(largest);
}

export function scaledVector(vector: Float64Array, exponent: number): Float64Array {
  return vector.map((entry) => scaleByPower(entry, exponent));
}

export function scaledMap(map: LinearMap, exponent: number): LinearMap {
  const apply = (v: Float64Array, out: Float64Array): void => {
    map.apply(v, out);
    for (let i = 0; i < out.length; i++) out[i] = scaleByPower(out[i]!, exponent);
  };
  return linearMap({ rows: map.rows, columns: map.columns, symmetric: map.symmetric, apply });
}

/** Solves systems in extreme units as ones in which squares neither overflow nor underflow. */
import { exponentOf, scaleByPower } from "../../../elementary/index.ts";
import type { LinearMap } from "../../linearMap.ts";
import { linearMap } from "../../makeLinearMap.ts";
import type { MinresSettings } from "./minresChecks.ts";
import { minresRecurrence } from "./minresRecurrence.ts";
import type { MinresQLPResult } from "./minresTypes.ts";

/** Exponents up to which squares, and products of a few of them, stay within the range of float64. */
const safe = 200;
const isSafe = (exponent: number): boolean => Math.abs(exponent) <= safe;

/**
 * Solves the system as it is where b and ||A|| are within 2^-200 to 2^200. Elsewhere it solves (2^-p A) y = 2^-q b
 * with exact powers of two, p from one more product, and returns x = 2^(q - p) y.
 */
export function solveInUnits(
  map: LinearMap,
  b: Float64Array,
  settings: MinresSettings,
  zeros: () => Float64Array,
): MinresQLPResult {
  const q = largestExponent(b);
  if (q === undefined || isSafe(q)) {
    const result = minresRecurrence(map, b, settings, zeros);
    const { norm, termination } = result;
    if (termination === "zero" || (termination !== "non-finite" && norm > 0 && isSafe(exponentOf(norm)))) return result;
    const p = exponentOfMap(map, b, q ?? 0, settings.shift);
    return p === undefined || isSafe(p) ? result : solveScaled(map, b, settings, p, q ?? 0);
  }
  return solveScaled(map, b, settings, exponentOfMap(map, b, q, settings.shift) ?? 0, q);
}

/** The exponent of the largest entry; undefined for a vector of zeros, or one that is not finite. */
function largestExponent(vector: Float64Array): number | undefined {
  let largest = 0;
  for (let i = 0; i < vector.length; i++) {
    const size = Math.abs(vector[i]!);
    if (!(size <= Number.MAX_VALUE)) return undefined;
    if (size > largest) largest = size;
  }
  return largest === 0 ? undefined : exponentOf(largest);
}

/** The exponent of A (2^-q b), or of the shift if that is larger; undefined where the product is 0 or not finite. */
function exponentOfMap(map: LinearMap, b: Float64Array, q: number, shift: number): number | undefined {
  const image = new Float64Array(b.length);
  map.apply(scaledVector(b, -q), image);
  const product = largestExponent(image);
  return shift === 0 ? product : Math.max(product ?? -1022, exponentOf(shift));
}

function solveScaled(map: LinearMap, b: Float64Array, settings: MinresSettings, p: number, q: number): MinresQLPResult {
  const { preconditioner, shift, maxNorm } = settings;
  const solved = minresRecurrence(
    scaledMap(map, -p),
    scaledVector(b, -q),
    {
      ...settings,
      shift: scaleByPower(shift, -p),
      maxNorm: scaleByPower(maxNorm, p - q),
      ...(preconditioner === undefined ? {} : { preconditioner: scaledMap(preconditioner, p) }),
    },
    () => new Float64Array(b.length),
  );
  return {
    ...solved,
    x: scaledVector(solved.x, q - p),
    residualNorm: scaleByPower(solved.residualNorm, q),
    cokernelResidualNorm: scaleByPower(solved.cokernelResidualNorm, p + q),
    norm: scaleByPower(solved.norm, p),
  };
}

function scaledVector(vector: Float64Array, exponent: number): Float64Array {
  return vector.map((entry) => scaleByPower(entry, exponent));
}

function scaledMap(map: LinearMap, exponent: number): LinearMap {
  const apply = (v: Float64Array, out: Float64Array): void => {
    map.apply(v, out);
    for (let i = 0; i < out.length; i++) out[i] = scaleByPower(out[i]!, exponent);
  };
  return linearMap({ rows: map.rows, columns: map.columns, symmetric: map.symmetric, apply });
}

/** Solves systems in extreme units as ones in which squares neither overflow nor underflow. */
import { exponentOf, scaleByPower } from "../../../elementary/index.ts";
import type { LinearMap } from "../../linearMap.ts";
import { isSafe, largestExponent, scaledMap, scaledVector } from "../powersOfTwo.ts";
import type { MinresSettings } from "./minresChecks.ts";
import type { MinresPasses } from "./minresPasses.ts";
import { minresRecurrence } from "./minresRecurrence.ts";
import type { MinresQLPResult } from "./minresTypes.ts";

/**
 * Solves the system as it is where b and ||A|| are within 2^-200 to 2^200. Elsewhere it solves (2^-p A) y = 2^-q b
 * with exact powers of two, p from one more product, and returns x = 2^(q - p) y.
 */
export function solveInUnits(
  map: LinearMap,
  b: Float64Array,
  settings: MinresSettings,
  passes: MinresPasses,
): MinresQLPResult {
  const q = largestExponent(b);
  if (q === undefined || isSafe(q)) {
    const result = minresRecurrence(map, b, settings, passes);
    const { norm, termination } = result;
    if (termination === "zero" || (termination !== "non-finite" && norm > 0 && isSafe(exponentOf(norm)))) return result;
    const p = exponentOfMap(map, b, q ?? 0, settings.shift);
    return p === undefined || isSafe(p) ? result : solveScaled(map, b, settings, p, q ?? 0);
  }
  return solveScaled(map, b, settings, exponentOfMap(map, b, q, settings.shift) ?? 0, q);
}

/** The exponent of A (2^-q b), or of the shift if that is larger; undefined where the product is 0 or not finite. */
function exponentOfMap(map: LinearMap, b: Float64Array, q: number, shift: number): number | undefined {
  const image = new Float64Array(b.length);
  map.apply(scaledVector(b, -q), image);
  const product = largestExponent(image);
  return shift === 0 ? product : Math.max(product ?? -1022, exponentOf(shift));
}

function solveScaled(
  map: LinearMap,
  b: Float64Array,
  settings: MinresSettings,
  exponent: number,
  q: number,
): MinresQLPResult {
  const { preconditioner, shift, maxNorm } = settings;
  // Norms in P take square roots of its power.
  const p = preconditioner === undefined ? exponent : 2 * Math.round(exponent / 2);
  const solved = minresRecurrence(scaledMap(map, -p), scaledVector(b, -q), {
    ...settings,
    shift: scaleByPower(shift, -p),
    maxNorm: scaleByPower(maxNorm, p - q),
    ...(preconditioner === undefined ? {} : { preconditioner: scaledMap(preconditioner, p) }),
  });
  return {
    ...solved,
    x: scaledVector(solved.x, q - p),
    residualNorm: scaleByPower(solved.residualNorm, q),
    cokernelResidualNorm: scaleByPower(solved.cokernelResidualNorm, p + q),
    norm: scaleByPower(solved.norm, p),
  };
}

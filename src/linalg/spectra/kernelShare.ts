import { readOptions } from "../../options.ts";
import { checkMap, checkNumbers } from "../arguments.ts";
import { gramInRange } from "../krylov/inRange.ts";
import { lanczos } from "../krylov/lanczos.ts";
import type { LinearMap } from "../linearMap.ts";
import { positiveInteger } from "../rules.ts";
import { norm as normOf } from "../vector.ts";
import { spectralNorm } from "./norms.ts";

/** Options of {@link kernelShare}. */
export interface KernelShareOptions {
  /**
   * Bound, relative to ||A||, up to which singular values belong to the approximate kernel; in [0, 1). Default 5e-4.
   */
  readonly relativeTolerance?: number;
  /** Number of Lanczos steps: one product each, two for a map that is not symmetric. Default min(n, 50). */
  readonly steps?: number;
  /**
   * ||A||, in any norm. Default: the larger of `spectralNorm`, a lower bound of the 2-norm by 20 more products, and of
   * the largest Ritz value. The Krylov space of v alone may miss the norm.
   */
  readonly norm?: number;
}

const rules = {
  relativeTolerance: { default: 5e-4, min: 0, below: 1 },
  steps: positiveInteger,
  // The norm of a map that is not finite may be NaN: Lanczos then says so of the map.
  norm: { min: 0, infinite: true, or: [Number.NaN] },
} as const;

/**
 * Computes the share ||P v|| / ||v|| of a vector that lies in an approximate kernel of a map.
 *
 * P is the projection on the span of the singular vectors whose singular value is at most relativeTolerance ||A||. The
 * share is what the least-squares solution p of A p = -v leaves: ||A p + v|| = ||P v||. Lanczos from v gives the
 * spectral measure of v by Gauss quadrature, and the share is the root of its weight near zero. It is exact once the
 * Krylov space is invariant; before that, it misses the weight that is not yet resolved from larger eigenvalues. It is
 * 1 for v = 0 and for A = 0.
 *
 * Cost: `steps` products, twice as many for a map that is not symmetric, and 4 steps^2 n operations; without `norm` up
 * to 20 or 40 products more.
 *
 * @example kernelShare(diagonal(Float64Array.of(1, 0)), Float64Array.of(3, 4)) // 0.8
 * @param options {@link KernelShareOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, ERR_LENGTH if the sizes do not fit, ERR_NOT_FINITE if
 *   the map gives NaN or an infinity
 */
export function kernelShare(map: LinearMap, v: Float64Array, options: KernelShareOptions = {}): number {
  checkMap("kernelShare", map);
  checkNumbers("kernelShare", "v", v);
  const read = readOptions("kernelShare", options, rules);
  const { relativeTolerance, steps = Math.min(map.columns, 50), norm } = read;
  if (normOf(v) === 0) return 1;
  const gram = map.symmetric ? undefined : gramInRange(map);
  const { values, weights } = lanczos(gram?.map ?? map, { start: v, steps });
  const sizes = values.map((value) => gram?.unscaled(Math.sqrt(Math.max(0, value))) ?? Math.abs(value));
  const largest = norm ?? sizes.reduce((most, size) => Math.max(most, size), spectralNorm(map));
  let share = 0;
  for (let k = 0; k < sizes.length; k++) if (sizes[k]! <= relativeTolerance * largest) share += weights[k]!;
  return Math.min(1, Math.sqrt(share));
}

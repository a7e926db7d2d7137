import { failure } from "../../errors.ts";
import { lanczos } from "../krylov/lanczos.ts";
import type { LinearMap } from "../linearMap.ts";
import { composed, transposed } from "../maps/maps.ts";
import { norm as normOf } from "../vector.ts";
import { spectralNorm } from "./norms.ts";

/** Options of {@link kernelShare}. */
export interface KernelShareOptions {
  /** Singular values up to this times ||A|| belong to the approximate kernel, in [0, 1). Default 5e-4. */
  readonly tolerance?: number;
  /** Lanczos steps: products, twice as many for a map that is not symmetric. Default min(n, 50). */
  readonly steps?: number;
  /** ||A||. Default: `spectralNorm`, a lower bound of the 2-norm by 20 more products (v's own Krylov space may miss it). */
  readonly norm?: number;
}

/**
 * ||P v|| / ||v||, P the projection on an approximate kernel of a map: the span of its singular vectors of small singular value.
 *
 * Lanczos from v gives v's spectral measure by Gauss quadrature; the share is the root of the weight near zero. It is what the least-squares
 * solution p of A p = -v leaves: ||A p + v|| = ||P v||. Exact once the Krylov space is invariant; before, weight that is not yet
 * resolved from larger eigenvalues is missing. 1 for v = 0 and for A = 0.
 *
 * @example kernelShare(diagonal(Float64Array.of(1, 0)), Float64Array.of(3, 4)) // 0.8
 * @throws {RangeError} ERR_OPTION_RANGE, ERR_LENGTH for what does not fit, ERR_NOT_FINITE if the map gives NaN or an infinity
 */
export function kernelShare(map: LinearMap, v: Float64Array, options: KernelShareOptions = {}): number {
  const { tolerance = 5e-4, steps = Math.min(map.columns, 50), norm } = options;
  if (!(tolerance >= 0 && tolerance < 1)) {
    throw failure("ERR_OPTION_RANGE", `kernelShare: expected tolerance in [0, 1), got ${tolerance}`);
  }
  if (normOf(v) === 0) return 1;
  const square = map.symmetric ? map : composed(transposed(map), map, { symmetric: true });
  const { values, weights } = lanczos(square, { start: v, steps });
  const sizes = values.map((value) => (map.symmetric ? Math.abs(value) : Math.sqrt(Math.max(0, value))));
  const largest = norm ?? sizes.reduce((most, size) => Math.max(most, size), spectralNorm(map));
  let share = 0;
  for (let k = 0; k < sizes.length; k++) if (sizes[k]! <= tolerance * largest) share += weights[k]!;
  return Math.min(1, Math.sqrt(share));
}

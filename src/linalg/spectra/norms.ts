import { failure } from "../../errors.ts";
import { randomSource } from "../../random.ts";
import { forEachColumn } from "../dense/dense.ts";
import { orthogonalise } from "../krylov/lanczos.ts";
import { tridiagonalEigen } from "../krylov/tridiagonalEigen.ts";
import type { LinearMap } from "../linearMap.ts";
import { composed, transposed } from "../maps/maps.ts";
import { dot, norm, scale } from "../vector.ts";

/** Options of {@link frobeniusNorm}. */
export interface FrobeniusOptions {
  /** Up to so many columns the norm is exact, at one product a column. Default 1000. */
  readonly exactUpTo?: number;
  /** Random vectors of the estimate. Default 64: a relative standard error of at most 9 %, usually far less. */
  readonly probes?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * ||A||_F: exact for small maps, else estimated by E ||A z||^2 = ||A||_F^2 over seeded random signs z [1].
 *
 * @example frobeniusNorm(diagonal(Float64Array.of(3, 4))) // 5
 * @see [1] Hutchinson, "A stochastic estimator of the trace of the influence matrix", 1989, doi:10.1080/03610918908812806
 */
export function frobeniusNorm(map: LinearMap, options: FrobeniusOptions = {}): number {
  const { exactUpTo = 1000, probes = 64, seed = 0 } = options;
  if (map.columns <= exactUpTo) {
    const norms = new Float64Array(map.columns);
    forEachColumn(map, (j, column) => {
      norms[j] = norm(column);
    });
    return norm(norms);
  }
  if (!(Number.isInteger(probes) && probes > 0)) {
    throw failure("ERR_OPTION_RANGE", `frobeniusNorm: expected probes to be a positive integer, got ${probes}`);
  }
  const random = randomSource(seed, "frobeniusNorm");
  const z = new Float64Array(map.columns);
  const image = new Float64Array(map.rows);
  const norms = new Float64Array(probes);
  for (let k = 0; k < probes; k++) {
    for (let i = 0; i < z.length; i++) z[i] = random.uniform() < 0.5 ? -1 : 1;
    map.apply(z, image);
    norms[k] = norm(image);
  }
  return norm(norms) / Math.sqrt(probes);
}

/** Options of {@link spectralNorm}. */
export interface SpectralNormOptions {
  /** Lanczos steps: products, twice as many for a map that is not symmetric. Default 20. */
  readonly steps?: number;
  /** Of the start vector. Default 0. */
  readonly seed?: number;
}

/**
 * A lower bound of ||A||_2 by a few Lanczos steps from a seeded random vector: the largest singular value to a few per
 * cent after 20 steps, exact after as many steps as there are distinct singular values.
 *
 * Keeps `steps` vectors, against which each new one is made orthogonal.
 *
 * @example spectralNorm(diagonal(Float64Array.of(1, -3))) // 3
 */
export function spectralNorm(map: LinearMap, options: SpectralNormOptions = {}): number {
  const { steps = 20, seed = 0 } = options;
  if (!(Number.isInteger(steps) && steps > 0)) {
    throw failure("ERR_OPTION_RANGE", `spectralNorm: expected steps to be a positive integer, got ${steps}`);
  }
  if (!map.symmetric) return Math.sqrt(spectralNorm(composed(transposed(map), map, { symmetric: true }), options));
  const n = map.columns;
  const random = randomSource(seed, "spectralNorm");
  const v = Float64Array.from({ length: n }, () => random.normal());
  scale(1 / norm(v), v);
  const basis: Float64Array[] = [];
  const diagonal: number[] = [];
  const off: number[] = [];
  for (let current = v; basis.length < Math.min(steps, n); ) {
    const next = new Float64Array(n);
    map.apply(current, next);
    basis.push(current);
    diagonal.push(dot(current, next));
    const before = norm(next);
    orthogonalise(next, basis);
    const beta = norm(next);
    if (!(beta > 64 * Number.EPSILON * before)) {
      if (!Number.isFinite(before)) return before;
      break;
    }
    off.push(beta);
    scale(1 / beta, next);
    current = next;
  }
  const { values } = tridiagonalEigen(diagonal, off);
  return Math.max(Math.abs(values[0]!), Math.abs(values.at(-1)!));
}

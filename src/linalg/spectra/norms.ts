import { readOptions } from "../../options.ts";
import { randomSource } from "../../random.ts";
import { checkMap } from "../arguments.ts";
import { forEachColumn } from "../dense/dense.ts";
import { gramInRange, inRange } from "../krylov/inRange.ts";
import { withBasis } from "../krylov/orthogonalise.ts";
import { basisLoops } from "../krylov/orthogonaliseShared.ts";
import { tridiagonalEigen } from "../krylov/tridiagonalEigen.ts";
import type { LinearMap } from "../linearMap.ts";
import { positiveInteger, seed } from "../rules.ts";
import { norm, scale } from "../vector.ts";

/** Options of {@link frobeniusNorm}. */
export interface FrobeniusOptions {
  /** Number of columns up to which the norm is exact, at one product per column; Infinity allowed. Default 1000. */
  readonly exactUpTo?: number;
  /**
   * Number of random vectors of the estimate. Default 64: a relative standard error of at most 9 %, usually far less.
   */
  readonly probes?: number;
  /** Seed of the random vectors. Default 0. */
  readonly seed?: number;
}

const frobeniusRules = {
  exactUpTo: { default: 1000, min: 0, infinite: true },
  probes: { ...positiveInteger, default: 64 },
  seed,
} as const;

/**
 * Computes the Frobenius norm ||A||_F of a small map, and estimates that of a large one.
 *
 * The estimate is the mean of ||A z||^2 over seeded vectors z of random signs, for which E ||A z||^2 = ||A||_F^2 [1].
 *
 * Cost: n products for a map of n <= exactUpTo columns, `probes` products for a larger one.
 *
 * @example frobeniusNorm(diagonal(Float64Array.of(3, 4))) // 5
 * @param options {@link FrobeniusOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @see [1] Hutchinson, "A stochastic estimator of the trace of the influence matrix", 1989,
 *   doi:10.1080/03610918908812806
 */
export function frobeniusNorm(map: LinearMap, options: FrobeniusOptions = {}): number {
  checkMap("frobeniusNorm", map);
  const { exactUpTo, probes, seed } = readOptions("frobeniusNorm", options, frobeniusRules);
  if (map.columns <= exactUpTo) {
    const norms = new Float64Array(map.columns);
    forEachColumn(map, (j, column) => {
      norms[j] = norm(column);
    });
    return norm(norms);
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
  /** Number of Lanczos steps: one product each, two for a map that is not symmetric. Default 20. */
  readonly steps?: number;
  /** Seed of the start vector. Default 0. */
  readonly seed?: number;
}

const spectralRules = { steps: { ...positiveInteger, default: 20 }, seed } as const;

/**
 * Computes a lower bound of the spectral norm ||A||_2 by a few Lanczos steps from a seeded random vector.
 *
 * After 20 steps the bound usually is the largest singular value to a few per cent, and after as many steps as there
 * are distinct singular values it is exact. A map that is not symmetric is replaced by A^T A. The norm of a map that
 * gives NaN or an infinity is not finite.
 *
 * Cost: `steps` products, twice as many for a map that is not symmetric, and 4 steps^2 n operations; `steps` vectors,
 * against which each new one is made orthogonal.
 *
 * @example spectralNorm(diagonal(Float64Array.of(1, -3))) // 3
 * @param options {@link SpectralNormOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 */
export function spectralNorm(map: LinearMap, options: SpectralNormOptions = {}): number {
  checkMap("spectralNorm", map);
  const { steps, seed } = readOptions("spectralNorm", options, spectralRules);
  if (!map.symmetric) {
    const { map: gram, unscaled } = gramInRange(map);
    return unscaled(Math.sqrt(largestRitzValue(gram, steps, seed)));
  }
  const { map: inUnits, unscaled } = inRange(map);
  return unscaled(largestRitzValue(inUnits, steps, seed));
}

/** Computes the largest |theta| over the Ritz values of a symmetric map. */
function largestRitzValue(map: LinearMap, steps: number, seed: number): number {
  const n = map.columns;
  return withBasis(n, Math.min(steps, n) + 1, (zeros) => ritzValueOver(map, steps, seed, zeros));
}

function ritzValueOver(map: LinearMap, steps: number, seed: number, zeros: () => Float64Array): number {
  const n = map.columns;
  const random = randomSource(seed, "spectralNorm");
  const v = zeros();
  for (let i = 0; i < n; i++) v[i] = random.normal();
  scale(1 / norm(v), v);
  const loops = basisLoops(v);
  const basis: Float64Array[] = [];
  const diagonal: number[] = [];
  const off: number[] = [];
  for (let current = v; basis.length < Math.min(steps, n); ) {
    const next = zeros();
    map.apply(current, next);
    basis.push(current);
    diagonal.push(loops.dot(current, next));
    const before = loops.norm(next);
    loops.orthogonalise(next, basis);
    const beta = loops.norm(next);
    if (!(beta > 64 * Number.EPSILON * before)) {
      if (!Number.isFinite(before)) return before;
      break;
    }
    off.push(beta);
    loops.scale(1 / beta, next);
    current = next;
  }
  const { values } = tridiagonalEigen(diagonal, off);
  return Math.max(Math.abs(values[0]!), Math.abs(values.at(-1)!));
}

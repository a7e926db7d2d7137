import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import { type RandomSource, randomSource } from "../../random.ts";
import { checkMap } from "../arguments.ts";
import { orthogonaliseShared } from "../krylov/orthogonaliseShared.ts";
import type { LinearMap } from "../linearMap.ts";
import { seed } from "../rules.ts";
import { dot, norm, scale } from "../vector.ts";
import { type Estimate, estimateOf } from "./spectralDensity.ts";

/** Options of {@link hutchinson} and {@link hutchPlusPlus}. */
export interface TraceOptions {
  /** Number of products that may be made; at least 1, for {@link hutchPlusPlus} at least 3. Default 30. */
  readonly products?: number;
  /** Seed of the random vectors. Default 0. */
  readonly seed?: number;
}

/** An estimated trace with its standard error. */
export interface TraceEstimate extends Estimate {
  /** Number of products that were made. */
  readonly products: number;
}

/**
 * Estimates the trace of a square map by Hutchinson's estimator [1], the mean of <z, A z> over vectors z of random
 * signs.
 *
 * It is unbiased. The variance of a sample is twice the sum of squares off the diagonal of the symmetric part, so the
 * error falls as products^(-1/2). It is exact for diagonal maps. Cost: the products.
 *
 * @example hutchinson(diagonal(Float64Array.of(1, 2, 3))).value // 6
 * @param options {@link TraceOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_LENGTH for a map that is not square, ERR_OPTION_RANGE for products that are not a positive
 *   integer
 * @see [1] Hutchinson, "A stochastic estimator of the trace of the influence matrix", 1989,
 *   doi:10.1080/03610918908812806
 */
export function hutchinson(map: LinearMap, options: TraceOptions = {}): TraceEstimate {
  checkMap("hutchinson", map);
  const { products, random } = prepared("hutchinson", map, options, 1);
  const samples: number[] = [];
  for (let k = 0; k < products; k++) {
    const z = signs(map.columns, random);
    samples.push(dot(z, image(map, z)));
  }
  return { ...estimateOf(samples), products };
}

/**
 * Estimates the trace of a square map by Hutch++ [1]: exactly on a random subspace that is near the dominant
 * eigenvectors, and by Hutchinson's estimator on its complement.
 *
 * S has products / 3 columns of random signs, and Q is an orthonormal basis of A S. Then tr A = tr Q^T A Q + tr (I - Q
 * Q^T) A (I - Q Q^T), whose first term is computed and whose second one is estimated. For positive semidefinite maps
 * the error falls as 1 / products, and for spectra that decay fast it is small at once. Indefinite maps gain where few
 * eigenvalues dominate. As soon as the columns of A S span the range of A, the trace is exact: usually from 3 n
 * products on, and for maps whose rank is below a third of the products.
 *
 * Cost: the products, and 4 n products^2 / 9 operations.
 *
 * @example
 * const hessian = diagonal(Float64Array.from({ length: 1000 }, (_, i) => 1 / (1 + i) ** 2));
 * console.log(hutchPlusPlus(hessian, { products: 30 }).value.toFixed(2)); // the trace is 1.644
 * // 1.65
 * @param options {@link TraceOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_LENGTH for a map that is not square, ERR_OPTION_RANGE for fewer than 3 products
 * @see [1] Meyer, Musco, Musco and Woodruff, "Hutch++: optimal stochastic trace estimation", 2021, arXiv:2010.09649
 */
export function hutchPlusPlus(map: LinearMap, options: TraceOptions = {}): TraceEstimate {
  checkMap("hutchPlusPlus", map);
  const { products, random } = prepared("hutchPlusPlus", map, options, 3);
  const n = map.columns;
  const size = Math.min(n, Math.floor(products / 3));
  const basis: Float64Array[] = [];
  for (let k = 0; k < size; k++) {
    const q = image(map, signs(n, random));
    const before = norm(q);
    orthogonaliseShared(q, basis);
    const length = norm(q);
    // For A of low rank only rounding is left.
    if (!(length > 1e-10 * before)) continue;
    scale(1 / length, q);
    orthogonaliseShared(q, basis);
    scale(1 / norm(q), q);
    basis.push(q);
  }
  const exact = basis.reduce((sum, q) => sum + dot(q, image(map, q)), 0);
  let used = size + basis.length;
  // A basis of the whole space leaves nothing to estimate.
  if (basis.length === n) return { value: exact, standardError: 0, products: used };
  const samples: number[] = [];
  for (let k = 0; k < Math.max(1, Math.floor(products / 3)); k++) {
    const g = signs(n, random);
    orthogonaliseShared(g, basis);
    samples.push(dot(g, image(map, g)));
    used++;
  }
  const rest = estimateOf(samples);
  return { value: exact + rest.value, standardError: rest.standardError, products: used };
}

function prepared(
  who: string,
  map: LinearMap,
  options: TraceOptions,
  least: number,
): { readonly products: number; readonly random: RandomSource } {
  const rules = { products: { default: 30, integer: true, min: least }, seed } as const;
  const read = readOptions(who, options, rules);
  if (map.rows !== map.columns) {
    throw failure("ERR_LENGTH", `${who}: expected a square map, got ${map.rows} x ${map.columns}`);
  }
  return { products: read.products, random: randomSource(read.seed, who) };
}

/** Draws a vector of random signs. */
function signs(n: number, random: RandomSource): Float64Array {
  return Float64Array.from({ length: n }, () => (random.uniform() < 0.5 ? -1 : 1));
}

function image(map: LinearMap, v: Float64Array): Float64Array {
  const out = new Float64Array(map.rows);
  map.apply(v, out);
  return out;
}

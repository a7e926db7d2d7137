import { failure } from "../../errors.ts";
import { type RandomSource, randomSource } from "../../random.ts";
import { orthogonalise } from "../krylov/lanczos.ts";
import type { LinearMap } from "../linearMap.ts";
import { dot, norm, scale } from "../vector.ts";
import { type Estimate, estimateOf } from "./spectralDensity.ts";

/** Options of {@link hutchinson} and {@link hutchPlusPlus}. */
export interface TraceOptions {
  /** Products to spend. Default 30. */
  readonly products?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** A trace, with its standard error and what it cost. */
export interface TraceEstimate extends Estimate {
  readonly products: number;
}

/**
 * The trace of a square map by Hutchinson's estimator [1]: the mean of <z, A z> over vectors z of random signs.
 *
 * Unbiased; the variance is twice the sum of squares off the diagonal (of the symmetric part), so the error falls as
 * products^(-1/2). Exact for diagonal maps. Cost: the products.
 *
 * @example hutchinson(diagonal(Float64Array.of(1, 2, 3))).value // 6
 * @throws {RangeError} ERR_LENGTH for a map that is not square, ERR_OPTION_RANGE for products that are no positive integer
 * @see [1] Hutchinson, "A stochastic estimator of the trace of the influence matrix", 1989, doi:10.1080/03610918908812806
 */
export function hutchinson(map: LinearMap, options: TraceOptions = {}): TraceEstimate {
  const { products, random } = prepared("hutchinson", map, options, 1);
  const samples: number[] = [];
  for (let k = 0; k < products; k++) {
    const z = signs(map.columns, random);
    samples.push(dot(z, image(map, z)));
  }
  return { ...estimateOf(samples), products };
}

/**
 * The trace of a square map by Hutch++ [1]: exactly on a random subspace that holds the largest eigenvectors, by Hutchinson's
 * estimator on the rest.
 *
 * Q is a basis of A S, S a third of the products in random signs; tr A = tr Q^T A Q + tr (I - Q Q^T) A (I - Q Q^T). For positive
 * semidefinite maps the error falls as 1 / products, and spectra that decay fast are caught at once; indefinite maps gain where few
 * eigenvalues dominate. Exact from 3 n products on, and where the rank is below a third of them. Cost: the products, 4 n products^2 / 9
 * operations.
 *
 * @example hutchPlusPlus(hessian, { products: 30 })
 * @throws {RangeError} ERR_LENGTH for a map that is not square, ERR_OPTION_RANGE for fewer than 3 products
 * @see [1] Meyer, Musco, Musco and Woodruff, "Hutch++: optimal stochastic trace estimation", 2021, arXiv:2010.09649
 */
export function hutchPlusPlus(map: LinearMap, options: TraceOptions = {}): TraceEstimate {
  const { products, random } = prepared("hutchPlusPlus", map, options, 3);
  const n = map.columns;
  const size = Math.min(n, Math.floor(products / 3));
  const basis: Float64Array[] = [];
  for (let k = 0; k < size; k++) {
    const q = image(map, signs(n, random));
    const before = norm(q);
    orthogonalise(q, basis);
    const length = norm(q);
    // A of low rank: what is left is rounding.
    if (!(length > 1e-10 * before)) continue;
    scale(1 / length, q);
    orthogonalise(q, basis);
    scale(1 / norm(q), q);
    basis.push(q);
  }
  const exact = basis.reduce((sum, q) => sum + dot(q, image(map, q)), 0);
  let used = size + basis.length;
  // What spans everything leaves no rest to estimate.
  if (basis.length === n) return { value: exact, standardError: 0, products: used };
  const samples: number[] = [];
  for (let k = 0; k < Math.max(1, Math.floor(products / 3)); k++) {
    const g = signs(n, random);
    orthogonalise(g, basis);
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
  const { products = 30, seed = 0 } = options;
  if (map.rows !== map.columns) {
    throw failure("ERR_LENGTH", `${who}: expected a square map, got ${map.rows} x ${map.columns}`);
  }
  if (!(Number.isInteger(products) && products >= least)) {
    throw failure(
      "ERR_OPTION_RANGE",
      `${who}: expected products to be an integer of at least ${least}, got ${products}`,
    );
  }
  return { products, random: randomSource(seed, who) };
}

function signs(n: number, random: RandomSource): Float64Array {
  return Float64Array.from({ length: n }, () => (random.uniform() < 0.5 ? -1 : 1));
}

function image(map: LinearMap, v: Float64Array): Float64Array {
  const out = new Float64Array(map.rows);
  map.apply(v, out);
  return out;
}

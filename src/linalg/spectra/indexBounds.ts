import { failure } from "../../errors.ts";
import { lanczos } from "../krylov/lanczos.ts";
import type { LinearMap } from "../linearMap.ts";

/** Options of {@link indexBounds}. */
export interface IndexBoundsOptions {
  /** Counts eigenvalues below this. Default 0. */
  readonly below?: number;
  /** Lanczos steps, products. Default min(n, 100). */
  readonly steps?: number;
  /** Of the start vector. Default 0. */
  readonly seed?: number;
}

/** What Lanczos proves of the number of eigenvalues below a bound, and of the ends of the spectrum. */
export interface IndexBounds {
  /** At least so many eigenvalues are below. */
  readonly lower: number;
  /** At most so many are. */
  readonly upper: number;
  /** Smallest Ritz value: an upper bound of the smallest eigenvalue. */
  readonly smallest: number;
  /** ||A y - theta y|| of it: an eigenvalue is nearer than this. */
  readonly smallestResidual: number;
  readonly largest: number;
  readonly largestResidual: number;
  readonly products: number;
}

/**
 * Bounds of the number of eigenvalues below a number, proved by m products.
 *
 * The k-th smallest eigenvalue is at most the k-th smallest Ritz value, and the same from above (Cauchy's interlacing), so as many
 * eigenvalues are below as Ritz values, and as many are not. Both bounds meet after n steps; far earlier `lower` is usually the
 * count itself, where few eigenvalues are negative and apart from zero, while `upper` stays near n - m. Rounding is allowed for: Ritz
 * values within 1e-13 ||A|| of the number count on neither side.
 *
 * Cost: m products, 4 m^2 n operations, m vectors.
 *
 * @example indexBounds(diagonal(Float64Array.of(-1, 2, 3))) // lower 1, upper 1
 * @throws as `lanczos`, and {RangeError} ERR_OPTION_RANGE for `below` that is not finite
 */
export function indexBounds(map: LinearMap, options: IndexBoundsOptions = {}): IndexBounds {
  const { below = 0, steps = Math.min(map.columns, 100), seed = 0 } = options;
  if (!Number.isFinite(below)) {
    throw failure("ERR_OPTION_RANGE", `indexBounds: expected below to be finite, got ${below}`);
  }
  const { values, residuals, steps: products } = lanczos(map, { steps, seed, exhausted: "restart" });
  const rounding = 1e-13 * Math.max(Math.abs(values[0]!), Math.abs(values.at(-1)!));
  let lower = 0;
  let notBelow = 0;
  for (const value of values) {
    if (value < below - rounding) lower++;
    else if (value >= below + rounding) notBelow++;
  }
  return {
    lower,
    upper: map.columns - notBelow,
    smallest: values[0]!,
    smallestResidual: residuals[0]!,
    largest: values.at(-1)!,
    largestResidual: residuals.at(-1)!,
    products,
  };
}

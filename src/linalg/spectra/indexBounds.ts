import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import { checkMap } from "../arguments.ts";
import { lanczos } from "../krylov/lanczos.ts";
import type { LinearMap } from "../linearMap.ts";
import { positiveInteger, seed } from "../rules.ts";

/** Options of {@link indexBounds}. */
export interface IndexBoundsOptions {
  /** Number below which eigenvalues are counted. Default 0, which bounds the Morse index. */
  readonly below?: number;
  /**
   * The same as a share, in [0, 1), of the largest |Ritz value|: eigenvalues below minus this share of it are counted.
   * Not allowed beside `below`.
   */
  readonly belowShare?: number;
  /** Number m of Lanczos steps, one product each. Default min(n, 100). */
  readonly steps?: number;
  /** Seed of the start vector. Default 0. */
  readonly seed?: number;
}

/** What m Lanczos steps prove about the number of eigenvalues below a bound, and about the ends of the spectrum. */
export interface IndexBounds {
  /** Number below which eigenvalues were counted. */
  readonly below: number;
  /** Lower bound of the number of eigenvalues below `below`. */
  readonly lower: number;
  /** Upper bound of the same number. */
  readonly upper: number;
  /** Smallest Ritz value theta, an upper bound of the smallest eigenvalue. */
  readonly smallest: number;
  /** ||A y - theta y|| of its Ritz vector y. An eigenvalue lies within this distance of theta. */
  readonly smallestResidual: number;
  /** Largest Ritz value, a lower bound of the largest eigenvalue. */
  readonly largest: number;
  /** Residual of the largest Ritz value. */
  readonly largestResidual: number;
  /** Number of products that were made. */
  readonly products: number;
}

const rules = { below: {}, belowShare: { min: 0, below: 1 }, steps: positiveInteger, seed } as const;

/**
 * Bounds the number of eigenvalues of a symmetric map below a given number, by m products.
 *
 * The bounds are proved: by Cauchy's interlacing the k-th smallest eigenvalue is at most the k-th smallest Ritz value,
 * and the k-th largest is at least the k-th largest Ritz value. So at least as many eigenvalues as Ritz values lie
 * below the number, and at least as many lie above it. Both bounds meet after n steps. Where few eigenvalues are
 * negative and these are well away from zero, `lower` is the count itself far earlier, while `upper` stays near n - m.
 * Rounding is allowed for: Ritz values within 1e-13 ||A|| of the number count on neither side.
 *
 * Cost: m products, 4 m^2 n operations, m vectors.
 *
 * @example indexBounds(diagonal(Float64Array.of(-1, 2, 3))) // lower 1, upper 1
 * @param options {@link IndexBoundsOptions}
 * @throws {TypeError} ERR_NOT_SYMMETRIC for a map that is not declared symmetric; ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, ERR_NOT_FINITE if the map gives NaN or an infinity
 */
export function indexBounds(map: LinearMap, options: IndexBoundsOptions = {}): IndexBounds {
  checkMap("indexBounds", map);
  const read = readOptions("indexBounds", options, rules);
  const { belowShare, steps = Math.min(map.columns, 100), seed } = read;
  if (read.below !== undefined && belowShare !== undefined) {
    throw failure("ERR_OPTION_RANGE", "indexBounds: expected below or belowShare, got both");
  }
  const { values, residuals, steps: products } = lanczos(map, { steps, seed, exhausted: "restart" });
  const size = Math.max(Math.abs(values[0]!), Math.abs(values.at(-1)!));
  const rounding = 1e-13 * size;
  const below = belowShare === undefined ? (read.below ?? 0) : -belowShare * size;
  let lower = 0;
  let notBelow = 0;
  for (const value of values) {
    if (value < below - rounding) lower++;
    else if (value >= below + rounding) notBelow++;
  }
  return {
    below,
    lower,
    upper: map.columns - notBelow,
    smallest: values[0]!,
    smallestResidual: residuals[0]!,
    largest: values.at(-1)!,
    largestResidual: residuals.at(-1)!,
    products,
  };
}

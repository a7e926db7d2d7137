import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import { checkMap, checkNumbers } from "../arguments.ts";
import type { LinearMap } from "../linearMap.ts";
import { axpy, dot, norm } from "../vector.ts";
import { largestExponent, scaledVector } from "./powersOfTwo.ts";

/** Options of {@link conjugateGradients}. */
export interface ConjugateGradientsOptions {
  /** Number sigma in (A + sigma I) x = b. Default 0. */
  readonly shift?: number;
  /** Relative residual ||b - A x|| / ||b|| at which the iteration stops, in [0, 1]. Default 1e-10. */
  readonly relativeTolerance?: number;
  /** Largest number of iterations, one product each. Default 2 n. */
  readonly maxIterations?: number;
}

/** What {@link conjugateGradients} found. */
export interface ConjugateGradients {
  readonly x: Float64Array;
  readonly iterations: number;
  /** Relative residual ||b - A x|| / ||b|| of the recurrence; 0 for b = 0. */
  readonly relativeResidual: number;
  /**
   * How it ended: `converged`; `iteration-limit`; `curvature` where a direction has <p, A p> <= 0, so that A is not
   * positive definite, and x is the iterate before it; `non-finite`.
   */
  readonly termination: "converged" | "iteration-limit" | "curvature" | "non-finite";
}

const rules = {
  shift: { default: 0 },
  relativeTolerance: { default: 1e-10, min: 0, max: 1 },
  maxIterations: { integer: true, min: 1 },
} as const;

/**
 * Solves A x = b for a symmetric positive definite map by conjugate gradients, from x = 0.
 *
 * Use {@link minresQLP} where A may be singular or indefinite. Cost: one product and 10 n operations per iteration, four
 * vectors.
 *
 * @example
 * const { x } = conjugateGradients(diagonal(Float64Array.of(1, 2)), Float64Array.of(1, 1));
 * console.log(x.join(" "));
 * // 1 0.5
 * @throws {TypeError} ERR_NOT_SYMMETRIC for a map that is not declared symmetric; ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_LENGTH if b does not have the size of the map; ERR_OPTION_RANGE
 * @see Hestenes and Stiefel, "Methods of conjugate gradients for solving linear systems", 1952,
 *   doi:10.6028/jres.049.044
 */
export function conjugateGradients(
  map: LinearMap,
  b: Float64Array,
  options: ConjugateGradientsOptions = {},
): ConjugateGradients {
  checkMap("conjugateGradients", map);
  checkNumbers("conjugateGradients", "b", b);
  const read = readOptions("conjugateGradients", options, rules);
  const { shift, relativeTolerance } = read;
  const n = map.rows;
  if (!map.symmetric) {
    throw failure("ERR_NOT_SYMMETRIC", "conjugateGradients: expected a symmetric map, got one with symmetric: false");
  }
  if (b.length !== n) throw failure("ERR_LENGTH", `conjugateGradients: expected ${n} numbers for b, got ${b.length}`);
  const maxIterations = read.maxIterations ?? 2 * n;
  const x = new Float64Array(n);
  const size = norm(b);
  if (size === 0) return { x, iterations: 0, relativeResidual: 0, termination: "converged" };
  if (!Number.isFinite(size)) return { x, iterations: 0, relativeResidual: 1, termination: "non-finite" };
  // A power of two keeps the squares of the residual in range.
  const exponent = largestExponent(b)!;
  const r = scaledVector(b, -exponent);
  const p = r.slice();
  const image = new Float64Array(n);
  let square = dot(r, r);
  const first = Math.sqrt(square);
  const ended = (iterations: number, termination: ConjugateGradients["termination"]): ConjugateGradients => ({
    x: scaledVector(x, exponent),
    iterations,
    relativeResidual: Math.sqrt(square) / first,
    termination,
  });
  for (let k = 0; k < maxIterations; k++) {
    if (Math.sqrt(square) <= relativeTolerance * first) return ended(k, "converged");
    map.apply(p, image);
    if (shift !== 0) axpy(shift, p, image);
    const curvature = dot(p, image);
    if (!Number.isFinite(curvature)) return ended(k, "non-finite");
    if (!(curvature > 0)) return ended(k, "curvature");
    const step = square / curvature;
    axpy(step, p, x);
    axpy(-step, image, r);
    const before = square;
    square = dot(r, r);
    const ratio = square / before;
    for (let i = 0; i < n; i++) p[i] = r[i]! + ratio * p[i]!;
  }
  return ended(maxIterations, Math.sqrt(square) <= relativeTolerance * first ? "converged" : "iteration-limit");
}

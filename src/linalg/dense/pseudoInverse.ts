import { Matrix, SVD } from "ml-matrix";
import { failure } from "../../errors.ts";
import { checkOption } from "../../options.ts";
import { checkMap, checkNumbers } from "../arguments.ts";
import type { LinearMap } from "../linearMap.ts";
import { axpy, dot } from "../vector.ts";
import { denseOf, symmetricEigen } from "./dense.ts";
import { checkRightSide } from "./rightSide.ts";
import { unitScale } from "./unitScale.ts";

/** What {@link pseudoSolve} returns. */
export interface PseudoSolution {
  /** The shortest of the least-squares solutions. */
  readonly x: Float64Array;
  /** Number of singular values above the cutoff. */
  readonly rank: number;
  /** Largest singular value. */
  readonly largest: number;
  /** Smallest singular value above the cutoff; 0 if there is none. */
  readonly smallest: number;
}

/**
 * Computes A^+ b, the shortest of the least-squares solutions of A x = b.
 *
 * It uses the eigenvalues of a symmetric map, and the singular values of any other. Singular values up to cutoff times
 * the largest count as zero.
 *
 * Cost: n products, about 9 n^3 operations (22 n^3 for a map that is not symmetric), 4 n^2 numbers; meant for small n.
 *
 * @example pseudoSolve(diagonal(Float64Array.of(2, 0)), Float64Array.of(4, 1)).x // [2, 0]
 * @param cutoff bound relative to the largest singular value, in [0, 1). Default 1e-10
 * @throws {RangeError} ERR_LENGTH if b does not have a number per row, ERR_OPTION_RANGE for a cutoff outside [0, 1),
 *   ERR_NOT_FINITE if an entry of A or b is NaN or infinite
 */
export function pseudoSolve(map: LinearMap, b: Float64Array, cutoff = 1e-10): PseudoSolution {
  checkMap("pseudoSolve", map);
  checkNumbers("pseudoSolve", "b", b);
  checkRightSide("pseudoSolve", b, map.rows);
  checkOption("pseudoSolve", "cutoff", cutoff, { min: 0, below: 1 });
  checkFinite(b, "b");
  const n = map.columns;
  const x = new Float64Array(n);
  const factors = map.symmetric ? symmetricFactors(map) : singularFactors(map);
  // b is divided by its own power of two, so that sums of products with it stay within range.
  const { scaled, unit } = unitScale(b);
  const largest = factors.reduce((most, { sigma }) => Math.max(most, Math.abs(sigma)), 0);
  let smallest = 0;
  let rank = 0;
  for (const { sigma, left, right } of factors) {
    if (!(Math.abs(sigma) > cutoff * largest)) continue;
    axpy((dot(left, scaled) / sigma) * unit, right, x);
    rank++;
    smallest = smallest === 0 ? Math.abs(sigma) : Math.min(smallest, Math.abs(sigma));
  }
  return { x, rank, largest, smallest };
}

/** A singular value, or an eigenvalue, with its two vectors. */
interface Factor {
  readonly sigma: number;
  readonly left: Float64Array;
  readonly right: Float64Array;
}

function symmetricFactors(map: LinearMap): readonly Factor[] {
  const n = map.columns;
  const { values, vectors } = symmetricEigen(map);
  return Array.from(values, (sigma, k) => {
    const vector = vectors.subarray(k * n, (k + 1) * n);
    return { sigma, left: vector, right: vector };
  });
}

function singularFactors(map: LinearMap): readonly Factor[] {
  const dense = denseOf(map);
  checkFinite(dense, "the matrix");
  const { scaled, unit } = unitScale(dense);
  const svd = new SVD(Matrix.from1DArray(map.rows, map.columns, scaled), { autoTranspose: true });
  const { leftSingularVectors: u, rightSingularVectors: v } = svd;
  return svd.diagonal.map((sigma, k) => ({
    sigma: sigma * unit,
    left: Float64Array.from(u.getColumn(k)),
    right: Float64Array.from(v.getColumn(k)),
  }));
}

function checkFinite(entries: Float64Array, what: string): void {
  const bad = entries.findIndex((entry) => !Number.isFinite(entry));
  if (bad < 0) return;
  throw failure("ERR_NOT_FINITE", `pseudoSolve: expected finite numbers in ${what}, got ${entries[bad]} at ${bad}`);
}

import { Matrix, SVD } from "ml-matrix";
import { checkOption } from "../../options.ts";
import type { LinearMap } from "../linearMap.ts";
import { axpy, dot } from "../vector.ts";
import { denseOf, symmetricEigen } from "./dense.ts";
import { checkRightSide } from "./rightSide.ts";

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
 *   ERR_NOT_FINITE if an entry is NaN or infinite
 */
export function pseudoSolve(map: LinearMap, b: Float64Array, cutoff = 1e-10): PseudoSolution {
  checkRightSide("pseudoSolve", b, map.rows);
  checkOption("pseudoSolve", "cutoff", cutoff, { min: 0, below: 1 });
  const n = map.columns;
  const x = new Float64Array(n);
  let largest = 0;
  let smallest = 0;
  let rank = 0;
  const take = (sigma: number, left: Float64Array, right: Float64Array): void => {
    if (!(Math.abs(sigma) > cutoff * largest)) return;
    axpy(dot(left, b) / sigma, right, x);
    rank++;
    smallest = smallest === 0 ? Math.abs(sigma) : Math.min(smallest, Math.abs(sigma));
  };
  if (map.symmetric) {
    const { values, vectors } = symmetricEigen(map);
    largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    values.forEach((value, k) => {
      const vector = vectors.subarray(k * n, (k + 1) * n);
      take(value, vector, vector);
    });
    return { x, rank, largest, smallest };
  }
  const svd = new SVD(Matrix.from1DArray(map.rows, n, denseOf(map)), { autoTranspose: true });
  const { leftSingularVectors: u, rightSingularVectors: v } = svd;
  const sigmas = svd.diagonal;
  largest = sigmas.reduce((most, value) => Math.max(most, value), 0);
  sigmas.forEach((sigma, k) => {
    take(sigma, Float64Array.from(u.getColumn(k)), Float64Array.from(v.getColumn(k)));
  });
  return { x, rank, largest, smallest };
}

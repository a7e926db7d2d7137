import { lapackRoutine } from "./lapack.ts";

/** Size of the smallest matrices that are worth the call. */
const smallest = 12;

/**
 * Computes the eigenvalues, in ascending order, and the eigenvectors of a symmetric n x n matrix of finite entries by
 * LAPACK's `dsyevd`.
 *
 * @returns undefined if the machine has no LAPACK, if the matrix is small, or if the iteration did not converge
 */
export function lapackEigen(
  matrix: Float64Array,
  n: number,
): { readonly values: Float64Array; readonly vectors: Float64Array } | undefined {
  const syevd = n < smallest ? undefined : lapackRoutine("dsyevd", 11);
  if (syevd === undefined) return undefined;
  const vectors = matrix.slice();
  const values = new Float64Array(n);
  const work = new Float64Array(1 + 6 * n + 2 * n * n);
  const integers = syevd.integers(3 + 5 * n);
  const info = syevd.call("V", "L", n, vectors, n, values, work, work.length, integers, integers.length);
  // The eigenvectors are the columns of a column-major matrix, so they lie one after the other.
  return info === 0 ? { values, vectors } : undefined;
}

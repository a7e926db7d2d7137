import { findBlas } from "../blas/blas.ts";

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
  const syevd = n < smallest ? undefined : findBlas()?.syevd;
  if (syevd === undefined) return undefined;
  const vectors = matrix.slice();
  const values = new Float64Array(n);
  const work = new Float64Array(1 + 6 * n + 2 * n * n);
  const integers = new Int32Array(3 + 5 * n);
  const info = new Int32Array(1);
  const integer = (value: number): Int32Array => Int32Array.of(value);
  const letter = (text: string): Uint8Array => Uint8Array.of(text.charCodeAt(0));
  syevd(
    letter("V"),
    letter("L"),
    integer(n),
    vectors,
    integer(n),
    values,
    work,
    integer(work.length),
    integers,
    integer(integers.length),
    info,
  );
  // The eigenvectors are the columns of a column-major matrix, so they lie one after the other.
  return info[0] === 0 ? { values, vectors } : undefined;
}

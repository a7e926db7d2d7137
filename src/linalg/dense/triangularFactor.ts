import { failure } from "../../errors.ts";

/**
 * Computes the square, upper triangular R of A = Q R for a row-major matrix A, so that R^T R = A^T A.
 *
 * Householder reflections are backward stable: up to rounding ||A M|| = ||R M|| for every M, without the loss of digits
 * of a Cholesky factor of A^T A. If there are fewer rows than columns, R ends with zero rows. The signs of its rows are
 * arbitrary.
 *
 * Cost: about 4 x rows x columns^2 operations and one copy of A.
 *
 * @example triangularFactor(Float64Array.of(3, 4), 1) // [-5]
 * @param columns number of columns of A and R
 * @throws {RangeError} ERR_LENGTH if the length of the matrix is not a multiple of `columns`
 */
export function triangularFactor(matrix: Float64Array, columns: number): Float64Array {
  const k = columns;
  const rows = matrix.length / k;
  if (!(Number.isInteger(rows) && rows > 0)) {
    throw failure("ERR_LENGTH", `triangularFactor: expected whole rows of ${k} numbers, got ${matrix.length} numbers`);
  }
  const a = matrix.slice();
  const projections = new Float64Array(k);
  for (let j = 0; j < Math.min(rows, k); j++) {
    let scale = 0;
    for (let i = j; i < rows; i++) scale = Math.max(scale, Math.abs(a[i * k + j]!));
    if (!(scale > 0)) continue;
    let sum = 0;
    for (let i = j; i < rows; i++) sum += (a[i * k + j]! / scale) ** 2;
    const head = a[j * k + j]!;
    const diagonal = (head > 0 ? -scale : scale) * Math.sqrt(sum);
    // v = x / diagonal - e_j, kept in column j; H = I - v v^T / (1 - head / diagonal)
    for (let i = j; i < rows; i++) a[i * k + j] = a[i * k + j]! / diagonal;
    a[j * k + j] = a[j * k + j]! - 1;
    const weight = 1 - head / diagonal;
    projections.fill(0);
    for (let i = j; i < rows; i++) {
      const vi = a[i * k + j]!;
      for (let c = j + 1; c < k; c++) projections[c] = projections[c]! + vi * a[i * k + c]!;
    }
    for (let i = j; i < rows; i++) {
      const vi = a[i * k + j]! / weight;
      for (let c = j + 1; c < k; c++) a[i * k + c] = a[i * k + c]! - vi * projections[c]!;
    }
    a[j * k + j] = diagonal;
  }
  const factor = new Float64Array(k * k);
  for (let i = 0; i < Math.min(rows, k); i++) factor.set(a.subarray(i * k + i, i * k + k), i * k + i);
  return factor;
}

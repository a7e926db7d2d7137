import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { failure } from "../../errors.ts";
import { checkMap } from "../arguments.ts";
import type { LinearMap } from "../linearMap.ts";
import { denseOf } from "./dense.ts";
import { unitScale } from "./unitScale.ts";

/** Eigenvalues of a matrix; number k is `real[k]` + i `imaginary[k]`. */
export interface GeneralEigenvalues {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/**
 * Computes all eigenvalues of a square map or of an n x n row-major matrix, neither of which has to be symmetric.
 *
 * They are in ascending order of the real part, then of the imaginary part. The matrix is brought into Hessenberg form,
 * on which QR (ml-matrix) iterates. A matrix times a power of two has these eigenvalues times that power, to the last bit,
 * wherever they are normal numbers. Eigenvalues of a matrix far from normal are only as accurate as their condition.
 *
 * Cost: n products for a map, about 25 n^3 operations, 3 n^2 numbers; meant for small n.
 *
 * @example generalEigenvalues(Float64Array.of(0, 1, -1, 0)).imaginary // [-1, 1]
 * @throws {RangeError} ERR_LENGTH for a matrix that is not square, ERR_NOT_FINITE if an entry is NaN or infinite
 */
export function generalEigenvalues(matrix: Float64Array | LinearMap): GeneralEigenvalues {
  if (!(matrix instanceof Float64Array)) checkMap("generalEigenvalues", matrix);
  const values = matrix instanceof Float64Array ? matrix : denseOf(matrix);
  const n = Math.round(Math.sqrt(values.length));
  if (n * n !== values.length || n === 0 || (!(matrix instanceof Float64Array) && matrix.rows !== n)) {
    throw failure("ERR_LENGTH", `generalEigenvalues: expected n x n values, got ${values.length}`);
  }
  const bad = values.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) {
    throw failure("ERR_NOT_FINITE", `generalEigenvalues: expected finite entries, got ${values[bad]} at ${bad}`);
  }
  const { scaled, unit } = unitScale(values);
  const dense = Matrix.from1DArray(n, n, scaled);
  const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(dense, { assumeSymmetric: false });
  const order = Array.from({ length: n }, (_, k) => k).sort(
    (a, b) => realEigenvalues[a]! - realEigenvalues[b]! || imaginaryEigenvalues[a]! - imaginaryEigenvalues[b]!,
  );
  return {
    real: Float64Array.from(order, (k) => realEigenvalues[k]! * unit),
    imaginary: Float64Array.from(order, (k) => imaginaryEigenvalues[k]! * unit),
  };
}

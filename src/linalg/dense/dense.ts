import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { failure } from "../../errors.ts";
import { checkMap } from "../arguments.ts";
import type { LinearMap } from "../linearMap.ts";
import { matrixOf } from "../ownMatrix.ts";
import { lapackEigen } from "./lapackEigen.ts";
import { unitScale } from "./unitScale.ts";

/** Number of columns that go through `applyMany` at once: enough to keep it busy, few enough to stay in the cache. */
const batch = 32;

/**
 * Calls `visit` with A e_j for each column j, in batches through `applyMany`. The array of values is used again.
 *
 * Cost: as many products as the map has columns.
 */
export function forEachColumn(map: LinearMap, visit: (column: number, values: Float64Array) => void): void {
  const { rows, columns } = map;
  const size = Math.min(batch, columns);
  const units = new Float64Array(size * columns);
  const images = new Float64Array(size * rows);
  for (let first = 0; first < columns; first += size) {
    const count = Math.min(size, columns - first);
    units.fill(0);
    for (let k = 0; k < count; k++) units[k * columns + first + k] = 1;
    const exact = count === size;
    map.applyMany(
      exact ? units : units.subarray(0, count * columns),
      count,
      exact ? images : images.subarray(0, count * rows),
    );
    for (let k = 0; k < count; k++) visit(first + k, images.subarray(k * rows, (k + 1) * rows));
  }
}

/**
 * Computes the matrix of a map, row-major: entry i * columns + j of the result is A_ij.
 *
 * Cost: one product per column, rows x columns numbers. Where the matrix is needed again and again, as at each step of a
 * run, an array that is used again saves more time than the gradients of a few hundred samples take.
 *
 * @example denseOf(diagonal(Float64Array.of(1, 2))) // [1, 0, 0, 2]
 * @param into array of rows x columns numbers to write the matrix into, which is returned. Default: a new one
 * @throws {RangeError} ERR_LENGTH if `into` has another length
 */
export function denseOf(map: LinearMap, into?: Float64Array): Float64Array {
  checkMap("denseOf", map);
  const { rows, columns } = map;
  if (into !== undefined && into.length !== rows * columns) {
    throw failure("ERR_LENGTH", `denseOf: expected an array of ${rows * columns} numbers, got ${into.length}`);
  }
  const own = matrixOf(map, into);
  if (own !== undefined) return own;
  const values = into ?? new Float64Array(rows * columns);
  forEachColumn(map, (j, column) => {
    for (let i = 0; i < rows; i++) values[i * columns + j] = column[i]!;
  });
  return values;
}

/** Eigenvalues and eigenvectors of a symmetric matrix. */
export interface SymmetricEigen {
  /** Eigenvalues in ascending order. */
  readonly values: Float64Array;
  /** Eigenvectors of length one; number k is `vectors.subarray(k * n, (k + 1) * n)`. */
  readonly vectors: Float64Array;
}

/**
 * Computes all eigenvalues and eigenvectors of a symmetric map, or of the symmetric part of an n x n row-major matrix.
 *
 * The matrix is made tridiagonal. Then the machine's LAPACK divides and conquers, or QL (ml-matrix) iterates, for small
 * n and where there is no LAPACK. A matrix times a power of two has the same eigenvectors and the eigenvalues times that
 * power, to the last bit, wherever they are normal numbers.
 *
 * Cost: n products for a map, 4 to 9 n^3 operations, 3 n^2 numbers.
 *
 * @example symmetricEigen(Float64Array.of(0, 1, 1, 0)).values // [-1, 1]
 * @throws {TypeError} ERR_NOT_SYMMETRIC for a map that is not declared symmetric
 * @throws {RangeError} ERR_LENGTH for a matrix that is not square, ERR_NOT_FINITE if an entry is NaN or infinite
 */
export function symmetricEigen(matrix: Float64Array | LinearMap): SymmetricEigen {
  if (!(matrix instanceof Float64Array)) checkMap("symmetricEigen", matrix);
  const isDense = matrix instanceof Float64Array;
  if (!isDense && !matrix.symmetric) {
    throw failure("ERR_NOT_SYMMETRIC", "symmetricEigen: expected a symmetric map, got one with symmetric: false");
  }
  const n = isDense ? Math.round(Math.sqrt(matrix.length)) : matrix.rows;
  const values = isDense ? matrix : denseOf(matrix);
  if (n * n !== values.length) {
    throw failure("ERR_LENGTH", `symmetricEigen: expected n x n values, got ${values.length}`);
  }
  const entries = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      // The entries are halved before they are added, since the sum of two large ones may overflow.
      const entry = values[i * n + j]! / 2 + values[j * n + i]! / 2;
      if (!Number.isFinite(entry)) {
        throw failure("ERR_NOT_FINITE", `symmetricEigen: expected finite entries, got ${entry} at (${i}, ${j})`);
      }
      entries[i * n + j] = entry;
      entries[j * n + i] = entry;
    }
  }
  const { scaled, unit } = unitScale(entries);
  const { values: found, vectors } = lapackEigen(scaled, n) ?? ownEigen(scaled, n);
  return { values: found.map((value) => value * unit), vectors };
}

/** Entries below this size, beside a largest one of about 1, change no eigenvalue. */
const negligible = 2 ** -500;

/** The same by ml-matrix, whose QL divides by subnormal numbers, so that such entries count as 0. */
function ownEigen(matrix: Float64Array, n: number): SymmetricEigen {
  const dense = Matrix.from1DArray(
    n,
    n,
    matrix.map((entry) => (Math.abs(entry) < negligible ? 0 : entry)),
  );
  const decomposition = new EigenvalueDecomposition(dense, { assumeSymmetric: true });
  const found = decomposition.realEigenvalues;
  const order = Array.from(found, (_, k) => k).sort((a, b) => found[a]! - found[b]!);
  const columns = decomposition.eigenvectorMatrix;
  const vectors = new Float64Array(n * n);
  order.forEach((from, k) => {
    for (let i = 0; i < n; i++) vectors[k * n + i] = columns.get(i, from);
  });
  return { values: Float64Array.from(order, (from) => found[from]!), vectors };
}

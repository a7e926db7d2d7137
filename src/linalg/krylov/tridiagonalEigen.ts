import { list } from "../../arguments.ts";
import { failure } from "../../errors.ts";
import { checkOption } from "../../options.ts";
import { hypotenuse, isFiniteVector } from "../vector.ts";

/** Eigenvalues of a tridiagonal matrix, and rows of the matrix whose columns are its eigenvectors. */
export interface TridiagonalEigen {
  /** Eigenvalues in ascending order. */
  readonly values: Float64Array;
  /** Rows that were asked for. Entry k of each belongs to eigenvalue k. */
  readonly rows: readonly Float64Array[];
}

/** Number of sweeps of QL that an eigenvalue may take. Two or three are usual. */
const maxSweeps = 60;

/**
 * Computes the eigenvalues of a symmetric tridiagonal matrix, and on demand rows of the matrix of its eigenvectors.
 *
 * The method is implicit QL with Wilkinson's shift [1]. The first row gives the weights of Gauss quadrature, the last
 * one the residuals of Ritz values.
 *
 * Cost: of the order of m^2 operations for no rows, about twice that for `ends`, about 3 m^3 for `all`.
 *
 * @example tridiagonalEigen([0, 0], [1]).values // [-1, 1]
 * @param diagonal m numbers
 * @param off m - 1 numbers beside the diagonal; further ones are ignored
 * @param rows which rows to compute: `none`, the first and the last (`ends`), or `all`. Default `none`
 * @throws {RangeError} ERR_LENGTH for too few numbers beside the diagonal, ERR_NOT_FINITE for NaN or infinities
 * @see [1] Dubrulle, Martin and Wilkinson, "The implicit QL algorithm", Numer. Math. 12, 1968, doi:10.1007/BF02165404
 */
export function tridiagonalEigen(
  diagonal: ArrayLike<number>,
  off: ArrayLike<number>,
  rows: "none" | "ends" | "all" = "none",
): TridiagonalEigen {
  checkOption("tridiagonalEigen", "diagonal", diagonal, list);
  checkOption("tridiagonalEigen", "off", off, list);
  const m = diagonal.length;
  if (off.length < m - 1) {
    throw failure(
      "ERR_LENGTH",
      `tridiagonalEigen: expected ${m - 1} numbers beside a diagonal of ${m}, got ${off.length}`,
    );
  }
  const [d, e] = [new Float64Array(m), new Float64Array(m)];
  for (let i = 0; i < m; i++) d[i] = diagonal[i]!;
  for (let i = 0; i + 1 < m; i++) e[i] = off[i]!;
  if (!(isFiniteVector(d) && isFiniteVector(e))) {
    throw failure("ERR_NOT_FINITE", "tridiagonalEigen: expected finite numbers, got NaN or an infinity");
  }
  const kept = keptRows(m, rows);
  for (let l = 0; l < m; l++) diagonalise(d, e, kept, l);
  const order = Array.from(d.keys()).sort((a, b) => d[a]! - d[b]!);
  return { values: inOrder(d, order), rows: kept.map((row) => inOrder(row, order)) };
}

function inOrder(numbers: Float64Array, order: readonly number[]): Float64Array {
  const ordered = new Float64Array(order.length);
  for (let i = 0; i < order.length; i++) ordered[i] = numbers[order[i]!]!;
  return ordered;
}

function keptRows(m: number, rows: "none" | "ends" | "all"): Float64Array[] {
  const unit = (at: number): Float64Array => {
    const row = new Float64Array(m);
    row[at] = 1;
    return row;
  };
  if (rows === "none") return [];
  return rows === "ends" ? [unit(0), unit(m - 1)] : Array.from({ length: m }, (_, at) => unit(at));
}

/** Makes QL sweeps until entry l is decoupled from the rest. */
function diagonalise(d: Float64Array, e: Float64Array, kept: readonly Float64Array[], l: number): void {
  const m = d.length;
  for (let sweep = 0; ; sweep++) {
    let end = l;
    for (; end + 1 < m; end++) {
      const size = Math.abs(d[end]!) + Math.abs(d[end + 1]!);
      if (Math.abs(e[end]!) <= Number.EPSILON * size || Math.abs(e[end]!) < Number.MIN_VALUE) break;
    }
    if (end === l) return;
    if (sweep === maxSweeps) {
      throw failure("ERR_NOT_FINITE", "internal: tridiagonalEigen did not converge");
    }
    let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
    let r = hypotenuse(g, 1);
    g = d[end]! - d[l]! + e[l]! / (g + (g < 0 ? -r : r));
    let s = 1;
    let c = 1;
    let p = 0;
    let i = end - 1;
    for (; i >= l; i--) {
      const f = s * e[i]!;
      const b = c * e[i]!;
      r = hypotenuse(f, g);
      e[i + 1] = r;
      if (r === 0) {
        // By underflow the matrix has split here.
        d[i + 1] = d[i + 1]! - p;
        e[end] = 0;
        break;
      }
      s = f / r;
      c = g / r;
      g = d[i + 1]! - p;
      r = (d[i]! - g) * s + 2 * c * b;
      p = s * r;
      d[i + 1] = g + p;
      g = c * r - b;
      for (const row of kept) {
        const z = row[i + 1]!;
        row[i + 1] = s * row[i]! + c * z;
        row[i] = c * row[i]! - s * z;
      }
    }
    if (r === 0 && i >= l) continue;
    d[l] = d[l]! - p;
    e[l] = g;
    e[end] = 0;
  }
}

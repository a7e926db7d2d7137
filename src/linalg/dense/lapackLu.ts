import { lapackRoutine } from "./lapack.ts";

/** Factors of a matrix by LAPACK. */
interface LapackLu {
  /** Diagonal of U, whose product is the determinant up to its sign. */
  readonly pivots: Float64Array;
  /** Whether the rows were exchanged an odd number of times. */
  readonly odd: boolean;
  /** Solves A x = b, where no pivot is zero. */
  solve(b: Float64Array): Float64Array;
}

/** Size below which the calls cost more than the elimination saves. */
const leastSize = 48;
/** Sizes of pivots with which LAPACK's results are trusted: it multiplies by their reciprocals, which may overflow. */
const [leastPivot, greatestPivot] = [2 ** -1000, 2 ** 1000];

/**
 * Factors an n x n row-major matrix by the machine's LAPACK (dgetrf).
 *
 * LAPACK takes the rows for columns, so that it factors A^T, and the solve is with the transpose of that.
 *
 * @returns undefined for a small matrix, without LAPACK, where this thread computes portably, or for pivots near the ends of
 *   the range of numbers
 */
export function lapackLu(matrix: Float64Array, n: number): LapackLu | undefined {
  if (n < leastSize) return undefined;
  const [factor, solver] = [lapackRoutine("dgetrf", 6), lapackRoutine("dgetrs", 9)];
  if (factor === undefined || solver === undefined) return undefined;
  const entries = matrix.slice();
  const order = factor.integers(n);
  // A negative info names a wrong argument, of which there is none; a positive one a pivot that is zero.
  if (factor.call(n, n, entries, n, order) < 0) return undefined;
  const pivots = Float64Array.from({ length: n }, (_, i) => entries[i * n + i]!);
  const isTrusted = (size: number): boolean => size === 0 || (size >= leastPivot && size <= greatestPivot);
  if (!pivots.every((pivot) => isTrusted(Math.abs(pivot)))) return undefined;
  let odd = false;
  for (let i = 0; i < n; i++) if (Number(order[i]) !== i + 1) odd = !odd;
  return {
    pivots,
    odd,
    solve(b) {
      const x = b.slice();
      solver.call("T", n, 1, entries, n, order, x, n);
      return x;
    },
  };
}

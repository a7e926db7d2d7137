import { failure } from "../../errors.ts";
import { checkNumbers } from "../arguments.ts";
import { checkRightSide } from "./rightSide.ts";

/** Numbers of negative, zero and positive eigenvalues. */
export interface Inertia {
  readonly negative: number;
  readonly zero: number;
  readonly positive: number;
}

/** Factors P A P^T = L D L^T of a symmetric matrix A, where D has blocks of one or two rows. */
export interface SymmetricFactor {
  /** Inertia of A, which by Sylvester's law is that of D. `zero` counts pivots that are exactly zero. */
  readonly inertia: Inertia;
  /** Solves A x = b; undefined if a pivot is exactly zero. */
  solve(b: Float64Array): Float64Array | undefined;
}

/** Bunch and Kaufman's constant, which bounds the growth of entries. */
const alpha = (1 + Math.sqrt(17)) / 8;

/**
 * Factors A - shift I for a symmetric n x n row-major matrix A by Bunch and Kaufman's partial pivoting [1].
 *
 * Only the lower triangle of A is read. `inertia.negative` is the number of eigenvalues of A below the shift, so one
 * factorisation counts them without computing them. The factorisation is backward stable: the counts are exact for a
 * matrix that differs by about n epsilon ||A||, so eigenvalues nearer than this to the shift may be counted on either
 * side.
 *
 * Cost: n^3 / 3 operations and one copy, and 2 n^2 operations per solve.
 *
 * @example symmetricFactor(Float64Array.of(0, 1, 1, 0)).inertia // { negative: 1, zero: 0, positive: 1 }
 * @param shift number whose multiple of the identity is subtracted. Default 0
 * @throws {RangeError} ERR_LENGTH for a matrix that is not square, ERR_NOT_FINITE if an entry is NaN or infinite
 * @see [1] Bunch and Kaufman, "Some stable methods for calculating inertia and solving symmetric linear systems", Math.
 *   Comp. 31, 1977, doi:10.1090/S0025-5718-1977-0428694-0
 */
export function symmetricFactor(matrix: Float64Array, shift = 0): SymmetricFactor {
  checkNumbers("symmetricFactor", "matrix", matrix);
  const rows = lowerRows(matrix, shift);
  const n = rows.length;
  /** For each step its place, the row that it was swapped with, and whether its block has two rows. */
  const pivots: { readonly at: number; readonly swapped: number; readonly two: boolean }[] = [];
  let negative = 0;
  let zero = 0;
  for (let k = 0; k < n; ) {
    const { at, two } = pivotOf(rows, k);
    const own = two ? k + 1 : k;
    if (at !== own) swap(rows, k, own, at);
    pivots.push({ at: k, swapped: at, two });
    if (two) {
      // Blocks of two rows are always indefinite.
      negative++;
      eliminateTwo(rows, k);
      k += 2;
    } else {
      const d = rows[k]![k]!;
      if (d < 0) negative++;
      else if (d === 0) zero++;
      if (d !== 0) eliminateOne(rows, k);
      k++;
    }
  }
  return {
    inertia: { negative, zero, positive: n - negative - zero },
    solve(b) {
      checkRightSide("symmetricFactor", b, n);
      if (zero > 0) return undefined;
      const x = b.slice();
      for (const { at: k, swapped, two } of pivots) forward(rows, x, k, swapped, two);
      for (const { at: k, swapped, two } of pivots.slice().reverse()) backward(rows, x, k, swapped, two);
      return x;
    },
  };
}

type Rows = readonly Float64Array[];

/** Copies the lower triangle of A - shift I, row by row. */
function lowerRows(matrix: Float64Array, shift: number): Rows {
  const n = Math.round(Math.sqrt(matrix.length));
  if (n * n !== matrix.length) {
    throw failure("ERR_LENGTH", `symmetricFactor: expected n x n values, got ${matrix.length}`);
  }
  return Array.from({ length: n }, (_, i) => {
    const row = matrix.slice(i * n, i * n + i + 1);
    row[i] = row[i]! - shift;
    const bad = row.findIndex((entry) => !Number.isFinite(entry));
    if (bad >= 0) {
      throw failure("ERR_NOT_FINITE", `symmetricFactor: expected finite entries, got ${row[bad]} at (${i}, ${bad})`);
    }
    return row;
  });
}

/** Chooses the diagonal entry or block that is eliminated next. */
function pivotOf(rows: Rows, k: number): { readonly at: number; readonly two: boolean } {
  const n = rows.length;
  const head = Math.abs(rows[k]![k]!);
  let below = k;
  let largest = 0;
  for (let i = k + 1; i < n; i++) {
    const size = Math.abs(rows[i]![k]!);
    if (size > largest) {
      largest = size;
      below = i;
    }
  }
  if (head >= alpha * largest) return { at: k, two: false };
  let row = 0;
  for (let j = k; j < below; j++) row = Math.max(row, Math.abs(rows[below]![j]!));
  for (let i = below + 1; i < n; i++) row = Math.max(row, Math.abs(rows[i]![below]!));
  if (head >= alpha * largest * (largest / row)) return { at: k, two: false };
  if (Math.abs(rows[below]![below]!) >= alpha * row) return { at: below, two: false };
  return { at: below, two: true };
}

/** Swaps rows and columns a < b of the part that is left from column k on. */
function swap(rows: Rows, k: number, a: number, b: number): void {
  const n = rows.length;
  const rowA = rows[a]!;
  const rowB = rows[b]!;
  for (let i = b + 1; i < n; i++) exchange(rows[i]!, a, rows[i]!, b);
  for (let j = a + 1; j < b; j++) exchange(rows[j]!, a, rowB, j);
  exchange(rowA, a, rowB, b);
  if (a !== k) exchange(rowA, k, rowB, k);
}

function exchange(x: Float64Array, i: number, y: Float64Array, j: number): void {
  const kept = x[i]!;
  x[i] = y[j]!;
  y[j] = kept;
}

/** Eliminates column k, which holds l d: A <- A - l d l^T. */
function eliminateOne(rows: Rows, k: number): void {
  const n = rows.length;
  const d = rows[k]![k]!;
  const column = new Float64Array(n);
  for (let i = k + 1; i < n; i++) column[i] = rows[i]![k]!;
  for (let i = k + 1; i < n; i++) {
    const row = rows[i]!;
    const factor = column[i]! / d;
    row[k] = factor;
    if (factor === 0) continue;
    for (let j = k + 1; j <= i; j++) row[j] = row[j]! - factor * column[j]!;
  }
}

/** Eliminates the block of rows k and k + 1. */
function eliminateTwo(rows: Rows, k: number): void {
  const n = rows.length;
  const [a, b] = solverOf(rows, k);
  const first = new Float64Array(n);
  const second = new Float64Array(n);
  for (let i = k + 2; i < n; i++) {
    first[i] = rows[i]![k]!;
    second[i] = rows[i]![k + 1]!;
  }
  for (let i = k + 2; i < n; i++) {
    const row = rows[i]!;
    const l1 = a(first[i]!, second[i]!);
    const l2 = b(first[i]!, second[i]!);
    for (let j = k + 2; j <= i; j++) row[j] = row[j]! - l1 * first[j]! - l2 * second[j]!;
    row[k] = l1;
    row[k + 1] = l2;
  }
}

type Two = (p: number, q: number) => number;

/** Gives both components of the solution of the 2 x 2 block, scaled by its largest entry, which is off the diagonal. */
function solverOf(rows: Rows, k: number): readonly [Two, Two] {
  const off = rows[k + 1]![k]!;
  const d1 = rows[k + 1]![k + 1]! / off;
  const d2 = rows[k]![k]! / off;
  const t = 1 / (d1 * d2 - 1) / off;
  return [(p, q) => t * (d1 * p - q), (p, q) => t * (d2 * q - p)];
}

/** Applies one step of D^-1 L^-1 P to x. */
function forward(rows: Rows, x: Float64Array, k: number, swapped: number, two: boolean): void {
  const n = rows.length;
  exchange(x, two ? k + 1 : k, x, swapped);
  const p = x[k]!;
  if (!two) {
    for (let i = k + 1; i < n; i++) x[i] = x[i]! - rows[i]![k]! * p;
    x[k] = p / rows[k]![k]!;
    return;
  }
  const q = x[k + 1]!;
  for (let i = k + 2; i < n; i++) x[i] = x[i]! - rows[i]![k]! * p - rows[i]![k + 1]! * q;
  const [a, b] = solverOf(rows, k);
  x[k] = a(p, q);
  x[k + 1] = b(p, q);
}

/** Applies one step of P^T L^-T to x. */
function backward(rows: Rows, x: Float64Array, k: number, swapped: number, two: boolean): void {
  const n = rows.length;
  for (const column of two ? [k, k + 1] : [k]) {
    let sum = x[column]!;
    for (let i = two ? k + 2 : k + 1; i < n; i++) sum -= rows[i]![column]! * x[i]!;
    x[column] = sum;
  }
  exchange(x, two ? k + 1 : k, x, swapped);
}

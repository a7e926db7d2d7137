/**
 * N = Q R for the columns N of an active set: Q orthonormal, R upper triangular; columns come at the end and leave anywhere.
 *
 * Gram-Schmidt with one reorthogonalisation, Givens rotations for removal. Cost: O(n k) a change, n k numbers.
 */
import { hypotenuse } from "../../linalg/vector.ts";

export class OrthonormalFactor {
  /** The columns of Q. */
  readonly basis: Float64Array[] = [];
  /** The columns of R, column k of length k + 1 or more. */
  readonly #triangle: Float64Array[] = [];
  readonly #rows: number;

  constructor(rows: number) {
    this.#rows = rows;
  }

  get count(): number {
    return this.basis.length;
  }

  /** Splits a vector: `across` <- its part orthogonal to Q; the result is Q^T vector. */
  split(vector: Float64Array, across: Float64Array): Float64Array {
    const along = new Float64Array(this.count);
    across.set(vector);
    for (let pass = 0; pass < 2; pass++) {
      for (const [k, q] of this.basis.entries()) {
        let part = 0;
        for (let i = 0; i < this.#rows; i++) part += q[i]! * across[i]!;
        for (let i = 0; i < this.#rows; i++) across[i] = across[i]! - part * q[i]!;
        along[k] = along[k]! + part;
      }
    }
    return along;
  }

  /** Takes a column in if more than `tolerance` of it lies across the others; says whether it did. */
  add(column: Float64Array, tolerance: number): boolean {
    const across = new Float64Array(this.#rows);
    const along = this.split(column, across);
    let square = 0;
    for (const x of across) square += x * x;
    const length = Math.sqrt(square);
    if (!(length > tolerance)) return false;
    for (let i = 0; i < this.#rows; i++) across[i] = across[i]! / length;
    this.basis.push(across);
    this.#triangle.push(Float64Array.of(...along, length));
    return true;
  }

  /** Removes column `place` of N. */
  remove(place: number): void {
    this.#triangle.splice(place, 1);
    const last = this.basis.length - 1;
    for (let k = place; k < last; k++) {
      // Rotates rows k and k + 1 so that column k, which was column k + 1, becomes triangular again.
      const column = this.#triangle[k]!;
      const [a, b] = [column[k]!, column[k + 1]!];
      const length = hypotenuse(a, b);
      const [c, s] = [a / length, b / length];
      for (let j = k; j < last; j++) {
        const other = this.#triangle[j]!;
        const [x, y] = [other[k]!, other[k + 1]!];
        other[k] = c * x + s * y;
        other[k + 1] = c * y - s * x;
      }
      const [p, q] = [this.basis[k]!, this.basis[k + 1]!];
      for (let i = 0; i < this.#rows; i++) {
        const [x, y] = [p[i]!, q[i]!];
        p[i] = c * x + s * y;
        q[i] = c * y - s * x;
      }
    }
    this.basis.pop();
  }

  /** R^-1 right, in place. */
  solve(right: Float64Array): Float64Array {
    for (let k = this.count - 1; k >= 0; k--) {
      const column = this.#triangle[k]!;
      const x = right[k]! / column[k]!;
      right[k] = x;
      for (let i = 0; i < k; i++) right[i] = right[i]! - x * column[i]!;
    }
    return right;
  }

  /** R^-T right, in place. */
  solveTranspose(right: Float64Array): Float64Array {
    for (let k = 0; k < this.count; k++) {
      const column = this.#triangle[k]!;
      let sum = right[k]!;
      for (let i = 0; i < k; i++) sum -= column[i]! * right[i]!;
      right[k] = sum / column[k]!;
    }
    return right;
  }
}

import { hypotenuse } from "../../linalg/vector.ts";

/**
 * The factorisation N = Q R of the columns N of an active set, Q orthonormal and R upper triangular. Columns are added
 * at the end and may leave from any place.
 *
 * It uses Gram-Schmidt with one reorthogonalisation, and Givens rotations for removal.
 *
 * Cost: O(n k) per change; n k numbers.
 */
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

  /** Splits a vector: writes its part orthogonal to Q into `across` and returns Q^T vector. */
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

  /** Adds a column if a part longer than `tolerance` lies across the others. Returns whether it did. */
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
      // Column k was column k + 1: a rotation of the rows k and k + 1 makes it triangular again.
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

  /** Computes R^-1 right in place. */
  solve(right: Float64Array): Float64Array {
    for (let k = this.count - 1; k >= 0; k--) {
      const column = this.#triangle[k]!;
      const x = right[k]! / column[k]!;
      right[k] = x;
      for (let i = 0; i < k; i++) right[i] = right[i]! - x * column[i]!;
    }
    return right;
  }

  /** Computes R^-T right in place. */
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

import { dot } from "../vector.ts";

/** Most sweeps over all pairs; six to ten are usual. */
const mostSweeps = 40;
const epsilon = 2 ** -52;
/** Columns of this length and less, beside entries near 1, count as zero: their squares lose digits to underflow. */
export const negligibleLength = 2 ** -480;
const negligibleSquare = 2 ** -960;

/**
 * Rotates the columns of a square matrix, which lie one after the other, until they are orthogonal: one-sided Jacobi.
 * With W the product of the rotations, A W = U diag(sigma), whose columns replace those of A [1].
 *
 * The columns are orthogonal relative to their lengths, so directions of small singular values are as orthogonal as
 * those of large ones. Entries should be near 1 in size. Cost: 3 n^3 operations per sweep, fewer in the last ones.
 *
 * @see [1] Drmac and Veselic, "New fast and accurate Jacobi SVD algorithm", SIAM J. Matrix Anal. Appl. 29, 2008
 */
export function orthogonaliseColumns(columns: Float64Array, n: number): void {
  const tolerance = epsilon * Math.sqrt(n);
  const squares = new Float64Array(n);
  const column = Array.from({ length: n }, (_, j) => columns.subarray(j * n, (j + 1) * n));
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    for (let j = 0; j < n; j++) squares[j] = dot(column[j]!, column[j]!);
    let rotated = false;
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const [a, b] = [squares[i]!, squares[j]!];
        if (a <= negligibleSquare || b <= negligibleSquare) continue;
        const c = dot(column[i]!, column[j]!);
        if (Math.abs(c) <= tolerance * Math.sqrt(a) * Math.sqrt(b)) continue;
        rotated = true;
        const zeta = (b - a) / (2 * c);
        const t =
          Math.abs(zeta) > 2 ** 500 ? 0.5 / zeta : (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const cosine = 1 / Math.sqrt(1 + t * t);
        rotate(column[i]!, column[j]!, cosine, cosine * t);
        // The formula loses all digits of a square that becomes small beside what it was.
        squares[i] = a - t * c > a / 8 ? a - t * c : dot(column[i]!, column[i]!);
        squares[j] = b + t * c > b / 8 ? b + t * c : dot(column[j]!, column[j]!);
      }
    }
    if (!rotated) return;
  }
}

/** Rutishauser's form of a rotation: where the angle is small, so is the error. */
function rotate(x: Float64Array, y: Float64Array, cosine: number, sine: number): void {
  const half = sine / (1 + cosine);
  for (let l = 0; l < x.length; l++) {
    const p = x[l]!;
    const q = y[l]!;
    x[l] = p - sine * (q + half * p);
    y[l] = q + sine * (p - half * q);
  }
}

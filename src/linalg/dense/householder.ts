import { axpy, dot } from "../vector.ts";

/** A QR factorisation A = Q R of a tall matrix by reflections. */
interface Reflections {
  /** Number of rows of A. */
  readonly rows: number;
  /** Number of columns of A, at most that of rows. */
  readonly columns: number;
  /** R, row-major, columns x columns, upper triangular; entries on its diagonal may be negative. */
  readonly triangle: Float64Array;
  /** Order in which the columns of A were taken: column k of A P is column `order[k]` of A. */
  readonly order: Int32Array;
  /** Computes v <- Q v for a vector of `rows` numbers. */
  readonly applyQ: (v: Float64Array) => void;
}

/**
 * Factors a matrix whose columns lie one after the other, m x k with m >= k: A P = Q R. The columns are overwritten.
 *
 * With `pivot` the longest of the columns that are left comes next, so that the diagonal of R falls. Entries should be
 * near 1 in size, since squares are taken.
 *
 * Cost: 2 m k^2 operations; `pivot` adds a third.
 */
export function reflections(columns: Float64Array, m: number, k: number, pivot = false): Reflections {
  const factors = new Float64Array(k);
  const order = Int32Array.from({ length: k }, (_, j) => j);
  const places = Int32Array.from(order);
  const column = (j: number): Float64Array => columns.subarray(places[j]! * m, (places[j]! + 1) * m);
  for (let j = 0; j < k; j++) {
    if (pivot) {
      let [best, most] = [j, -1];
      for (let l = j; l < k; l++) {
        const rest = column(l).subarray(j);
        const square = dot(rest, rest);
        if (square > most) [best, most] = [l, square];
      }
      [places[j], places[best]] = [places[best]!, places[j]!];
    }
    const own = column(j).subarray(j);
    const length = Math.sqrt(dot(own, own));
    if (length === 0) continue;
    // The sign avoids a cancellation in the first entry.
    const alpha = own[0]! > 0 ? -length : length;
    const first = own[0]! - alpha;
    for (let i = 1; i < own.length; i++) own[i] = own[i]! / first;
    own[0] = 1;
    // I - factor v v^T maps the column to alpha e_1.
    factors[j] = -first / alpha;
    for (let l = j + 1; l < k; l++) {
      const rest = column(l).subarray(j);
      axpy(-factors[j]! * dot(own, rest), own, rest);
    }
    // The reflection's vector stays below; its first entry, 1, gives its place to the diagonal of R.
    own[0] = alpha;
  }
  order.set(places);
  const triangle = new Float64Array(k * k);
  for (let j = 0; j < k; j++) for (let i = 0; i <= j; i++) triangle[i * k + j] = column(j)[i]!;
  return {
    rows: m,
    columns: k,
    triangle,
    order,
    applyQ(v) {
      for (let j = k - 1; j >= 0; j--) {
        if (factors[j] === 0) continue;
        const own = column(j).subarray(j);
        const rest = v.subarray(j);
        own[0] = 1;
        axpy(-factors[j]! * dot(own, rest), own, rest);
        own[0] = triangle[j * k + j]!;
      }
    },
  };
}

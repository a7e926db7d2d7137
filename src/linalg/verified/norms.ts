import { unitOf } from "../../elementary/index.ts";
import { type Enclosure, small, tiny, u, up } from "./enclosure.ts";
import { checkSize, enclosureOf, verifiedProduct } from "./verifiedProduct.ts";

/** Undoes a division by a power of two. A result that is subnormal must not be rounded down. */
function scaledBack(value: number, scale: number): number {
  const result = value * scale;
  return result > small ? result : result + tiny;
}

/**
 * Bounds the Euclidean norm of a vector from above: of every vector within the radii of an enclosure, or of numbers
 * themselves.
 *
 * @example console.log(vectorNormBound(Float64Array.of(3, 4)) - 5 < 1e-14); // true
 * @returns Infinity if an entry is unknown or not a number
 * @throws {TypeError} ERR_OPTION_TYPE if it is neither
 */
export function vectorNormBound(vector: Enclosure | Float64Array): number {
  const { mid, rad } = enclosureOf("vectorNormBound", vector);
  let largest = 0;
  const sizes = mid.map((value, i) => (Math.abs(value) + rad[i]!) * up);
  for (const size of sizes) {
    if (!(size < Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, size);
  }
  if (largest === 0) return 0;
  const scale = unitOf(largest);
  let sum = 0;
  for (const size of sizes) sum += (size / scale) ** 2;
  // Squares that underflow add less than n times `tiny`.
  return scaledBack(Math.sqrt((sum + mid.length * tiny) * (1 + (2 * mid.length + 16) * u)) * up, scale);
}

/** Number of steps of power iteration after which the bound is taken as it is. */
const mostSteps = 40;

/**
 * Bounds the 2-norm of a matrix from above: of every matrix within the radii of an enclosure, or of numbers themselves.
 *
 * With B = |mid| + rad, entry by entry, ||A||_2 <= ||B||_2, and for every positive vector x the theorem of Collatz and
 * Wielandt gives ||B||_2^2 <= max_i (B^T B x)_i / x_i. The vector comes from power iteration; every x gives a bound, so
 * rounding is enlarged for, not analysed. Cost: two products with B per step, 40 steps at most.
 *
 * @example console.log(norm2Bound(Float64Array.of(0, 2, 1, 0), 2, 2) - 2 < 1e-6); // true
 * @param rows number of rows
 * @param columns number of columns
 * @returns Infinity if an entry is unknown or not a number
 * @throws {TypeError} ERR_OPTION_TYPE if it is neither
 * @throws {RangeError} ERR_LENGTH if it has another number of entries
 */
export function norm2Bound(matrix: Enclosure | Float64Array, rows: number, columns: number): number {
  const { mid, rad } = enclosureOf("norm2Bound", matrix);
  checkSize("norm2Bound", mid, rows, columns);
  const sizes = new Float64Array(rows * columns);
  let largest = 0;
  for (let i = 0; i < sizes.length; i++) {
    sizes[i] = (Math.abs(mid[i]!) + rad[i]!) * up;
    if (!(sizes[i]! < Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, sizes[i]!);
  }
  if (largest === 0) return 0;
  const scale = unitOf(largest);
  for (let i = 0; i < sizes.length; i++) sizes[i] = sizes[i]! / scale + tiny;
  const more = 1 + (2 * (rows + columns) + 16) * u;
  let x = new Float64Array(columns).fill(1);
  let best = Number.POSITIVE_INFINITY;
  for (let step = 0; step < mostSteps; step++) {
    const w = normalProduct(sizes, rows, columns, x);
    let most = 0;
    let size = 0;
    for (let j = 0; j < columns; j++) {
      most = Math.max(most, w[j]! / x[j]!);
      size = Math.max(size, w[j]!);
    }
    const before = best;
    best = Math.min(best, most * more);
    if (best > before * (1 - 1e-6)) break;
    // No entry may become 0, nor so small that its quotient decides.
    x = w.map((value) => value / size + 1e-12);
  }
  return scaledBack(Math.sqrt(best) * up, scale);
}

/** Computes B^T B x, all of whose numbers are positive, row by row. */
function normalProduct(b: Float64Array, rows: number, columns: number, x: Float64Array): Float64Array {
  const out = new Float64Array(columns);
  for (let i = 0, row = 0; i < rows; i++, row += columns) {
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += b[row + j]! * x[j]!;
    for (let j = 0; j < columns; j++) out[j] = out[j]! + b[row + j]! * sum;
  }
  return out;
}

/**
 * Bounds ||I - Q Q^T||_2 from above, where the rows of Q are `count` vectors of length `dimension`. Below 1, they are
 * linearly independent; at 1e-8, every singular value of Q lies within 1e-8 of 1.
 *
 * @example console.log(orthonormalityBound(Float64Array.of(0.6, 0.8, -0.8, 0.6), 2, 2) < 1e-14); // true
 * @param rows the vectors, one after the other, as numbers or with radii
 * @throws {TypeError} ERR_OPTION_TYPE if they are neither
 * @throws {RangeError} ERR_LENGTH if they are not so many numbers
 */
export function orthonormalityBound(rows: Enclosure | Float64Array, count: number, dimension: number): number {
  const q = enclosureOf("orthonormalityBound", rows);
  checkSize("orthonormalityBound", q.mid, count, dimension);
  const { mid, rad } = verifiedProduct(q, q, count, dimension, count, { transposeB: true });
  for (let i = 0; i < count; i++) {
    const at = i * count + i;
    const value = mid[at]! - 1;
    rad[at] = (rad[at]! + u * Math.abs(value)) * up;
    mid[at] = value;
  }
  return norm2Bound({ mid, rad }, count, count);
}

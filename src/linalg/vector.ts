/** The few loops over dense float64 vectors that the rooms share. They do not check lengths; callers have done so. */
import { unitOf } from "../elementary/index.ts";
import { sharedKernels, vectorised } from "./vectorMemory.ts";

/*
 * The loops below take four entries per turn. In each turn of a loop V8 checks anew what kind of array it has and where
 * the numbers lie, which costs more than the arithmetic; four entries per turn are 2 to 3 times faster in Node 20. The
 * four sums have four declarations, since sums destructured from an array make the loop twice as slow where V8 inlines
 * it. For vectors that lie in one WebAssembly memory SIMD kernels do all this.
 */

/**
 * Computes the inner product <a, b>.
 *
 * There are four sums, because a single one would wait for each addition. Cost: 2 n operations.
 *
 * @example dot(Float64Array.of(1, 2), Float64Array.of(3, 4)) // 11
 */
export function dot(a: Float64Array, b: Float64Array): number {
  const n = a.length;
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  let i = 0;
  const shared = sharedKernels(vectorised, a, b);
  if (shared !== undefined) {
    i = shared.count;
    first = shared.kernels.dot(a.byteOffset, b.byteOffset, i);
  }
  for (; i + 3 < n; i += 4) {
    first += a[i]! * b[i]!;
    second += a[i + 1]! * b[i + 1]!;
    third += a[i + 2]! * b[i + 2]!;
    fourth += a[i + 3]! * b[i + 3]!;
  }
  let sum = first + second + (third + fourth);
  for (; i < n; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Between these bounds a sum of squares has neither overflowed nor lost digits to underflow. */
const smallestSafeSquare = 1e-280;
const largestSafeSquare = 1e280;

/** Whether a sum of squares has neither overflowed nor lost digits to underflow, so that its root is the norm. */
export function isSafeSquare(sum: number): boolean {
  return sum > smallestSafeSquare && sum < largestSafeSquare;
}

/**
 * Computes the Euclidean norm ||a||, also where the squares of entries overflow or underflow.
 *
 * NaN among the entries gives NaN, an infinity without NaN gives Infinity. Cost: 2 n operations.
 *
 * @example norm(Float64Array.of(3e200, 4e200)) // 5e200
 */
export function norm(a: Float64Array): number {
  const sum = squaredNorm(a);
  return isSafeSquare(sum) ? Math.sqrt(sum) : scaledNorm(a);
}

/** Computes ||a|| where ||a||^2 is known already: its root, or by scaling where the sum is not safe. */
export function normFromSquare(sum: number, a: Float64Array): number {
  return isSafeSquare(sum) ? Math.sqrt(sum) : scaledNorm(a);
}

function scaledNorm(a: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const size = Math.abs(a[i]!);
    if (Number.isNaN(size)) return Number.NaN;
    if (size > largest) largest = size;
  }
  if (largest === 0 || largest === Number.POSITIVE_INFINITY) return largest;
  // Dividing by a power of two changes no digit of a result that is not subnormal. The sum has the order of that of
  // `squaredNorm`, so that the norm of a multiple by a power of two is that multiple of the norm, to the last bit.
  const unit = unitOf(largest);
  return unit * Math.sqrt(squaredNorm(a.map((x) => x / unit)));
}

/** Computes sqrt(a^2 + b^2), safe from overflow and underflow like {@link norm}. */
export function hypotenuse(a: number, b: number): number {
  const sum = a * a + b * b;
  if (isSafeSquare(sum)) return Math.sqrt(sum);
  const largest = Math.max(Math.abs(a), Math.abs(b));
  // An infinity beside NaN gives Infinity, as in IEEE 754.
  if (Math.abs(a) === Number.POSITIVE_INFINITY || Math.abs(b) === Number.POSITIVE_INFINITY) {
    return Number.POSITIVE_INFINITY;
  }
  if (!(largest > 0)) return largest;
  const unit = unitOf(largest);
  return unit * Math.sqrt((a / unit) ** 2 + (b / unit) ** 2);
}

/**
 * Adds a multiple of a vector in place: y <- y + alpha x.
 *
 * @example
 * const y = Float64Array.of(1, 1);
 * axpy(2, Float64Array.of(3, 4), y);
 * console.log(y.join(" "));
 * // 7 9
 */
export function axpy(alpha: number, x: Float64Array, y: Float64Array): void {
  addScaled(y, alpha, x, y);
}

/**
 * Scales a vector in place: a <- alpha a.
 *
 * @example
 * const a = Float64Array.of(3, 4);
 * scale(1 / norm(a), a);
 * console.log(norm(a));
 * // 1
 */
export function scale(alpha: number, a: Float64Array): void {
  const n = a.length;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    a[i] = alpha * a[i]!;
    a[i + 1] = alpha * a[i + 1]!;
    a[i + 2] = alpha * a[i + 2]!;
    a[i + 3] = alpha * a[i + 3]!;
  }
  for (; i < n; i++) a[i] = alpha * a[i]!;
}

/** Computes out <- x + alpha y; `out` may be x or y. */
export function addScaled(x: Float64Array, alpha: number, y: Float64Array, out: Float64Array): void {
  const n = out.length;
  let i = 0;
  const shared = sharedKernels(vectorised, out, x, y);
  if (shared !== undefined) {
    i = shared.count;
    shared.kernels.addScaled(x.byteOffset, alpha, y.byteOffset, out.byteOffset, i);
  }
  for (; i + 3 < n; i += 4) {
    out[i] = x[i]! + alpha * y[i]!;
    out[i + 1] = x[i + 1]! + alpha * y[i + 1]!;
    out[i + 2] = x[i + 2]! + alpha * y[i + 2]!;
    out[i + 3] = x[i + 3]! + alpha * y[i + 3]!;
  }
  for (; i < n; i++) out[i] = x[i]! + alpha * y[i]!;
}

/** Computes out <- alpha y - x; `out` may be x or y. */
export function scaledMinus(alpha: number, y: Float64Array, x: Float64Array, out: Float64Array): void {
  const n = out.length;
  let i = 0;
  const shared = sharedKernels(vectorised, out, x, y);
  if (shared !== undefined) {
    i = shared.count;
    shared.kernels.scaledMinus(alpha, y.byteOffset, x.byteOffset, out.byteOffset, i);
  }
  for (; i + 3 < n; i += 4) {
    out[i] = alpha * y[i]! - x[i]!;
    out[i + 1] = alpha * y[i + 1]! - x[i + 1]!;
    out[i + 2] = alpha * y[i + 2]! - x[i + 2]!;
    out[i + 3] = alpha * y[i + 3]! - x[i + 3]!;
  }
  for (; i < n; i++) out[i] = alpha * y[i]! - x[i]!;
}

/** Computes out <- -a; `out` may be a. */
export function negate(a: Float64Array, out: Float64Array): void {
  const n = out.length;
  let i = 0;
  const shared = sharedKernels(vectorised, out, a);
  if (shared !== undefined) {
    i = shared.count;
    shared.kernels.negate(a.byteOffset, out.byteOffset, i);
  }
  for (; i + 3 < n; i += 4) {
    out[i] = -a[i]!;
    out[i + 1] = -a[i + 1]!;
    out[i + 2] = -a[i + 2]!;
    out[i + 3] = -a[i + 3]!;
  }
  for (; i < n; i++) out[i] = -a[i]!;
}

/** Computes ||a||^2. */
export function squaredNorm(a: Float64Array): number {
  return dot(a, a);
}

/** Computes ||a - b||, also where the squares of differences overflow or underflow. */
export function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  if (isSafeSquare(sum)) return Math.sqrt(sum);
  return scaledNorm(a.map((x, i) => x - b[i]!));
}

/** Finds the largest |a_i|; NaN if an entry is NaN, 0 for an empty vector. */
export function largestEntry(a: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const size = Math.abs(a[i]!);
    if (!(size <= largest)) {
      if (Number.isNaN(size)) return size;
      largest = size;
    }
  }
  return largest;
}

/**
 * Tells whether all entries of a vector are finite.
 *
 * @example isFiniteVector(Float64Array.of(1, Number.NaN)) // false
 */
export function isFiniteVector(a: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if (!Number.isFinite(a[i]!)) return false;
  return true;
}

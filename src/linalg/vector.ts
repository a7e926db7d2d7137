/** Dense float64 vectors: the few loops that the rooms share. Lengths are the caller's promise. */

/** <a, b>. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Squares are safe from overflow and from losing digits to underflow between these bounds. */
const smallestSafeSquare = 1e-280;
const largestSafeSquare = 1e280;

/**
 * ||a||, also where the squares of its entries overflow or underflow; NaN and infinities come through.
 *
 * @example norm(Float64Array.of(3e200, 4e200)) // 5e200
 */
export function norm(a: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * a[i]!;
  return sum > smallestSafeSquare && sum < largestSafeSquare ? Math.sqrt(sum) : scaledNorm(a);
}

/** ||a||^2 is known already: its root, computed again by scaling where the sum is not safe. */
export function normFromSquare(sum: number, a: Float64Array): number {
  return sum > smallestSafeSquare && sum < largestSafeSquare ? Math.sqrt(sum) : scaledNorm(a);
}

function scaledNorm(a: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const size = Math.abs(a[i]!);
    if (Number.isNaN(size)) return Number.NaN;
    if (size > largest) largest = size;
  }
  if (largest === 0 || largest === Number.POSITIVE_INFINITY) return largest;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/** sqrt(a^2 + b^2), safe like {@link norm} and several times faster than Math.hypot. */
export function hypotenuse(a: number, b: number): number {
  const sum = a * a + b * b;
  if (sum > smallestSafeSquare && sum < largestSafeSquare) return Math.sqrt(sum);
  return Math.hypot(a, b);
}

/** y <- y + alpha x. */
export function axpy(alpha: number, x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < x.length; i++) y[i] = y[i]! + alpha * x[i]!;
}

/** a <- alpha a. */
export function scale(alpha: number, a: Float64Array): void {
  for (let i = 0; i < a.length; i++) a[i] = alpha * a[i]!;
}

/** Whether no entry is NaN or infinite. */
export function isFiniteVector(a: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if (!Number.isFinite(a[i]!)) return false;
  return true;
}

/**
 * Whether two points are equal. 0 and -0 differ, since their reciprocals do. NaN differs from itself, which costs an
 * evaluation.
 */
export function sameBits(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < b.length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    if (x !== y || (x === 0 && 1 / x !== 1 / y)) return false;
  }
  return true;
}

import { hypotenuse } from "../../vector.ts";

/** What the last call of {@link symOrtho} found. A solver reads it at once, so no call has to allocate. */
export const reflection = { c: 1, s: 0, r: 0 };

/**
 * Computes the symmetric reflection (c s; s -c) that maps (a, b) to (r, 0) with r >= 0, without overflow [1, SymOrtho].
 *
 * @see [1] Choi, "Iterative methods for singular linear equations and least-squares problems", PhD thesis, Stanford,
 *   2006
 */
export function symOrtho(a: number, b: number): void {
  const r = hypotenuse(a, b);
  if (r === 0) {
    reflection.c = 1;
    reflection.s = 0;
    reflection.r = 0;
    return;
  }
  if (r < 1e-300 || r > 1e300) {
    // Quotients of subnormal numbers have few digits, so a scaled pair is reflected.
    const size = Math.max(Math.abs(a), Math.abs(b));
    const unit = hypotenuse(a / size, b / size);
    reflection.c = a / size / unit;
    reflection.s = b / size / unit;
    reflection.r = r;
    return;
  }
  reflection.c = a / r;
  reflection.s = b / r;
  reflection.r = r;
}

import { highWord, withHighWord } from "./bits.ts";

/** ln 2 = ln2High + ln2Low; k ln2High is exact for every exponent k. */
const [ln2High, ln2Low] = [0.6931471803691238, 1.9082149292705877e-10];
/** R of log((1 + s) / (1 - s)) = 2 s + s R(s^2), from fdlibm's e_log.c. Others would change every seeded number. */
const [c1, c2, c3, c4, c5, c6, c7] = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805,
  0.15313837699209373, 0.14798198605116586,
] as const;

/**
 * Computes the natural logarithm within 1 unit in the last place.
 *
 * The formula and the order of operations are those of fdlibm, by which Node 20 computes `Math.log`.
 */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  const subnormal = x < 2.2250738585072014e-308;
  const normal = subnormal ? x * 18014398509481984 : x;
  const word = highWord(normal);
  const mantissa = word & 0xfffff;
  const carry = (mantissa + 0x95f64) & 0x100000;
  const k = (word >> 20) - 1023 + (carry >> 20) - (subnormal ? 54 : 0);
  // x = 2^k (1 + f) with sqrt(2) / 2 < 1 + f < sqrt(2).
  const f = withHighWord(normal, mantissa | (carry ^ 0x3ff00000)) - 1;
  if ((0xfffff & (2 + mantissa)) < 3) {
    // Here |f| < 2^-20.
    if (f === 0) return k === 0 ? 0 : k * ln2High + k * ln2Low;
    const r = f * f * (0.5 - 0.3333333333333333 * f);
    return k === 0 ? f - r : k * ln2High - (r - k * ln2Low - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const r = z * (c1 + w * (c3 + w * (c5 + w * c7))) + w * (c2 + w * (c4 + w * c6));
  if (((mantissa - 0x6147a) | (0x6b851 - mantissa)) > 0) {
    const half = 0.5 * f * f;
    return k === 0 ? f - (half - s * (half + r)) : k * ln2High - (half - (s * (half + r) + k * ln2Low) - f);
  }
  return k === 0 ? f - s * (f - r) : k * ln2High - (s * (f - r) - k * ln2Low - f);
}

/** Computes log(1 + x), without a loss of digits for small x. */
export function log1p(x: number): number {
  if (x === 0 || x === Number.POSITIVE_INFINITY) return x;
  const u = 1 + x;
  if (!(u > 0)) return log(u);
  // The part that rounding removed from 1 + x.
  const lost = x > 1 ? 1 - (u - x) : x - (u - 1);
  return u === 1 ? x : log(u) + lost / u;
}

/** Computes the logarithm to base 2. It is an exact integer for powers of two. */
export function log2(x: number): number {
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return log(x);
  const subnormal = x < 2.2250738585072014e-308;
  const normal = subnormal ? x * 18014398509481984 : x;
  const word = highWord(normal);
  const mantissa = word & 0xfffff;
  const carry = (mantissa + 0x95f64) & 0x100000;
  const k = (word >> 20) - 1023 + (carry >> 20) - (subnormal ? 54 : 0);
  return k + log(withHighWord(normal, mantissa | (carry ^ 0x3ff00000))) * Math.LOG2E;
}

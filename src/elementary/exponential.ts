import { powerOfTwo, scaleByPower } from "./bits.ts";
import { exponential, exponentialNear, ln2, ln2Part, rootsOfTwo } from "./coefficients.ts";
import { polynomial } from "./polynomial.ts";

/** Adding it rounds to a whole number. */
const shifter = 1.5 * 2 ** 52;
const expSeries = [0.5, ...exponential];

/**
 * e^x within 1 unit in the last place: x = (64 m + j) ln 2 / 64 + r, 2^(j / 64) from a table, e^r - 1 by a short polynomial, to which
 * what rounding took from the table is added.
 */
export function exp(x: number): number {
  if (!(x < 709.782712893384)) return x > 0 ? Number.POSITIVE_INFINITY : x;
  if (x < -745.2) return 0;
  const k = x * (64 * Math.LOG2E) + shifter - shifter;
  const r = x - k * ln2Part.head - k * ln2Part.tail;
  const j = ((k % 64) + 64) % 64;
  const p = r * r * polynomial(exponentialNear, r) + (r + rootsOfTwo[2 * j + 1]!);
  const root = rootsOfTwo[2 * j]!;
  return scaleByPower(root * p + root, (k - j) / 64);
}

/** e^x - 1, with all digits for small x. */
export function expm1(x: number): number {
  if (x === 0 || !(x < 709.782712893384)) return x > 0 ? Number.POSITIVE_INFINITY : x;
  if (x < -50) return -1;
  const k = x * Math.LOG2E + shifter - shifter;
  const r = x - k * ln2.head - k * ln2.tail;
  const small = r * r * polynomial(expSeries, r) + r;
  // e^x - 1 = 2^k (e^r - 1) + 2^k - 1, the last doubling at the end where 2^k would be infinite.
  if (k === 1024) return (small * powerOfTwo(1023) + powerOfTwo(1023)) * 2;
  const power = powerOfTwo(k);
  return small * power + (power - 1);
}

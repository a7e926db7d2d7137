import { powerOfTwo, scaleByPower } from "./bits.ts";
import { exponential, exponentialNear, ln2, ln2Part, rootsOfTwo } from "./coefficients.ts";
import { polynomial } from "./polynomial.ts";

/** Adding and subtracting this number rounds to an integer. */
const shifter = 1.5 * 2 ** 52;
const expSeries = [0.5, ...exponential];

/**
 * Computes e^x within 1 unit in the last place.
 *
 * With x = (64 m + j) ln 2 / 64 + r, e^x = 2^m 2^(j / 64) e^r. A table gives 2^(j / 64), and a short polynomial gives
 * e^r - 1, to which the rounding error of the table is added.
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

/** Computes e^x - 1, without a loss of digits for small x. */
export function expm1(x: number): number {
  if (x === 0 || !(x < 709.782712893384)) return x > 0 ? Number.POSITIVE_INFINITY : x;
  if (x < -50) return -1;
  const k = x * Math.LOG2E + shifter - shifter;
  const r = x - k * ln2.head - k * ln2.tail;
  const small = r * r * polynomial(expSeries, r) + r;
  // e^x - 1 = 2^k (e^r - 1) + 2^k - 1. Where 2^k would be infinite, the last doubling comes at the end.
  if (k === 1024) return (small * powerOfTwo(1023) + powerOfTwo(1023)) * 2;
  const power = powerOfTwo(k);
  return small * power + (power - 1);
}

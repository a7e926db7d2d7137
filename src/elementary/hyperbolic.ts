import { exp, expm1 } from "./exponential.ts";
import { log, log1p } from "./logarithm.ts";

/** Computes the hyperbolic sine within 2 units in the last place. */
export function sinh(x: number): number {
  const size = Math.abs(x);
  if (!(size > 0) || size === Number.POSITIVE_INFINITY) return x;
  const sign = x < 0 ? -0.5 : 0.5;
  if (size < 22) {
    const t = expm1(size);
    return sign * (t + t / (t + 1));
  }
  if (size < 709) return sign * exp(size);
  // e^x becomes infinite a little before e^x / 2 does.
  const root = exp(0.5 * size);
  return sign * root * root;
}

/** Computes the hyperbolic cosine within 2 units in the last place. */
export function cosh(x: number): number {
  const size = Math.abs(x);
  if (size < 22) {
    const t = exp(size);
    return 0.5 * t + 0.5 / t;
  }
  if (size < 709) return 0.5 * exp(size);
  const root = exp(0.5 * size);
  return 0.5 * root * root;
}

/** Computes the hyperbolic tangent within 2 units in the last place. */
export function tanh(x: number): number {
  const size = Math.abs(x);
  if (!(size > 0)) return x;
  if (size > 22) return x < 0 ? -1 : 1;
  const t = expm1(2 * size);
  const value = size < 1 ? t / (t + 2) : 1 - 2 / (t + 2);
  return x < 0 ? -value : value;
}

/** Computes the inverse of sinh within 2 units in the last place. */
export function asinh(x: number): number {
  const size = Math.abs(x);
  if (!(size > 0) || size === Number.POSITIVE_INFINITY) return x;
  const value = size > 2 ** 28 ? log(size) + Math.LN2 : log1p(size + (size * size) / (1 + Math.sqrt(1 + size * size)));
  return x < 0 ? -value : value;
}

/** Computes the inverse of cosh on [1, Infinity] within 2 units in the last place. */
export function acosh(x: number): number {
  if (!(x >= 1)) return Number.NaN;
  if (x > 2 ** 28) return log(x) + Math.LN2;
  const t = x - 1;
  return log1p(t + Math.sqrt(2 * t + t * t));
}

/** Computes the inverse of tanh on [-1, 1] within 2 units in the last place. */
export function atanh(x: number): number {
  const size = Math.abs(x);
  if (!(size <= 1)) return Number.NaN;
  if (size === 0) return x;
  const value = 0.5 * log1p((2 * size) / (1 - size));
  return x < 0 ? -value : value;
}

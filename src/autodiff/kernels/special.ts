/** Functions that `Math` lacks, or does not compute accurately enough for differences of them. */
import { exp, log1p } from "../../elementary/index.ts";

/** Computes 1 / (1 + e^-x) without overflow. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}

/** Computes the derivative of the sigmoid, without overflow and without a difference from 1. */
export function logisticDensity(x: number): number {
  const e = exp(-Math.abs(x));
  return e / ((1 + e) * (1 + e));
}

/** Computes log(1 + e^x) without overflow. */
export function softplus(x: number): number {
  return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

/** Rounds to the nearest integer, and halves to the even one. Zeros keep the sign. */
export function roundToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 !== 0);
  const rounded = up ? below + 1 : below;
  return rounded === 0 ? 0 * Math.sign(x) : rounded;
}

/** Means and paired differences over draws, with 95 % intervals by Student's t. */
import { cos, sin } from "../../../elementary/index.ts";

/** A mean with its 95 % interval, mean - half to mean + half. */
export interface MeanEstimate {
  /** Mean of the values. */
  readonly mean: number;
  /** Half the width of the 95 % interval; infinite for fewer than two values. */
  readonly half: number;
  /** Number of values. */
  readonly count: number;
}

/**
 * Computes the point t of Student's distribution with P(|T| <= t) = 0.95, by bisection of its closed form.
 *
 * @param freedom degrees of freedom, a positive integer
 * @see Abramowitz and Stegun, "Handbook of mathematical functions", 1964, 26.7.3 and 26.7.4
 */
function studentQuantile(freedom: number): number {
  let [low, high] = [0, Math.PI / 2];
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (studentShare(middle, freedom) < 0.95) low = middle;
    else high = middle;
  }
  const angle = (low + high) / 2;
  return (Math.sqrt(freedom) * sin(angle)) / cos(angle);
}

/** P(|T| <= t) as a function of the angle atan(t / sqrt(freedom)). */
function studentShare(angle: number, freedom: number): number {
  const [s, c] = [sin(angle), cos(angle)];
  if (freedom === 1) return (2 * angle) / Math.PI;
  const odd = freedom % 2 === 1;
  let term = odd ? c : 1;
  let sum = term;
  for (let j = odd ? 2 : 1; j <= freedom - 3; j += 2) {
    term *= (j / (j + 1)) * c * c;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + s * sum) : s * sum;
}

/** Computes the mean of values with its 95 % interval: mean +- t s / sqrt(n). */
export function meanOf(values: readonly number[]): MeanEstimate {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { mean, half: Number.POSITIVE_INFINITY, count };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, half: studentQuantile(count - 1) * Math.sqrt(squares / (count - 1) / count), count };
}

/** Computes the mean of a_i - b_i with its 95 % interval. Both have one value for each draw, in the same order. */
export function pairedDifference(a: readonly number[], b: readonly number[]): MeanEstimate {
  return meanOf(a.map((value, i) => value - b[i]!));
}

/** Writes a mean with its interval, such as `24.2+-1.2`; without one if there was a single draw. */
export function meanText({ mean, half }: MeanEstimate, { digits = 1, signed = false } = {}): string {
  // A mean that rounds to zero has no sign to tell.
  const shown = Number(mean.toFixed(digits)) === 0 ? 0 : mean;
  const sign = signed && shown >= 0 ? "+" : "";
  return `${sign}${shown.toFixed(digits)}${Number.isFinite(half) ? `+-${half.toFixed(digits)}` : ""}`;
}

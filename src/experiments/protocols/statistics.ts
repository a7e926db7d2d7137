/** Computes statistics for conclusions: fractions, medians and entropies, with confidence intervals. */
import { erf } from "../../autodiff/kernels/erf.ts";
import { exp, log2 } from "../../elementary/index.ts";
import type { RandomSource } from "../../random.ts";

/** An estimate with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const z95 = 1.959963984540054;

/**
 * Computes the fraction k / n with Wilson's interval, which is valid for small n and for fractions near 0 and 1 too.
 *
 * @see Wilson, "Probable inference, the law of succession, and statistical inference", 1927,
 *   doi:10.1080/01621459.1927.10502953
 */
export function fraction(k: number, n: number): Estimate {
  if (n === 0) return { value: Number.NaN, low: 0, high: 1 };
  const p = k / n;
  const zz = z95 ** 2 / n;
  const centre = (p + zz / 2) / (1 + zz);
  const half = (z95 * Math.sqrt((p * (1 - p)) / n + zz / (4 * n))) / (1 + zz);
  return { value: p, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** Computes the median: the middle value, or the mean of the two middle ones; NaN for no values. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Computes the Shannon entropy of counts in bits: the sum of -p log2 p with p = count / total. */
export function entropy(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / total) * log2(count / total);
  return bits;
}

/**
 * Computes a statistic of a sample, with the interval that holds 95 % of its values on resampled data (percentile
 * bootstrap).
 *
 * @param resamples number of samples drawn with replacement from the given one; default 1000
 */
export function bootstrap<T>(
  sample: readonly T[],
  statistic: (sample: readonly T[]) => number,
  random: RandomSource,
  resamples = 1000,
): Estimate {
  const values = Array.from({ length: resamples }, () =>
    statistic(sample.map(() => sample[random.integer(sample.length)]!)),
  ).sort((a, b) => a - b);
  const at = (share: number): number => values[Math.round(share * (resamples - 1))]!;
  return { value: statistic(sample), low: at(0.025), high: at(0.975) };
}

/**
 * Computes the p-value of Mann and Whitney's U test: the probability that U is at least as far from its mean as
 * observed if both samples come from one distribution. The test is two-sided, by the normal approximation with
 * corrections for ties and continuity.
 *
 * @see Mann and Whitney, "On a test of whether one of two random variables is stochastically larger than the other",
 *   1947, doi:10.1214/aoms/1177730491
 */
export function mannWhitney(a: readonly number[], b: readonly number[]): number {
  const [n, m] = [a.length, b.length];
  if (n === 0 || m === 0) return Number.NaN;
  const all = [...a.map((value) => ({ value, first: true })), ...b.map((value) => ({ value, first: false }))];
  all.sort((x, y) => x.value - y.value);
  let rankSum = 0;
  let ties = 0;
  for (let begin = 0; begin < all.length; ) {
    let end = begin;
    while (end < all.length && all[end]!.value === all[begin]!.value) end++;
    const size = end - begin;
    const rank = (begin + 1 + end) / 2;
    for (let i = begin; i < end; i++) if (all[i]!.first) rankSum += rank;
    ties += size * size * size - size;
    begin = end;
  }
  const u = rankSum - (n * (n + 1)) / 2;
  const total = n + m;
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
  if (variance === 0) return 1;
  const distance = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / Math.sqrt(variance);
  return Math.min(1, 2 * normalTail(distance));
}

/** Computes P(Z > x) of a standard normal Z, x >= 0; from 2 on by Laplace's continued fraction, as 1 - erf cancels. */
function normalTail(x: number): number {
  if (x < 2) return (1 - erf(x / Math.SQRT2)) / 2;
  let denominator = x;
  for (let k = 120; k >= 1; k--) denominator = x + k / denominator;
  return exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI) / denominator;
}

/** Writes a fraction with its interval in percent: `17 of 20, 85 % (64 to 95)`. */
export function fractionText(k: number, n: number): string {
  const { value, low, high } = fraction(k, n);
  const percent = (share: number): string => (100 * share).toFixed(0);
  return `${k} of ${n}, ${percent(value)} % (${percent(low)} to ${percent(high)})`;
}

/** Writes an estimate with its interval: `3.07 (2.93 to 3.20)`. */
export function estimateText({ value, low, high }: Estimate, digits = 2): string {
  return `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

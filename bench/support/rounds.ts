/** Rounds of a bench, repeated where the machine was slower than usual. */

/** Microseconds of CPU time that a fixed piece of arithmetic takes, about 10 ms long. */
export function probe(): number {
  const before = process.cpuUsage();
  let x = 0.5;
  for (let i = 0; i < 3_000_000; i++) x = 3.7 * x * (1 - x);
  const { user, system } = process.cpuUsage(before);
  // The result must be used, or the loop would be left out.
  return user + system + (x > 1 ? 1 : 0);
}

/** A round counts if its probes take at most this much longer than the fastest probe so far. */
const slower = 1.1;
/** Number of times that a round is repeated before it counts all the same. */
const mostRepeats = 4;

/** What the rounds of a bench gave. */
export interface Rounds<T> {
  readonly results: readonly T[];
  /** Number of rounds that were discarded. */
  readonly repeated: number;
  /** Number of rounds that count although the machine was slower. */
  readonly noisy: number;
}

/**
 * Runs rounds, and repeats those before or after which a probe was more than 10 % slower than the fastest so far.
 *
 * @param count number of rounds that count
 * @param measure runs the probe on the core where the work is done
 * @param round one round; the first two only warm up
 */
export async function steadyRounds<T>(
  count: number,
  measure: () => Promise<number> | number,
  round: (warming: boolean) => Promise<T> | T,
): Promise<Rounds<T>> {
  for (let i = 0; i < 2; i++) await round(true);
  let best = await measure();
  const results: T[] = [];
  let [repeated, noisy, tries] = [0, 0, 0];
  while (results.length < count) {
    const before = await measure();
    const result = await round(false);
    const after = await measure();
    best = Math.min(best, before, after);
    if (Math.max(before, after) <= slower * best || tries === mostRepeats) {
      if (tries === mostRepeats) noisy++;
      results.push(result);
      tries = 0;
    } else {
      repeated++;
      tries++;
    }
  }
  return { results, repeated, noisy };
}

/** The number below which a share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.round(share * (values.length - 1))]!;
}

/** First quartile, median and third quartile, as benches print them. */
export function quartiles(values: readonly number[], digits = 2): string {
  return [0.25, 0.5, 0.75].map((share) => quantile(values, share).toPrecision(digits)).join(" / ");
}

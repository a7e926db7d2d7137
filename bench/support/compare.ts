/** Shared by all benches: times cases in turn, prints a table with ratios, or JSON with `--json`. */
import { cpus, release } from "node:os";

/** One way of doing the work that a bench measures. */
export interface BenchCase {
  readonly name: string;
  /** Function that does the work `count` times before it returns. */
  readonly run: (count: number) => void;
}

export interface BenchOptions {
  readonly title: string;
  /** Name of one piece of work: "row", "iterate". */
  readonly unit: string;
  /** Cases to compare. Ratios are to the first one. */
  readonly cases: readonly BenchCase[];
  /** Number of pieces of work per round. */
  readonly count: number;
  /** Number of rounds. Default 9. */
  readonly rounds?: number;
}

export interface BenchResult {
  readonly name: string;
  /** Microseconds of CPU time per piece of work: median of the rounds. */
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** Ratio of the median to that of the first case. */
  readonly ratio: number;
}

/**
 * Times every case in every round, so that a machine that slows down slows all of them. The first two rounds warm up.
 *
 * It measures CPU time of the process instead of wall time, since other programs may share the cores. This includes
 * garbage collection, which is not forced between rounds: that would discard compiled code and make everything seem
 * three times as slow.
 */
export function compare(options: BenchOptions): readonly BenchResult[] {
  const { title, unit, cases, count, rounds = 9 } = options;
  const times = cases.map((): number[] => []);
  for (let round = -2; round < rounds; round++) {
    for (const [i, { run }] of cases.entries()) {
      const before = process.cpuUsage();
      run(count);
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) times[i]!.push((user + system) / count);
    }
  }
  const medians = times.map(median);
  const results = cases.map(({ name }, i) => ({
    name,
    median: medians[i]!,
    least: Math.min(...times[i]!),
    most: Math.max(...times[i]!),
    ratio: medians[i]! / medians[0]!,
  }));
  if (process.argv.includes("--json")) {
    const machine = {
      cpu: cpus()[0]?.model ?? "unknown",
      os: `${process.platform} ${release()}`,
      node: process.version,
    };
    console.log(JSON.stringify({ title, unit, count, rounds, machine, results }));
  } else {
    console.log(table(title, unit, results));
  }
  return results;
}

function table(title: string, unit: string, results: readonly BenchResult[]): string {
  const rows = results.map(({ name, median, least, most, ratio }) => [
    name,
    median.toFixed(3),
    `${least.toFixed(3)} - ${most.toFixed(3)}`,
    ratio.toFixed(2),
  ]);
  const lines = [["", `us / ${unit}`, "range", "ratio"], ...rows];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const shown = lines.map((line) =>
    line.map((text, column) => (column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!))).join("  "),
  );
  return [title, ...shown, ""].join("\n");
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

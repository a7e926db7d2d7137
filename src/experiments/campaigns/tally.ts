/** Counts the ends of a campaign while they arrive: outcomes, Morse indices, classes, workers. */
import { type Estimate, fraction } from "../protocols/statistics.ts";
import type { IndexBits } from "./indexSet.ts";
import type { EndBatch } from "./partReader.ts";

/** How many searches ended in one way, with the interval of 95 % for its share. */
export interface Share extends Estimate {
  readonly name: string;
  readonly runs: number;
}

/** What is known of a campaign at a moment. */
export interface TallySnapshot {
  /** Number of searches that have ended. */
  readonly done: number;
  readonly outcomes: readonly Share[];
  readonly indices: readonly Share[];
  /** Absent: no end has a class. */
  readonly classes?: {
    /** Number of different classes. */
    readonly found: number;
    /** Number of ends with a class. */
    readonly ends: number;
    /** Estimate by Good and Turing of the probability that the next end is of a new class. */
    readonly unseen: number;
  };
  readonly workers: readonly {
    readonly name: string;
    readonly runs: number;
    readonly seconds: number;
    /** Number of searches that failed there, each time counted. */
    readonly failures: number;
  }[];
  /** Ends that a worker wrote although another one had written them. */
  readonly repeats: number;
}

/** Most different names that are counted; what comes beyond is counted as `others`. */
const mostNames = 100_000;

/** Counts ends, each search once. */
export class Tally {
  readonly #outcomes = new Map<string, number>();
  readonly #indices = new Map<string, number>();
  readonly #classes = new Map<string, number>();
  readonly #workers = new Map<string, { runs: number; seconds: number; failures: number }>();
  #repeats = 0;
  #seconds = 0;

  /** @param done the searches that have ended, to which those that come are added */
  constructor(readonly done: IndexBits) {}

  /** Mean seconds of a search; undefined before the first end. */
  get meanSeconds(): number | undefined {
    return this.done.size === 0 ? undefined : this.#seconds / this.done.size;
  }

  /** Counts a batch. Returns its rows that are the first ends of their searches. */
  take({ table, worker }: EndBatch): number[] {
    const column = (name: string): { get(row: number): unknown } | null => table.getChild(name);
    const [search, verdict, end, status] = [column("search"), column("verdict"), column("end"), column("status")];
    const [index, group, seconds] = [column("morseIndex"), column("class"), column("seconds")];
    const own = this.#worker(worker);
    const fresh: number[] = [];
    for (let row = 0; row < table.numRows; row++) {
      if (!this.done.add(Number(search?.get(row)))) {
        this.#repeats++;
        continue;
      }
      fresh.push(row);
      own.runs++;
      const took = Number(seconds?.get(row) ?? 0);
      own.seconds += took;
      this.#seconds += took;
      count(this.#outcomes, String(verdict?.get(row) ?? end?.get(row) ?? status?.get(row)));
      const morse = index?.get(row);
      if (typeof morse === "number") count(this.#indices, String(morse));
      const name = group?.get(row);
      if (typeof name === "string") count(this.#classes, name);
    }
    return fresh;
  }

  /** Notes that a search has failed on a worker. */
  failed(worker: string): void {
    this.#worker(worker).failures++;
  }

  #worker(name: string): { runs: number; seconds: number; failures: number } {
    const own = this.#workers.get(name) ?? { runs: 0, seconds: 0, failures: 0 };
    this.#workers.set(name, own);
    return own;
  }

  snapshot(): TallySnapshot {
    const done = this.done.size;
    const ends = sum(this.#classes);
    const singles = [...this.#classes.values()].filter((runs) => runs === 1).length;
    const classes = { found: this.#classes.size, ends, unseen: singles / ends };
    return {
      done,
      outcomes: shares(this.#outcomes, done),
      indices: shares(this.#indices, sum(this.#indices)).sort((a, b) => Number(a.name) - Number(b.name)),
      ...(ends === 0 ? {} : { classes }),
      workers: [...this.#workers].map(([name, own]) => ({ name, ...own })),
      repeats: this.#repeats,
    };
  }
}

function count(counts: Map<string, number>, name: string): void {
  const key = counts.size < mostNames || counts.has(name) ? name : "others";
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const runs of counts.values()) total += runs;
  return total;
}

function shares(counts: ReadonlyMap<string, number>, total: number): Share[] {
  return [...counts].sort((a, b) => b[1] - a[1]).map(([name, runs]) => ({ name, runs, ...fraction(runs, total) }));
}

/** Numbers of the rounds so far, as the table shows them. */
export type Counts = Readonly<Record<string, number>>;

/** Rounds of a section that is under way. */
export interface Rounds {
  /**
   * Does a further round.
   *
   * @param index number of the round; its random numbers depend on it alone
   * @param before numbers of the rounds before, those of an earlier start included
   * @returns numbers of all rounds
   * @throws where the promise is broken
   */
  readonly round: (index: number, before: Counts) => Counts | Promise<Counts>;
  readonly close?: () => void | Promise<void>;
}

/** A promise of docs/reliability.md, and how often it is put to the test. */
export interface Section {
  readonly name: string;
  /** What must hold, in one line. */
  readonly promise: string;
  /** Part of the full size that is done without `--full`. */
  readonly shortPart: number;
  /**
   * Whether enough rounds have been done.
   *
   * @param part part of the full size, above 0; 1 is what the promise says
   */
  readonly isDone: (counts: Counts, part: number) => boolean;
  readonly begin: (part: number) => Rounds | Promise<Rounds>;
}

/** Adds numbers to those before. */
export function add(before: Counts, found: Counts): Counts {
  const sum: Record<string, number> = { ...before };
  for (const [name, count] of Object.entries(found)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

/**
 * Returns a function that adds the number of limits that are missed, and says which. These depend on the machine and on
 * what else it does, so that they end no bench.
 */
export function within(limits: Counts): (found: Counts) => Counts {
  return (found) => {
    const missed = Object.entries(limits).filter(([name, most]) => !(found[name]! <= most));
    for (const [name, most] of missed) console.log(`  not held: ${name} is ${found[name]}, above ${most}`);
    return { ...found, "limits missed": missed.length };
  };
}

/** Value below which the share `part` of the values lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

export const rounded = (value: number, digits = 2): number => Math.round(value * 10 ** digits) / 10 ** digits;

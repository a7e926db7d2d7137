/** Reads from runs what figures need: their ends, and their rows, thinned to what a picture can show. */
import { lastValueFrom, reduce } from "rxjs";
import type { Row } from "../arrow/row.ts";
import { explainEnd } from "../operators/measures/explainEnd.ts";
import { described, type FigureSource, type RecordedRun } from "./figure.ts";

/** The end of a run that ended by itself. */
export interface RunEnd {
  readonly run: RecordedRun;
  /** Last row of the run. */
  readonly last: Row;
  /** Outcome: the value of the column `end`, or if the run lacks it, what `explainEnd` says about the last row. */
  readonly outcome: string;
}

/** Finds the ends of searches: of those runs that have ended, with a verdict or a Morse index in their last row. */
export async function endsOf(source: FigureSource): Promise<RunEnd[]> {
  const ends: RunEnd[] = [];
  for (const run of source.runs) {
    const { last } = await coursesOf(run, () => undefined);
    if (last === undefined || last.status === "running") continue;
    if (last.columns.end === undefined && last.columns.morseIndex === undefined) continue;
    ends.push({ run, last, outcome: outcomeOf(last) });
  }
  return ends;
}

/** Reads the outcome of a search from its last row, in the words of `explainEnd`. */
export function outcomeOf(last: Row): string {
  const column = last.run.columns.end;
  const stored = last.columns.end;
  if (column?.values !== undefined && stored !== undefined) return column.values[stored] ?? "unfinished";
  return explainEnd(last, last).verdict;
}

interface Course<T> {
  /** Results of `keep` that are not undefined. */
  readonly points: readonly T[];
  /** Last row; undefined if the run has no rows. */
  readonly last: Row | undefined;
}

/** Reads the rows of a run, and collects what `keep` returns for them. */
export async function coursesOf<T>(run: RecordedRun, keep: (row: Row) => T | undefined): Promise<Course<T>> {
  const points: T[] = [];
  const last = await lastValueFrom(
    run.rows.pipe(
      reduce((_: Row | undefined, row: Row) => {
        const kept = keep(row);
        if (kept !== undefined) points.push(kept);
        return row;
      }, undefined),
    ),
  );
  return { points, last };
}

/** Selects at most `most` entries: the first, the last, and equally spaced ones between them. */
export function thinned<T>(entries: readonly T[], most: number): readonly T[] {
  if (entries.length <= most) return entries;
  const every = (entries.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => entries[Math.round(i * every)]!);
}

/** Names the group of a run: the method in its description. All runs without a method are in one group. */
export function methodOf(run: RecordedRun): string {
  return String(described(run, "method") ?? "all searches");
}

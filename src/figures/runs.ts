/** What figures read from runs: their ends, and their rows, thinned to what a picture can show. */
import { lastValueFrom, reduce } from "rxjs";
import type { Row } from "../arrow/row.ts";
import { explainEnd } from "../operators/measures/explainEnd.ts";
import { described, type FigureSource, type RecordedRun } from "./figure.ts";

/** The last row of a run that ended by itself. */
export interface RunEnd {
  readonly run: RecordedRun;
  readonly last: Row;
  /** Value of the column `end`, or what that would be. */
  readonly outcome: string;
}

/** The ends of the searches among the runs. A search has ended, and has a verdict or a Morse index in its last row. */
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

/** The outcome of a search, in the words of `explainEnd`. */
export function outcomeOf(last: Row): string {
  const column = last.run.columns.end;
  const stored = last.columns.end;
  if (column?.values !== undefined && stored !== undefined) return column.values[stored] ?? "unfinished";
  return explainEnd(last, last).verdict;
}

interface Course<T> {
  readonly points: readonly T[];
  readonly last: Row | undefined;
}

/** Reads the rows of a run, and collects what `keep` makes of them. */
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

/** At most `most` entries: the first, the last, and equally spaced ones between them. */
export function thinned<T>(entries: readonly T[], most: number): readonly T[] {
  if (entries.length <= most) return entries;
  const every = (entries.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => entries[Math.round(i * every)]!);
}

/** The group of a run: its method according to its description. Without one, all searches are in one group. */
export function methodOf(run: RecordedRun): string {
  return String(described(run, "method") ?? "all searches");
}

import { Observable, type OperatorFunction } from "rxjs";
import { failure, type Row, type Run, readOptions } from "../../authoring/index.ts";
import { naturalNumber } from "../support/rules.ts";

/** A run enters a gradient-flat region, or leaves it. */
export interface FlatRegionEvent {
  readonly type: "entered" | "left";
  /** Of the region's run. */
  readonly run: string;
  readonly attempt: number;
  /** Step of the row that made the event: the first flat one, or the one that ended the region. */
  readonly step: number;
  /** First and last flat step of the region so far. */
  readonly first: number;
  readonly last: number;
  /** Steps from the first to the last, both included. */
  readonly length: number;
  /** Smallest ||F||^2 in the region so far, and its step. */
  readonly minimumSquaredNorm: number;
  readonly minimumStep: number;
  /** `left` only. `flatness`: rows are no longer flat; `end`: the run ended inside; `completion`: the stream did. */
  readonly because?: "flatness" | "end" | "completion";
}

/** Options of {@link flatRegions}. */
export interface FlatRegionsOptions {
  /** Column that is 1 on flat rows. Default `flat`, which `detectFlatness` writes. */
  readonly column?: string;
  /** Rows in a row that may be not flat inside a region: flatness oscillates. Default 0. */
  readonly gap?: number;
}

interface Region {
  readonly first: number;
  last: number;
  minimumSquaredNorm: number;
  minimumStep: number;
  /** Rows since the last flat one. */
  missed: number;
}

const rules = {
  column: { default: "flat", expected: "the name of a column", is: (value: unknown) => typeof value === "string" },
  gap: { ...naturalNumber, default: 0 },
} as const;

/**
 * The gradient-flat regions of runs, as events: entered, and left with length and smallest ||F||^2.
 *
 * A region is a sequence of rows whose column `flat` is 1, with at most `gap` others between two of them; rows where it was not
 * measured do not count. A region that lasts to the end of its run is left there; a stream that completes leaves all that are open.
 * Works on live rows and on replays, and keeps merged runs apart. An error of the stream goes on, and closes nothing.
 *
 * @example iterate(problem, start, newtonMR()).pipe(flatRegions({ gap: 2 })).subscribe(console.log)
 * @param options {@link FlatRegionsOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for a gap that is no natural number; {TypeError} ERR_UNDECLARED, in the stream, for rows
 *   whose run does not have the column
 */
export function flatRegions(options: FlatRegionsOptions = {}): OperatorFunction<Row, FlatRegionEvent> {
  const { column, gap } = readOptions("flatRegions", options, rules);
  return (source) =>
    new Observable((subscriber) => {
      const open = new Map<Run, Region>();
      const leave = (run: Run, region: Region, step: number, because: "flatness" | "end" | "completion"): void => {
        open.delete(run);
        subscriber.next({ type: "left", ...describe(run, region, step), because });
      };
      return source.subscribe({
        next(row) {
          const { run, step } = row;
          if (!Object.hasOwn(run.columns, column)) {
            subscriber.error(
              failure(
                "ERR_UNDECLARED",
                `flatRegions: expected rows with the column "${column}", got ${Object.keys(run.columns).join(", ") || "none"}; ` +
                  "put detectFlatness() before it",
              ),
            );
            return;
          }
          const flat = row.columns[column];
          let region = open.get(run);
          if (flat === 1 && region === undefined) {
            region = {
              first: step,
              last: step,
              minimumSquaredNorm: row.squaredFieldNorm,
              minimumStep: step,
              missed: 0,
            };
            open.set(run, region);
            subscriber.next({ type: "entered", ...describe(run, region, step) });
          } else if (flat === 1 && region !== undefined) {
            region.last = step;
            region.missed = 0;
            if (row.squaredFieldNorm < region.minimumSquaredNorm) {
              region.minimumSquaredNorm = row.squaredFieldNorm;
              region.minimumStep = step;
            }
          } else if (flat !== undefined && region !== undefined && ++region.missed > gap) {
            leave(run, region, step, "flatness");
            region = undefined;
          }
          if (row.status !== "running" && region !== undefined) leave(run, region, step, "end");
        },
        error: (error) => subscriber.error(error),
        complete() {
          for (const [run, region] of open) leave(run, region, region.last, "completion");
          subscriber.complete();
        },
      });
    });
}

function describe(run: Run, region: Region, step: number): Omit<FlatRegionEvent, "type" | "because"> {
  const { first, last, minimumSquaredNorm, minimumStep } = region;
  const { name, attempt } = run;
  return { run: name, attempt, step, first, last, length: last - first + 1, minimumSquaredNorm, minimumStep };
}

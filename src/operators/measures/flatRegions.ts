import { Observable, type OperatorFunction } from "rxjs";
import { failure, type Row, type Run, readOptions } from "../../authoring/index.ts";
import { naturalNumber } from "../support/rules.ts";

/** An event of {@link flatRegions}: a run enters a gradient-flat region, or leaves it. */
export interface FlatRegionEvent {
  /** Kind of the event. */
  readonly type: "entered" | "left";
  /** Name of the run. */
  readonly run: string;
  /** Attempt of the run, counted from 1. */
  readonly attempt: number;
  /** Step of the row that caused the event: the first flat row, or the row that ended the region. */
  readonly step: number;
  /** First flat step of the region. */
  readonly first: number;
  /** Last flat step of the region so far. */
  readonly last: number;
  /** Number of steps from the first to the last, both included. */
  readonly length: number;
  /** Smallest ||F||^2 in the region so far. */
  readonly minimumSquaredNorm: number;
  /** Step at which it occurred. */
  readonly minimumStep: number;
  /**
   * Reason, of `left` only. `flatness`: rows are no longer flat. `end`: the run ended inside the region. `completion`:
   * the stream completed.
   */
  readonly because?: "flatness" | "end" | "completion";
}

/** Options of {@link flatRegions}. */
export interface FlatRegionsOptions {
  /** Name of the column that is 1 in flat rows. Default `flat`, which `detectFlatness` writes. */
  readonly column?: string;
  /** Largest number of consecutive rows inside a region that need not be flat, since flatness oscillates. Default 0. */
  readonly gap?: number;
}

/** A region that a run is in. */
interface Region {
  readonly first: number;
  last: number;
  minimumSquaredNorm: number;
  minimumStep: number;
  /** Number of rows since the last flat one. */
  missed: number;
}

const rules = {
  column: { default: "flat", expected: "the name of a column", is: (value: unknown) => typeof value === "string" },
  gap: { ...naturalNumber, default: 0 },
} as const;

/**
 * Turns rows into events of gradient-flat regions: entered, and left with length and smallest ||F||^2.
 *
 * A region is a sequence of rows whose column `flat` is 1, with at most `gap` others between two of them; rows in which
 * flatness was not measured do not count. A region that lasts to the end of its run is left there. When the stream
 * completes, all open regions are left. The operator works on live rows and on replays, and keeps merged runs apart. An
 * error of the stream is passed on and closes nothing.
 *
 * Use {@link classifyEnd} when only the end of a run matters.
 *
 * Cost: negligible per row. State: the open region of each run, in the operator and not in the run.
 *
 * @example
 * const flatness = detectFlatness({ by: "curvature", relativeCurvature: 0.05 });
 * iterate(quartic(), [2.5, 0.5], chain(newtonDirection({ maxNorm: 100 }), flatness, backtrackGradientNorm()))
 *   .pipe(flatRegions({ gap: 2 }))
 *   .subscribe((event) => console.log(event.type, event.length, event.minimumSquaredNorm.toFixed(2), event.because));
 * // entered 1 11.20 undefined
 * // left 2 11.18 end
 * @param options {@link FlatRegionsOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for a gap that is not a natural number
 * @throws {TypeError} ERR_UNDECLARED, in the stream, for rows whose run does not have the column
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

import { take } from "rxjs";
import { iterate } from "./iterate.ts";
import type { Iterate, IterateOptions, Measure, Update } from "./types.ts";

/** What {@link firstRows} takes beside the options of `iterate`. */
export interface FirstRowsOptions extends IterateOptions {
  /** Measure that stands behind the loop. Default none. */
  readonly after?: Measure;
}

/**
 * Runs the first steps of a run and returns their rows: what most tests of an operator need.
 *
 * Everything happens inside the call, and an error of the stream is thrown. Fewer rows come back where the run ends
 * earlier.
 *
 * @example
 * const rows = firstRows(quartic(), [1, 2], chain(momentum(), gradientStep(0.01)), 3);
 * console.log(rows.map((it) => it.value.toFixed(4)).join(" "));
 * // 80.6500 62.2221 49.2996
 * @param problem as in {@link iterate}
 * @param start as in {@link iterate}
 * @param update as in {@link iterate}
 * @param count number of rows
 * @param options {@link FirstRowsOptions}
 * @throws what {@link iterate} throws, and the error of the stream
 */
export function firstRows(
  problem: Parameters<typeof iterate>[0],
  start: Parameters<typeof iterate>[1],
  update: Update,
  count: number,
  options: FirstRowsOptions = {},
): Iterate[] {
  const { after = (source) => source, ...rest } = options;
  const rows: Iterate[] = [];
  const errors: unknown[] = [];
  iterate(problem, start, update, { slice: Number.POSITIVE_INFINITY, ...rest })
    .pipe(after, take(count))
    .subscribe({ next: (row) => rows.push(row), error: (error) => errors.push(error) });
  if (errors.length > 0) throw errors[0];
  return rows;
}

import { take } from "rxjs";
import { iterate } from "../../src/streams/iterate.ts";
import type { Iterate, IterateOptions, Measure, Update } from "../../src/streams/types.ts";

/** The first rows of a run, all inside this call; throws the stream's error. `after` stands behind the loop. */
export function firstRows(
  problem: Parameters<typeof iterate>[0],
  start: Parameters<typeof iterate>[1],
  update: Update,
  count: number,
  options: IterateOptions & { readonly after?: Measure } = {},
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

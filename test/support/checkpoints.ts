import { deserialize, serialize } from "node:v8";
import { iterate } from "../../src/streams/iterate.ts";
import type { Checkpoint, Iterate, IterateOptions, Measure, Update } from "../../src/streams/types.ts";

/** Rows and checkpoints of a run that is resumed or uninterrupted; `after` stands behind the loop. */
export interface Recorded {
  readonly rows: readonly Iterate[];
  /** By step. */
  readonly checkpoints: ReadonlyMap<number, Checkpoint>;
}

/** A whole run inside this call, with a checkpoint before every step, each once through serialization. */
export function recordRun(
  problem: Parameters<typeof iterate>[0],
  start: Parameters<typeof iterate>[1],
  update: Update,
  options: IterateOptions & { readonly after?: Measure } = {},
): Recorded {
  const { after = (source) => source, ...rest } = options;
  const rows: Iterate[] = [];
  const checkpoints = new Map<number, Checkpoint>();
  const errors: unknown[] = [];
  const save = (checkpoint: Checkpoint): void => {
    checkpoints.set(checkpoint.step, deserialize(serialize(checkpoint)) as Checkpoint);
  };
  iterate(problem, start, update, { slice: Number.POSITIVE_INFINITY, checkpoints: { every: 1, save }, ...rest })
    .pipe(after)
    .subscribe({ next: (row) => rows.push(row), error: (error) => errors.push(error) });
  if (errors.length > 0) throw errors[0];
  return { rows, checkpoints };
}

/** Rows as one compares those of two attempts: without wall time, attempt and commands. */
export function comparable(rows: readonly Iterate[]): Iterate[] {
  return rows.map((row) => ({ ...row, seconds: 0, run: { ...row.run, attempt: 1 }, commands: undefined }));
}

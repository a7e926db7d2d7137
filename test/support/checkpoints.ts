import { deserialize, serialize } from "node:v8";
import { from, type Observable } from "rxjs";
import * as assert from "uvu/assert";
import type { Problem } from "../../src/problems/problem.ts";
import { iterate } from "../../src/streams/iterate.ts";
import type { Checkpoint, Command, Iterate, IterateOptions, Measure, Update } from "../../src/streams/types.ts";
import { assertSameRows } from "./sameRows.ts";

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

/** Every checkpoint of the run, resumed, gives the rest of its rows. */
export function assertResumes(
  problem: Problem | ((step: number) => Problem),
  start: readonly number[],
  make: () => Update,
  options: { readonly after?: () => Measure; readonly least?: number; readonly commands?: readonly Command[] } = {},
): readonly Iterate[] {
  const { after = () => (source) => source, least = 5 } = options;
  // What was commanded before a checkpoint is in it.
  const commandsAfter = (step: number): { readonly commands?: Observable<Command> } =>
    options.commands === undefined
      ? {}
      : { commands: from(options.commands.filter((command) => command.step! > step)) };
  const whole = recordRun(problem, start, make(), { after: after(), ...commandsAfter(-1) });
  assert.ok(whole.rows.length >= least, `${whole.rows.length} rows`);
  assert.is(whole.checkpoints.size, whole.rows.length);
  for (const [step, checkpoint] of whole.checkpoints) {
    const rest = recordRun(problem, checkpoint, make(), { after: after(), ...commandsAfter(step) });
    assertSameRows(comparable(rest.rows), comparable(whole.rows.slice(step)), `from step ${step}`);
    assert.is(rest.rows[0]!.run.attempt, 2);
    assert.ok(rest.rows[0]!.seconds >= checkpoint.seconds);
    // What a resumed run saves first is what it came from, but for the attempt and the time.
    const again = rest.checkpoints.get(step)!;
    assert.equal({ ...again, attempt: 1, seconds: 0 }, { ...checkpoint, seconds: 0 });
  }
  return whole.rows;
}

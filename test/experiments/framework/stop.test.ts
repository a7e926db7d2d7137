/** A stop saves a checkpoint before the next step, so that a resume goes on exactly where the rows end. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { concat, lastValueFrom, merge, type Observable, Subject, tap, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../../src/arrow/row.ts";
import { readRunFile } from "../../../src/arrow/runFile.ts";
import { experimentContext } from "../../../src/experiments/framework/context.ts";
import type { ExperimentContext } from "../../../src/experiments/framework/definition.ts";
import { directoryStore } from "../../../src/experiments/framework/directoryStore.ts";
import { extragradient } from "../../../src/operators/games/extragradient.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { loadCheckpoint } from "../../../src/sinks/checkpointFile.ts";
import { chain } from "../../../src/streams/chain.ts";
import { replay } from "../../../src/streams/replay.ts";
import type { Command } from "../../../src/streams/types.ts";
import { valuesOf } from "../../support/collect.ts";
import { assertSameRows } from "../../support/sameRows.ts";
import { scratchPath } from "../../support/scratch.ts";

const steps = 40;
const run = (context: ExperimentContext, name: string, problem: Problem = bilinear()): Observable<Row> =>
  context.iterate(problem, [1, 1], chain(untilStep(steps), extragradient({ stepSize: 0.5 })), { name });

interface Session {
  readonly directory: string;
  /** Step at whose row the stop is asked for; without it the session runs to its end. */
  readonly stopAt?: number;
  readonly commands?: Observable<Command>;
  readonly interrupted?: () => boolean;
  readonly onRow?: (row: Row) => void;
  readonly make?: (context: ExperimentContext) => Observable<Row>;
}

async function session({ directory, stopAt, commands, interrupted, onRow, make }: Session): Promise<Row[]> {
  const controller = new AbortController();
  const context = experimentContext({
    seed: 1,
    signal: controller.signal,
    store: directoryStore({ directory, resume: () => true }),
    ...(commands === undefined ? {} : { commands: () => commands }),
    ...(interrupted === undefined ? {} : { interrupted }),
  });
  const rows = (make ?? ((own) => concat(run(own, "first"), run(own, "second"))))(context);
  const watched = rows.pipe(
    tap((row) => {
      onRow?.(row);
      if (row.step === stopAt) controller.abort();
    }),
  );
  return lastValueFrom(context.complete(watched).pipe(toArray()), { defaultValue: [] });
}

const timeless = (rows: Iterable<Row>): Row[] =>
  [...rows].map((row) => ({ ...row, seconds: 0, commands: undefined, run: { ...row.run, name: "", attempt: 0 } }));
const stored = async (directory: string, name: string): Promise<Row[]> =>
  timeless(await valuesOf(replay(join(directory, name))));

const whole = scratchPath();
await session({ directory: whole });
const expected = await stored(whole, "first");

const stop = suite("a stop");

stop("saves a checkpoint of the very next step, begins no further run, and a resume repeats no row", async () => {
  const directory = scratchPath();
  const rows = await session({ directory, stopAt: 17 });
  assert.is(rows.at(-1)?.step, 17);
  assert.is(loadCheckpoint(join(directory, "first")).step, 18);
  assert.equal(readdirSync(directory), ["first"]);
  assert.is(readRunFile(join(directory, "first")).attempts.at(-1)?.ended?.how, "interrupted");
  await session({ directory });
  for (const name of ["first", "second"]) assertSameRows(await stored(directory, name), expected, name);
  const all = await valuesOf(replay(join(directory, "first"), { attempts: "all" }));
  assert.equal(
    all.map(({ step }) => step),
    expected.map(({ step }) => step),
  );
});

stop("saves checkpoints of all runs that go on side by side, and of one that is paused", async () => {
  const directory = scratchPath();
  const commands = new Subject<Command>();
  const make = (context: ExperimentContext): Observable<Row> => merge(run(context, "first"), run(context, "second"));
  const onRow = ({ step, run: { name } }: Row): void => {
    if (step === 9 && name === "first") commands.next({ type: "pause" });
  };
  await session({ directory, make, commands, onRow, stopAt: 9 });
  for (const name of ["first", "second"]) {
    const last = (await stored(directory, name)).at(-1)!.step;
    const { step } = loadCheckpoint(join(directory, name));
    assert.ok(step >= last && step <= last + 1, `${name}: checkpoint of step ${step} after the row of step ${last}`);
  }
  await session({ directory, make });
  for (const name of ["first", "second"]) assertSameRows(await stored(directory, name), expected, name);
});

stop("of a step that must end at once leaves the last checkpoint, and the resume gives the same rows", async () => {
  const directory = scratchPath();
  let evaluations = 0;
  const game = bilinear();
  const counted: Problem = {
    ...game,
    evaluate(point, field) {
      evaluations++;
      return game.evaluate(point, field);
    },
  };
  const make = (context: ExperimentContext): Observable<Row> => run(context, "first", counted);
  // In the middle of a step: extragradient evaluates twice.
  const rows = await session({ directory, make, interrupted: () => evaluations >= 21 });
  assert.ok(rows.length < steps);
  assert.is(loadCheckpoint(join(directory, "first")).step, 0);
  await session({ directory, make });
  assertSameRows(await stored(directory, "first"), expected);
});

stop.run();

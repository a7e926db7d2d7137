/**
 * A program that writes a run directory, stopped after each system call that changes a file, and with each call failing:
 * whatever is left can be resumed, to the rows of the run that was never interrupted.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { lastValueFrom } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../src/arrow/row.ts";
import { isFluxionError } from "../../src/errors.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { bilinear } from "../../src/problems/games/bilinear.ts";
import { checkpointFileName, loadCheckpoint, saveCheckpoint } from "../../src/sinks/checkpointFile.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { chain } from "../../src/streams/chain.ts";
import { iterate } from "../../src/streams/iterate.ts";
import { replay } from "../../src/streams/replay.ts";
import { valuesOf } from "../support/collect.ts";
import { type Fate, withFate } from "../support/disk.ts";
import { assertSameRows } from "../support/sameRows.ts";
import { scratchPath } from "../support/scratch.ts";

const steps = 7;

/** Runs to the end, from the checkpoint if there is one. */
function run(directory: string | undefined): Promise<unknown> {
  const start =
    directory !== undefined && existsSync(join(directory, checkpointFileName)) ? loadCheckpoint(directory) : [1, -0.5];
  const update = chain(untilStep(steps), momentum({ decay: -0.3 }), gradientStep(0.01));
  if (directory === undefined) return valuesOf(iterate(bilinear(), start, update, { name: "game" }));
  const checkpoints = { every: 3, save: saveCheckpoint(directory) };
  const rows = iterate(bilinear(), start, update, { name: "game", checkpoints });
  return lastValueFrom(rows.pipe(runDirectory(directory, { batch: { rows: 2, seconds: 1000 } })));
}

const timeless = (rows: Iterable<Row>): Row[] =>
  [...rows].map((row) => ({ ...row, seconds: 0, run: { ...row.run, attempt: 0 } }));

/** The rows that are read; none where the answer is an error with a code. */
async function rowsIn(directory: string): Promise<Row[]> {
  try {
    return timeless(await valuesOf(replay(directory)));
  } catch (error) {
    assert.ok(isFluxionError(error), `replay: ${String(error)}`);
    return [];
  }
}

/** Content of the files with rows, by name. */
function contents(directory: string): ReadonlyMap<string, Buffer> {
  if (!existsSync(directory)) return new Map();
  const names = readdirSync(directory).filter((name) => name.endsWith(".arrows"));
  return new Map(names.map((name) => [name, readFileSync(join(directory, name))]));
}

const whole = timeless((await run(undefined)) as Row[]);

/** Checks that a run which has met its fate goes on to the same rows, and that nothing was removed or written over. */
async function assertGoesOn(directory: string, what: string, earlier: readonly Row[] = []): Promise<void> {
  const left = await rowsIn(directory);
  assertSameRows(left, whole.slice(0, left.length), `${what}: rows before it goes on`);
  assert.ok(left.length >= earlier.length, `${what}: ${left.length} rows, ${earlier.length} before`);
  const before = contents(directory);
  const over = left.length === whole.length && !existsSync(join(directory, checkpointFileName));
  if (!over) await run(directory);
  assertSameRows(await rowsIn(directory), whole, what);
  for (const [name, content] of before) {
    const now = readFileSync(join(directory, name));
    assert.ok(now.subarray(0, content.length).equals(content), `${what}: ${name} was written over`);
  }
  const strange = readdirSync(directory).filter((name) => /\.tmp$|^lease-/.test(name));
  assert.equal(strange, [], `${what}: files left behind`);
}

const every = suite("a run that is stopped after any system call");

/** Calls `check` with each fate of a kind until there are no more calls. */
async function eachFate(
  make: (k: number) => Fate,
  check: (fate: Fate, k: number) => Promise<boolean>,
): Promise<number> {
  for (let k = 1; ; k++) if (!(await check(make(k), k))) return k - 1;
}

for (const torn of [false, true]) {
  every(`is resumed to the same rows, bit for bit, ${torn ? "the last write torn" : "every call whole"}`, async () => {
    const calls = await eachFate(
      (after) => ({ kind: "kill", after, torn }),
      async (fate, k) => {
        const directory = scratchPath();
        const { met } = await withFate(fate, () => run(directory));
        if (met) await assertGoesOn(directory, `stop after call ${k}`);
        return met;
      },
    );
    assert.ok(calls > 30, `${calls} calls`);
  });
}

every("is never further back after a resume that was stopped too", async () => {
  for (const first of [14, 25, 33]) {
    await eachFate(
      (after) => ({ kind: "kill", after }),
      async (fate, k) => {
        const directory = scratchPath();
        await withFate({ kind: "kill", after: first }, () => run(directory));
        const rows = await rowsIn(directory);
        const { met } = await withFate(fate, () => run(directory));
        if (met) await assertGoesOn(directory, `stop after call ${first}, then of the resume after call ${k}`, rows);
        return met;
      },
    );
  }
});

for (const code of ["EIO", "ENOSPC", "EMFILE"] as const) {
  every(
    `ends with a code, or goes on, where any call fails with ${code}, and is resumed to the same rows`,
    async () => {
      let failures = 0;
      await eachFate(
        (call) => ({ kind: "fail", call, code }),
        async (fate, k) => {
          const directory = scratchPath();
          const { met, error } = await withFate(fate, () => run(directory));
          if (!met) return false;
          if (error !== undefined) {
            failures++;
            assert.ok(isFluxionError(error) && error.code === "ERR_WRITE", `call ${k}: ${String(error)}`);
            assert.match((error as Error).message, new RegExp(code), `call ${k}`);
          }
          await assertGoesOn(directory, `call ${k} fails with ${code}`);
          return true;
        },
      );
      assert.ok(failures > 10, `${failures} failures`);
    },
  );
}

every.run();

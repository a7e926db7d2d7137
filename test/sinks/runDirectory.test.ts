import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { concat, EMPTY, from, map, merge, NEVER, Subject, throwError } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row, Run } from "../../src/arrow/row.ts";
import { readRunFile, runState } from "../../src/arrow/runFile.ts";
import { RunReader } from "../../src/arrow/runReader.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { replay } from "../../src/streams/replay.ts";
import { checkError } from "../support/assert.ts";
import { collect, valuesOf } from "../support/collect.ts";
import { killedDirectory } from "../support/killedDirectory.ts";
import { makeRow, makeRows, makeRun } from "../support/rows.ts";
import { assertSameRows } from "../support/sameRows.ts";
import { scratchPath } from "../support/scratch.ts";

const run = makeRun();
const second = makeRun({ attempt: 2 });
const fileOf = (directory: string, attempt = 1): string => join(directory, `iterates-000${attempt}.arrows`);
const rowsIn = (directory: string, attempt = 1): RunReader => new RunReader(readFileSync(fileOf(directory, attempt)));
const endingIn = (directory: string) => readRunFile(directory).attempts.at(-1)?.ended;

const writes = suite("runDirectory");

writes("writes run.json and the rows, and passes each on as it is", async () => {
  const path = join(scratchPath(), "deep", "run");
  const rows = makeRows(300, run);
  const passed = await valuesOf(from(rows).pipe(runDirectory(path, { environment: { executor: "float64" } })));
  for (const [i, row] of passed.entries()) assert.is(row, rows[i]);
  assert.equal(readdirSync(path).sort(), ["iterates-0001.arrows", "run.json"]);
  assertSameRows(rowsIn(path), rows);
  const file = readRunFile(path);
  assert.is(file.name, "example");
  assert.equal(file.description, { problem: "bilinear", seed: 3 });
  assert.equal(file.columns, run.columns);
  assert.equal(file.settings, run.settings);
  assert.equal(file.environment, { executor: "float64" });
  assert.equal(file.fields.seconds?.unit, "s");
  assert.equal(Object.keys(file.fields).slice(0, 3), ["run", "attempt", "step"]);
  assert.is(file.versions.node, process.versions.node);
  for (const name of ["fluxion", "rxjs", "apache-arrow"]) assert.match(file.versions[name]!, /^\d+\.\d+\.\d+/, name);
  assert.is(file.platform.host, hostname());
});

writes("says at the first row that it runs, and at the end how it ended", () => {
  const path = scratchPath();
  const source = new Subject<Row>();
  source.pipe(runDirectory(path)).subscribe();
  assert.not(existsSync(path));
  const rows = makeRows(3, run);
  source.next(rows[0]!);
  assert.is(runState(readRunFile(path)), "running");
  assert.is(endingIn(path), undefined);
  source.next(rows[1]!);
  source.next(rows[2]!);
  assert.is(runState(readRunFile(path)), "completed");
  const { at, ...ending } = endingIn(path)!;
  assert.ok(Math.abs(Date.now() - Date.parse(at)) < 60_000);
  assert.equal(ending, {
    how: "completed",
    rows: 3,
    status: "converged",
    step: 2,
    seconds: 0.002,
    value: 1 / 3,
    squaredFieldNorm: 1 / 9,
  });
});

writes("leaves numbers that are not finite out of the ending", async () => {
  const path = scratchPath();
  const last = { status: "diverged", value: Number.NaN, squaredFieldNorm: Number.POSITIVE_INFINITY } as const;
  await valuesOf(from([makeRow(run, 0), makeRow(run, 1, last)]).pipe(runDirectory(path)));
  const ending = endingIn(path)!;
  assert.is(ending.status, "diverged");
  assert.not("value" in ending || "squaredFieldNorm" in ending);
});

writes("tells completion, failure and interruption apart, rows kept in each case", async () => {
  const rows = makeRows(9, run).slice(0, 4);
  const completed = scratchPath();
  await valuesOf(from(rows).pipe(runDirectory(completed)));
  assert.is(endingIn(completed)?.how, "completed");
  assert.is(endingIn(completed)?.status, "running");

  const failed = scratchPath();
  const error = new Error("the loss is not defined here");
  const outcome = await collect(
    concat(
      from(rows),
      throwError(() => error),
    ).pipe(runDirectory(failed)),
  );
  assert.is(outcome.error, error);
  assert.is(endingIn(failed)?.how, "failed");
  assert.is(endingIn(failed)?.message, "the loss is not defined here");

  const interrupted = scratchPath();
  concat(from(rows), NEVER).pipe(runDirectory(interrupted)).subscribe().unsubscribe();
  assert.is(endingIn(interrupted)?.how, "interrupted");

  for (const path of [completed, failed, interrupted]) {
    assertSameRows(rowsIn(path), rows);
    assert.is(endingIn(path)?.rows, 4);
  }
});

writes("says interrupted where an operator behind it throws, and where the process leaves", async () => {
  const thrown = scratchPath();
  const error = new Error("behind the sink");
  const outcome = await collect(
    from(makeRows(9, run)).pipe(
      runDirectory(thrown),
      map((row) => {
        if (row.step === 3) throw error;
        return row;
      }),
    ),
  );
  assert.is(outcome.error, error);
  assert.is(endingIn(thrown)?.how, "interrupted");
  assert.is([...rowsIn(thrown)].length, 4);

  const left = scratchPath();
  const source = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);
  const program = `
    import { concat, from, NEVER } from "rxjs";
    import { runDirectory } from ${source("../../src/sinks/runDirectory.ts")};
    import { makeRow, makeRun } from ${source("../support/rows.ts")};
    const run = makeRun();
    concat(from([makeRow(run, 0), makeRow(run, 1)]), NEVER).pipe(runDirectory(process.argv[1])).subscribe();
    process.exit();`;
  const args = ["--conditions=fluxion-source", "--import", "tsx", "--input-type=module", "-e", program, left];
  assert.is(spawnSync(process.execPath, args).status, 0);
  assert.is(endingIn(left)?.how, "interrupted");
  assert.is(endingIn(left)?.message, "the process exited");
  assert.is([...rowsIn(left)].length, 2);
});

writes("makes no directory for a stream without rows", async () => {
  const path = scratchPath();
  await valuesOf(EMPTY.pipe(runDirectory(path)));
  assert.not(existsSync(path));
});

writes("gives each run of a merged stream a directory of its own", async () => {
  const root = scratchPath();
  const runs = ["a", "b", "c"].map((name) => makeRun({ name }));
  const streams = runs.map((of, i) => from(makeRows(5 + i, of)));
  const interleaved = merge(...streams);
  const passed = await valuesOf(interleaved.pipe(runDirectory(({ name }: Run) => join(root, name))));
  assert.is(passed.length, 18);
  for (const [i, of] of runs.entries()) {
    assertSameRows(rowsIn(join(root, of.name)), makeRows(5 + i, of));
    assert.is(endingIn(join(root, of.name))?.status, "converged");
  }
});

writes("ends all runs of a merged stream where one has an error", async () => {
  const root = scratchPath();
  const rows = ["a", "b"].map((name) => makeRow(makeRun({ name }), 0));
  const source = concat(
    from(rows),
    throwError(() => new Error("x")),
  );
  await collect(source.pipe(runDirectory(({ name }) => join(root, name))));
  for (const name of ["a", "b"]) assert.is(endingIn(join(root, name))?.how, "failed");
});
writes.run();

const attempts = suite("runDirectory: attempts");

attempts("adds a resumed run as a file of its own, and keeps what the earlier attempt said", async () => {
  const path = await killedDirectory(makeRows(9, run).slice(0, 5));
  const torn = readFileSync(fileOf(path)).subarray(0, -20);
  writeFileSync(fileOf(path), torn);
  const rows = makeRows(8, second).slice(3);
  await valuesOf(from(rows).pipe(runDirectory(path)));
  assert.is(Buffer.compare(readFileSync(fileOf(path)), torn), 0);
  assertSameRows(rowsIn(path, 2), rows);
  const file = readRunFile(path);
  assert.equal(
    file.attempts.map(({ attempt, file: name, ended }) => [attempt, name, ended?.how]),
    [
      [1, "iterates-0001.arrows", undefined],
      [2, "iterates-0002.arrows", "completed"],
    ],
  );
  assert.is(runState(file), "completed");
});

attempts("continues a directory in which only a checkpoint was saved", async () => {
  const path = scratchPath();
  mkdirSync(path);
  writeFileSync(join(path, "checkpoint.bin"), "");
  await valuesOf(from(makeRows(2, run)).pipe(runDirectory(path)));
  assert.is([...rowsIn(path)].length, 2);
});

attempts("refuses an attempt that is there already, another run, and a first attempt", async () => {
  const path = await killedDirectory(makeRows(5, run));
  const refusal = async (of: Run): Promise<unknown> =>
    (await collect(from(makeRows(2, of)).pipe(runDirectory(path)))).error;
  await valuesOf(from(makeRows(7, second).slice(5)).pipe(runDirectory(path)));
  checkError(await refusal(second), "ERR_RUN_EXISTS", /already holds attempt 2 of "example"; loadCheckpoint\("/);
  const other = makeRun({ name: "other", attempt: 3 });
  checkError(
    await refusal(other),
    "ERR_RUN_EXISTS",
    /holds the run "example", so attempt 3 of "other" cannot be added/,
  );
  checkError(
    await refusal(run),
    "ERR_RUN_EXISTS",
    /already holds the run "example" \(attempt 2, completed, 2 rows\); .* or resume it from its checkpoint/,
  );
  assert.is([...rowsIn(path)].length, 5);
});
attempts.run();

const reads = suite("runDirectory and replay");

reads("give back the rows of all attempts, the later one standing for the steps that it did again", async () => {
  const path = await killedDirectory(makeRows(9, run).slice(0, 6));
  const resumed = makeRows(9, second).slice(4);
  await valuesOf(from(resumed).pipe(runDirectory(path)));
  const rows = await valuesOf(replay(path));
  const expected = [...makeRows(9, second).slice(0, 4), ...resumed];
  assertSameRows(rows, expected);
});
reads.run();

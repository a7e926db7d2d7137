import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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
import { assertError, checkError } from "../support/assert.ts";
import { collect, valuesOf } from "../support/collect.ts";
import { makeRow, makeRows, makeRun } from "../support/rows.ts";
import { assertSameRows } from "../support/sameRows.ts";
import { scratchPath } from "../support/scratch.ts";

const run = makeRun();
const second = makeRun({ attempt: 2 });
const fileOf = (directory: string, attempt = 1): string => join(directory, `iterates-000${attempt}.arrows`);
const rowsIn = (directory: string, attempt = 1): RunReader => new RunReader(readFileSync(fileOf(directory, attempt)));
const endingIn = (directory: string) => readRunFile(directory).attempts.at(-1)?.ended;

/** A directory whose newest attempt was killed: no ending, and a process that is gone. */
async function killed(rows: readonly Row[]): Promise<string> {
  const path = scratchPath();
  await valuesOf(from(rows).pipe(runDirectory(path)));
  const { pid } = spawnSync(process.execPath, ["--eval", ""]);
  const file = readRunFile(path);
  const { ended: _, ...attempt } = file.attempts.at(-1)!;
  const attempts = [...file.attempts.slice(0, -1), { ...attempt, process: { pid, host: hostname() } }];
  writeFileSync(join(path, "run.json"), JSON.stringify({ ...file, attempts }));
  return path;
}

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
    squaredNorm: 1 / 9,
  });
});

writes("leaves numbers that are not finite out of the ending", async () => {
  const path = scratchPath();
  const last = { status: "diverged", value: Number.NaN, squaredNorm: Number.POSITIVE_INFINITY } as const;
  await valuesOf(from([makeRow(run, 0), makeRow(run, 1, last)]).pipe(runDirectory(path)));
  const ending = endingIn(path)!;
  assert.is(ending.status, "diverged");
  assert.not("value" in ending || "squaredNorm" in ending);
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
  assert.is(endingIn(left)?.message, "the process left");
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
  const path = await killed(makeRows(9, run).slice(0, 5));
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
  const path = await killed(makeRows(5, run));
  const refusal = async (of: Run): Promise<unknown> =>
    (await collect(from(makeRows(2, of)).pipe(runDirectory(path)))).error;
  await valuesOf(from(makeRows(2, second)).pipe(runDirectory(path)));
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

const refused = suite("runDirectory: refusals");

refused("an impossible limit at once", () => {
  assertError(() => runDirectory("x", { batch: { seconds: -1 } }), "ERR_OPTION_RANGE", /batch\.seconds/);
});

refused("a directory with a run, with rows of an unknown run, or with a damaged run.json, all untouched", async () => {
  const whole = scratchPath();
  await valuesOf(from(makeRows(3, run)).pipe(runDirectory(whole)));
  const unknown = scratchPath();
  mkdirSync(unknown);
  writeFileSync(fileOf(unknown), "rows");
  const damaged = scratchPath();
  mkdirSync(damaged);
  writeFileSync(join(damaged, "run.json"), "{");
  const cases: readonly (readonly [string, string, RegExp])[] = [
    [whole, "ERR_RUN_EXISTS", /already holds the run "example" \(attempt 1, completed, 3 rows\)/],
    [unknown, "ERR_RUN_EXISTS", /holds rows of an unknown run; choose another directory/],
    [damaged, "ERR_RUN_FILE", /run\.json is no JSON/],
  ];
  for (const [path, code, message] of cases) {
    const before = readdirSync(path).map((name) => readFileSync(join(path, name), "latin1"));
    const outcome = await collect(from(makeRows(5, run)).pipe(runDirectory(path)));
    checkError(outcome.error, code, message);
    assert.is(outcome.values.length, 0);
    assert.equal(
      readdirSync(path).map((name) => readFileSync(join(path, name), "latin1")),
      before,
    );
  }
});

refused("nothing of these where they are to be overwritten, and then removes the earlier run only", async () => {
  const path = await killed(makeRows(5, run));
  await valuesOf(from(makeRows(2, second)).pipe(runDirectory(path)));
  writeFileSync(join(path, "checkpoint.bin"), "old");
  writeFileSync(join(path, "notes.txt"), "mine");
  await valuesOf(from(makeRows(3, run)).pipe(runDirectory(path, { overwrite: true })));
  assert.equal(readdirSync(path).sort(), ["iterates-0001.arrows", "notes.txt", "run.json"]);
  assert.is(readRunFile(path).attempts.length, 1);
  writeFileSync(join(path, "run.json"), "{");
  await valuesOf(from(makeRows(4, run)).pipe(runDirectory(path, { overwrite: true })));
  assert.is([...rowsIn(path)].length, 4);
});

refused("a directory that is being written, to be overwritten or not", async () => {
  const path = scratchPath();
  const subscription = concat(from([makeRow(run, 0)]), NEVER)
    .pipe(runDirectory(path))
    .subscribe();
  for (const overwrite of [false, true]) {
    const outcome = await collect(from(makeRows(5, run)).pipe(runDirectory(path, { overwrite })));
    checkError(outcome.error, "ERR_RUN_BUSY", new RegExp(`is being written by process ${process.pid} on `));
  }
  subscription.unsubscribe();
  assert.is([...rowsIn(path)].length, 1);
  assert.is(endingIn(path)?.how, "interrupted");
});

refused("a second run in one directory, keeping the first", async () => {
  const path = scratchPath();
  const rows = [makeRow(run, 0), makeRow(makeRun({ name: "second" }), 0)];
  const outcome = await collect(from(rows).pipe(runDirectory(path)));
  checkError(outcome.error, "ERR_RUN_CHANGED", /"second" .* came after those of "example".*give a function/);
  assertSameRows(rowsIn(path), rows.slice(0, 1));
  assert.is(endingIn(path)?.how, "failed");
});

refused("a path that cannot be a directory", async () => {
  const file = scratchPath("file");
  writeFileSync(file, "");
  for (const path of [file, join(file, "run")]) {
    const outcome = await collect(from(makeRows(5, run)).pipe(runDirectory(path)));
    checkError(outcome.error, "ERR_WRITE", /^runDirectory: cannot write .* a part of the path is a file/);
  }
});

refused("a directory that may not be written", async () => {
  if (process.getuid?.() === 0) {
    // Root may write anywhere but into the kernel's own file systems.
    if (!existsSync("/proc/self")) return;
    const outcome = await collect(from(makeRows(5, run)).pipe(runDirectory("/proc/self/run")));
    checkError(outcome.error, "ERR_WRITE", /^runDirectory: cannot write \/proc\/self\/run/);
    return;
  }
  const parent = scratchPath();
  mkdirSync(parent, { mode: 0o500 });
  const outcome = await collect(from(makeRows(5, run)).pipe(runDirectory(join(parent, "run"))));
  checkError(outcome.error, "ERR_WRITE", /permission denied; choose a directory that you may write to/);
});
refused.run();

const full = suite("runDirectory: full disks");

full("where not even run.json can be written, the error says so and no empty file stands in the way", async () => {
  const path = scratchPath();
  mkdirSync(path);
  const temporary = join(path, `.run.json.${process.pid}.tmp`);
  symlinkSync("/dev/full", temporary);
  const outcome = await collect(from(makeRows(5, run)).pipe(runDirectory(path)));
  checkError(outcome.error, "ERR_WRITE", /run\.json: the disk is full; free some space \(ENOSPC\)/);
  assert.equal(readdirSync(path), []);
  await valuesOf(from(makeRows(5, run)).pipe(runDirectory(path)));
});

full("a disk that fills up during a run ends it with one error, and every row written before is read back", () => {
  const path = scratchPath();
  const source = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);
  const program = `
    import { from } from "rxjs";
    import { runDirectory } from ${source("../../src/sinks/runDirectory.ts")};
    import { makeRow, makeRun } from ${source("../support/rows.ts")};
    const run = makeRun();
    const rows = Array.from({ length: 2000 }, (_, step) => makeRow(run, step));
    from(rows).pipe(runDirectory(process.argv[1], { batch: { rows: 10 } })).subscribe({
      error: (error) => console.log(error.code + " " + error.message),
      complete: () => console.log("completed"),
    });`;
  const args = ["--conditions=fluxion-source", "--import", "tsx", "--input-type=module", "-e", program, path];
  // At most 32 KB a file.
  const child = spawnSync("bash", ["-c", 'ulimit -f 32; exec "$0" "$@"', process.execPath, ...args], {
    encoding: "utf8",
    // tsx's cache must not be cut as well.
    env: { ...process.env, TSX_DISABLE_CACHE: "1" },
  });
  assert.is(child.status, 0, child.stderr);
  assert.match(child.stdout, /^ERR_WRITE runDirectory: .*iterates-0001\.arrows: the file may not grow further/);
  const rows = [...rowsIn(path)];
  assert.ok(rows.length >= 50 && rows.length < 2000, `${rows.length} rows`);
  assertSameRows(
    rows,
    rows.map((_, step) => makeRow(run, step)),
  );
  const ending = endingIn(path)!;
  assert.is(ending.how, "failed");
  assert.match(String(ending.message), /the 3\d{4} bytes written before are kept/);
  assert.is(ending.rows, rows.length);
});

full("a directory that vanishes during a run is an error at its end", async () => {
  const path = scratchPath();
  const source = new Subject<Row>();
  const told = collect(source.pipe(runDirectory(path)));
  source.next(makeRow(run, 0));
  rmSync(path, { recursive: true });
  source.complete();
  checkError((await told).error, "ERR_WRITE", /run\.json: no such directory/);
});
full.run();

const reads = suite("runDirectory and replay");

reads("give back the rows of all attempts, the later one standing for the steps that it did again", async () => {
  const path = await killed(makeRows(9, run).slice(0, 6));
  const resumed = makeRows(9, second).slice(4);
  await valuesOf(from(resumed).pipe(runDirectory(path)));
  const rows = await valuesOf(replay(path));
  const expected = [...makeRows(9, second).slice(0, 4), ...resumed];
  assertSameRows(rows, expected);
});
reads.run();

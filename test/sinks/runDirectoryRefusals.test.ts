/** What runDirectory refuses, and what it leaves where the disk is full. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { concat, from, NEVER, Subject } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../src/arrow/row.ts";
import { readRunFile } from "../../src/arrow/runFile.ts";
import { RunReader } from "../../src/arrow/runReader.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { assertError, checkError } from "../support/assert.ts";
import { collect, valuesOf } from "../support/collect.ts";
import { onFullDisk } from "../support/disk.ts";
import { killedDirectory } from "../support/killedDirectory.ts";
import { makeRow, makeRows, makeRun } from "../support/rows.ts";
import { assertSameRows } from "../support/sameRows.ts";
import { scratchPath } from "../support/scratch.ts";

const run = makeRun();
const second = makeRun({ attempt: 2 });
const fileOf = (directory: string, attempt = 1): string => join(directory, `iterates-000${attempt}.arrows`);
const rowsIn = (directory: string, attempt = 1): RunReader => new RunReader(readFileSync(fileOf(directory, attempt)));
const endingIn = (directory: string) => readRunFile(directory).attempts.at(-1)?.ended;

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
    [damaged, "ERR_RUN_FILE", /run\.json is not JSON/],
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
  const path = await killedDirectory(makeRows(5, run));
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
  const outcome = await onFullDisk(() => collect(from(makeRows(5, run)).pipe(runDirectory(path))), /run\.json/);
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
  checkError(
    (await told).error,
    "ERR_WRITE",
    /iterates-0001\.arrows: during the run the file was removed, and its rows/,
  );
  assert.not(existsSync(path));
});
full.run();

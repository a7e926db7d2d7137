import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { concat, EMPTY, from, NEVER, of, Subject, take, throwError } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { RecordMessage } from "../../src/arrow/recorder.ts";
import type { Row } from "../../src/arrow/row.ts";
import { RunReader } from "../../src/arrow/runReader.ts";
import { arrowFile } from "../../src/sinks/arrowFile.ts";
import { assertError, checkError } from "../support/assert.ts";
import { collect, valuesOf } from "../support/collect.ts";
import { makeRow, makeRows, makeRun } from "../support/rows.ts";
import { assertSameRows } from "../support/sameRows.ts";
import { scratchPath } from "../support/scratch.ts";

const run = makeRun();
const rowsIn = (path: string): RunReader => new RunReader(readFileSync(path), path);

const writes = suite("arrowFile");

writes("writes every row, passes each on as it is, and ends the file", async () => {
  const path = scratchPath("rows.arrows");
  const rows = makeRows(600, run);
  const passed = await valuesOf(from(rows).pipe(arrowFile(path)));
  assert.is(passed.length, 600);
  for (const [i, row] of passed.entries()) assert.is(row, rows[i]);
  const reader = rowsIn(path);
  assertSameRows(reader, rows);
  assert.is(reader.end?.end, "marked");
});

writes("makes no file for a stream without rows", async () => {
  const path = scratchPath("rows.arrows");
  assert.equal((await valuesOf(EMPTY.pipe(arrowFile(path)))).length, 0);
  assert.not(existsSync(path));
});

writes("keeps what was written, and ends the file, when an error comes down, which passes unchanged", async () => {
  const path = scratchPath("rows.arrows");
  const rows = makeRows(9, run).slice(0, 5);
  const error = new Error("the problem threw");
  const outcome = await collect(
    concat(
      from(rows),
      throwError(() => error),
    ).pipe(arrowFile(path)),
  );
  assert.is(outcome.error, error);
  const reader = rowsIn(path);
  assertSameRows(reader, rows);
  assert.is(reader.end?.end, "marked");
});

writes("keeps what was written when somebody unsubscribes", async () => {
  const path = scratchPath("rows.arrows");
  await valuesOf(concat(from(makeRows(9, run).slice(0, 5)), NEVER).pipe(arrowFile(path), take(3)));
  const reader = rowsIn(path);
  assert.is([...reader].length, 3);
  assert.is(reader.end?.end, "marked");
});

writes("ends the file at the row with the verdict, however long the stream lives on", () => {
  const path = scratchPath("rows.arrows");
  const subscription = concat(from(makeRows(3, run)), NEVER)
    .pipe(arrowFile(path))
    .subscribe();
  const reader = rowsIn(path);
  assert.is([...reader].length, 3);
  assert.is(reader.end?.end, "marked");
  subscription.unsubscribe();
});

writes("writes a batch at its limits, before the stream ends", () => {
  const path = scratchPath("rows.arrows");
  const source = new Subject<Row>();
  const subscription = source.pipe(arrowFile(path, { batch: { rows: 4, seconds: 1000 } })).subscribe();
  for (let step = 0; step < 11; step++) source.next(makeRow(run, step));
  assert.is([...rowsIn(path)].length, 8);
  subscription.unsubscribe();
  assert.is([...rowsIn(path)].length, 11);
});

writes("stores points as it is told", async () => {
  const path = scratchPath("rows.arrows");
  await valuesOf(from(makeRows(8, run)).pipe(arrowFile(path, { points: 3 })));
  const stored = [...rowsIn(path)].flatMap(({ step, point }) => (point === undefined ? [] : [step]));
  assert.equal(stored, [0, 3, 6, 7]);
});

writes("hands the same bytes to whoever wants them, which together are the file", async () => {
  const path = scratchPath("rows.arrows");
  const messages: RecordMessage[] = [];
  const onMessage = (message: RecordMessage): unknown => messages.push(message);
  await valuesOf(from(makeRows(10, run)).pipe(arrowFile(path, { batch: { rows: 4 }, onMessage })));
  assert.equal(
    messages.map(({ kind }) => kind),
    ["header", "batch", "batch", "batch", "end"],
  );
  assert.is(Buffer.compare(Buffer.concat(messages.map(({ bytes }) => bytes)), readFileSync(path)), 0);
});

writes("writes each run of a merged stream into the one file, where the runs have the same columns", async () => {
  const path = scratchPath("ends.arrows");
  const ends = ["a", "b", "c"].map((name, i) =>
    makeRow(makeRun({ name, description: i }), i, { status: i === 1 ? "diverged" : "converged" }),
  );
  await valuesOf(from(ends).pipe(arrowFile(path, { merged: true })));
  const reader = rowsIn(path);
  assertSameRows(reader, ends);
  assert.is(reader.end?.end, "marked");
});

writes("is cold: each subscription writes a file anew", async () => {
  const path = scratchPath("rows.arrows");
  const rows = from(makeRows(3, run)).pipe(arrowFile(path, { overwrite: true }));
  await valuesOf(rows);
  await valuesOf(rows);
  assert.is([...rowsIn(path)].length, 3);
});
writes.run();

const refused = suite("arrowFile: refusals");

refused("an impossible limit or impossible points at once", () => {
  assertError(() => arrowFile("x.arrows", { batch: { rows: 0 } }), "ERR_OPTION_RANGE", /batch\.rows/);
  assertError(() => arrowFile("x.arrows", { points: 0.5 }), "ERR_OPTION_RANGE", /points/);
});

refused("a file that exists, untouched", async () => {
  const path = scratchPath("rows.arrows");
  writeFileSync(path, "precious");
  const outcome = await collect(from(makeRows(3, run)).pipe(arrowFile(path)));
  checkError(outcome.error, "ERR_RUN_EXISTS", /arrowFile: .*rows\.arrows exists already/);
  assert.is(readFileSync(path, "utf8"), "precious");
  await valuesOf(from(makeRows(3, run)).pipe(arrowFile(path, { overwrite: true })));
  assert.is([...rowsIn(path)].length, 3);
});

refused("two subscriptions at the same time", async () => {
  const path = scratchPath("rows.arrows");
  const source = new Subject<Row>();
  const first = source.pipe(arrowFile(path, { overwrite: true })).subscribe();
  const second = collect(source.pipe(arrowFile(path, { overwrite: true })));
  source.next(makeRow(run, 0));
  checkError((await second).error, "ERR_RUN_BUSY", /another subscription of this process/);
  source.next(makeRow(run, 1));
  first.unsubscribe();
  assert.is([...rowsIn(path)].length, 2);
});

refused("a second run, keeping the rows of the first", async () => {
  const path = scratchPath("rows.arrows");
  const rows = [makeRow(run, 0), makeRow(run, 1), makeRow(makeRun({ name: "second" }), 0)];
  const outcome = await collect(from(rows).pipe(arrowFile(path)));
  checkError(outcome.error, "ERR_RUN_CHANGED", /"second" \(attempt 1\) came after those of "example".*runDirectory/);
  assertSameRows(rowsIn(path), rows.slice(0, 2));
});

refused("a merged run with other columns, which it names", async () => {
  const path = scratchPath("rows.arrows");
  const other = makeRun({ name: "second", columns: { cosine: { meaning: "m" } } });
  const rows = [makeRow(run, 0), makeRow(other, 0)];
  const outcome = await collect(from(rows).pipe(arrowFile(path, { merged: true })));
  checkError(outcome.error, "ERR_RUN_CHANGED", /other columns \(cosine; before: residual, rate, outcome, spectrum\)/);
  assertSameRows(rowsIn(path), rows.slice(0, 1));
});

refused("rows after the run's last one", async () => {
  const path = scratchPath("rows.arrows");
  const rows = [makeRow(run, 0, { status: "converged" }), makeRow(run, 1)];
  const outcome = await collect(from(rows).pipe(arrowFile(path)));
  checkError(outcome.error, "ERR_RUN_CHANGED", /step 1 of the run "example" came after its last row/);
  assert.is([...rowsIn(path)].length, 1);
});

refused("a row that cannot be encoded, keeping those before it", async () => {
  const path = scratchPath("rows.arrows");
  const rows = [makeRow(run, 0), makeRow(run, 1), makeRow(run, 2, { columns: { outcome: 7 } })];
  const outcome = await collect(from(rows).pipe(arrowFile(path)));
  checkError(outcome.error, "ERR_CATEGORY");
  assert.is(outcome.values.length, 2);
  const reader = rowsIn(path);
  assertSameRows(reader, rows.slice(0, 2));
  assert.is(reader.end?.end, "marked");
});

refused("a path that cannot be written: a file in the way, a directory, a full disk", async () => {
  const file = scratchPath("file");
  writeFileSync(file, "");
  const directory = scratchPath();
  mkdirSync(directory);
  const cases: readonly (readonly [string, RegExp])[] = [
    [join(file, "rows.arrows"), /a part of the path is a file/],
    [directory, /it is a directory/],
    ["/dev/full", /the disk is full; free some space \(ENOSPC\)/],
  ];
  for (const [path, message] of cases) {
    const outcome = await collect(from(makeRows(3, run)).pipe(arrowFile(path, { overwrite: true })));
    checkError(outcome.error, "ERR_WRITE", message);
    assert.is(outcome.values.length, 0);
  }
});

refused("an error of whoever gets the bytes, after they are in the file", async () => {
  const path = scratchPath("rows.arrows");
  const onMessage = ({ kind }: RecordMessage): void => {
    if (kind === "batch") throw new Error("nobody listens");
  };
  const outcome = await collect(from(makeRows(5, run)).pipe(arrowFile(path, { onMessage, batch: { rows: 2 } })));
  assert.match(String(outcome.error), /nobody listens/);
  assert.is([...rowsIn(path)].length >= 2, true);
});

refused("a write that fails by the clock, as the stream's error", async () => {
  const subject = new Subject<Row>();
  const told = collect(
    concat(of(makeRow(run, 0)), subject).pipe(
      arrowFile(scratchPath("rows.arrows"), {
        batch: { seconds: 0.02 },
        onMessage({ kind }) {
          if (kind === "batch") throw new Error("late");
        },
      }),
    ),
  );
  // The timer of the sink does not keep the process alive; this one does.
  const alive = setInterval(() => {}, 1000);
  const outcome = await told;
  clearInterval(alive);
  assert.match(String(outcome.error), /late/);
  assert.not(subject.observed);
});
refused.run();

const leaving = suite("arrowFile: the process leaves");

leaving("keeps every row at process.exit and at an uncaught exception", () => {
  for (const ending of ["process.exit(3)", 'setTimeout(() => { throw new Error("uncaught") })']) {
    const path = scratchPath("rows.arrows");
    const source = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);
    const program = `
      import { concat, from, NEVER } from "rxjs";
      import { arrowFile } from ${source("../../src/sinks/arrowFile.ts")};
      import { makeRow, makeRun } from ${source("../support/rows.ts")};
      const run = makeRun();
      const rows = Array.from({ length: 5 }, (_, step) => makeRow(run, step));
      concat(from(rows), NEVER).pipe(arrowFile(process.argv[1])).subscribe();
      ${ending};`;
    const args = ["--conditions=fluxion-source", "--import", "tsx", "--input-type=module", "-e", program, path];
    const { status } = spawnSync(process.execPath, args, { encoding: "utf8" });
    assert.is(status, ending.includes("exit") ? 3 : 1);
    const reader = rowsIn(path);
    assert.is([...reader].length, 5);
    assert.is(reader.end?.end, "marked");
  }
});

leaving("leaves no listener behind once its streams are over", async () => {
  const before = process.listenerCount("exit");
  const source = new Subject<Row>();
  const subscriptions = [1, 2].map(() => source.pipe(arrowFile(scratchPath())).subscribe());
  source.next(makeRow(run, 0));
  assert.is(process.listenerCount("exit"), before + 1);
  for (const subscription of subscriptions) subscription.unsubscribe();
  assert.is(process.listenerCount("exit"), before);
});
leaving.run();

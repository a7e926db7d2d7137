import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { concat, from, NEVER, take } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row, Run } from "../../src/arrow/row.ts";
import { readRunFile } from "../../src/arrow/runFile.ts";
import { arrowFile } from "../../src/sinks/arrowFile.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { replay } from "../../src/streams/replay.ts";
import { assertError, checkError } from "../support/assert.ts";
import { collect, valuesOf } from "../support/collect.ts";
import { makeRow, makeRows, makeRun } from "../support/rows.ts";
import { assertSameRows } from "../support/sameRows.ts";
import { scratchPath } from "../support/scratch.ts";
import { streamOf } from "../support/streams.ts";

const run = makeRun();
const fileOf = (directory: string, attempt = 1): string => join(directory, `iterates-000${attempt}.arrows`);

/** A run directory with these attempts, each cut into batches of two rows. */
function recorded(...attempts: readonly (readonly Row[])[]): string {
  const path = scratchPath();
  mkdirSync(path);
  for (const [i, rows] of attempts.entries()) {
    const counts = Array.from({ length: Math.ceil(rows.length / 2) }, () => 2);
    writeFileSync(fileOf(path, i + 1), streamOf(rows, counts).bytes);
  }
  return path;
}
const rowsOf = (of: Run, from_: number, to: number): Row[] =>
  Array.from({ length: to - from_ }, (_, i) => makeRow(of, from_ + i));

const one = suite("replay: one attempt");

one("gives the rows of a directory and of a file, one run for all", async () => {
  const path = scratchPath();
  const rows = makeRows(600, run);
  await valuesOf(from(rows).pipe(runDirectory(path)));
  for (const source of [path, fileOf(path)]) {
    const back = await valuesOf(replay(source));
    assertSameRows(back, rows);
    assert.is(new Set(back.map((row) => row.run)).size, 1);
    assert.equal(back[0]!.run, run);
  }
});

one("gives rows that a sink writes again as they were", async () => {
  const rows = makeRows(20, run);
  const path = recorded(rows);
  const copy = scratchPath("copy.arrows");
  await valuesOf(replay(path).pipe(arrowFile(copy)));
  assertSameRows(await valuesOf(replay(copy)), rows);
});

one("gives the rows before a torn tail, and of a run that goes on those written so far", async () => {
  const path = recorded(makeRows(6, run));
  const whole = readFileSync(fileOf(path)).length;
  truncateSync(fileOf(path), whole - 20);
  assertSameRows(await valuesOf(replay(path)), makeRows(6, run).slice(0, 4));

  const live = scratchPath();
  const subscription = concat(from(rowsOf(run, 0, 7)), NEVER)
    .pipe(runDirectory(live, { batch: { rows: 3 } }))
    .subscribe();
  assert.is(readRunFile(live).attempts[0]?.ended, undefined);
  assertSameRows(await valuesOf(replay(live)), rowsOf(run, 0, 6));
  subscription.unsubscribe();
  assertSameRows(await valuesOf(replay(live)), rowsOf(run, 0, 7));
});

one("gives the runs of a merged file by their names", async () => {
  const path = scratchPath("ends.arrows");
  const ends = ["a", "b"].map((name, step) => makeRow(makeRun({ name }), step, { status: "converged" }));
  await valuesOf(from(ends).pipe(arrowFile(path, { merged: true })));
  assertSameRows(await valuesOf(replay(path)), ends);
});

one("is cold: reads the file anew, one batch at a time, and stops where nobody listens", async () => {
  const path = recorded(makeRows(10, run));
  const source = replay(path);
  assert.is((await valuesOf(source.pipe(take(3)))).length, 3);
  assert.is((await valuesOf(source)).length, 10);
  let came = 0;
  const subscription = replay(path, { slice: Number.POSITIVE_INFINITY })
    .pipe(take(5))
    .subscribe(() => came++);
  assert.ok(subscription.closed);
  assert.is(came, 5);
});

one("yields to the event loop, unless slice is Infinity", async () => {
  const path = recorded(rowsOf(run, 0, 2000));
  const counts: number[] = [];
  let came = 0;
  const timer = setInterval(() => counts.push(came), 1);
  await new Promise<void>((resolve) => {
    replay(path, { slice: 0.01 }).subscribe({ next: () => came++, complete: resolve });
    assert.is(came, 0);
  });
  clearInterval(timer);
  assert.ok(
    counts.some((count) => count > 0 && count < 2000),
    counts.join(" "),
  );
  let rows = 0;
  replay(path, { slice: Number.POSITIVE_INFINITY }).subscribe(() => rows++);
  assert.is(rows, 2000);
});

one("reads nothing after it was unsubscribed before its first batch", async () => {
  const values: Row[] = [];
  const errors: unknown[] = [];
  const subscription = replay(scratchPath("missing")).subscribe({
    next: (row) => values.push(row),
    error: (error) => errors.push(error),
  });
  subscription.unsubscribe();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal([values.length, errors.length], [0, 0]);
});
one.run();

const many = suite("replay: several attempts");
const [second, third] = [makeRun({ attempt: 2 }), makeRun({ attempt: 3 })];

many("lets a newer attempt stand for the steps that it did again", async () => {
  const path = recorded(rowsOf(run, 0, 9), rowsOf(second, 5, 8), rowsOf(third, 3, 6));
  const rows = await valuesOf(replay(path));
  assertSameRows(rows, rowsOf(third, 0, 6));
  assert.is(new Set(rows.map((row) => row.run)).size, 1);
});

many("gives a gap where an attempt lost rows that a newer one did not do again", async () => {
  const path = recorded(rowsOf(run, 0, 4), rowsOf(second, 6, 8));
  assert.equal(
    (await valuesOf(replay(path))).map(({ step }) => step),
    [0, 1, 2, 3, 6, 7],
  );
});

many("gives all attempts one after the other on request, each with its run", async () => {
  const attempts = [rowsOf(run, 0, 9), rowsOf(second, 5, 8)] as const;
  const rows = await valuesOf(replay(recorded(...attempts), { attempts: "all" }));
  assertSameRows(rows, attempts.flat());
  assert.equal([...new Set(rows.map((row) => row.run.attempt))], [1, 2]);
});

many("leaves out attempts that were killed before their first row, with a header or without", async () => {
  const path = recorded(rowsOf(run, 0, 4), rowsOf(second, 3, 5), rowsOf(third, 4, 5));
  const header = streamOf(rowsOf(second, 0, 1), [1]).ends[0]!;
  truncateSync(fileOf(path, 2), header);
  truncateSync(fileOf(path, 3), header - 1);
  for (const attempts of ["newest", "all"] as const) {
    const rows = await valuesOf(replay(path, { attempts }));
    assert.equal(
      rows.map(({ step }) => step),
      [0, 1, 2, 3],
    );
  }
});

many("joins the columns and categories of all attempts", async () => {
  const columns = {
    outcome: { meaning: "m", kind: "category", values: ["new", "accepted"] },
    cosine: { meaning: "c" },
  } as const;
  const wider = makeRun({ attempt: 2, columns });
  const row = makeRow(wider, 2, { columns: { outcome: 0, cosine: 0.5 }, vectors: {} });
  const rows = await valuesOf(replay(recorded(rowsOf(run, 0, 3), [row])));
  assert.equal(Object.keys(rows[0]!.run.columns).sort(), ["cosine", "outcome", "rate", "residual", "spectrum"]);
  const values = rows[0]!.run.columns.outcome!.values!;
  assert.equal(values, ["new", "accepted", "stagnated", "failed"]);
  assert.equal(
    rows.map(({ columns: { outcome } }) => values[outcome!]),
    ["accepted", "stagnated", "new"],
  );
  assert.is(rows[2]!.columns.cosine, 0.5);
});

many("refuses to join columns of two kinds, and gives the attempts one by one", async () => {
  const other = makeRun({ attempt: 2, columns: { residual: { meaning: "m", kind: "vector" } } });
  const row = makeRow(other, 1, { columns: {}, vectors: { residual: Float64Array.of(1) } });
  const path = recorded([makeRow(run, 0)], [row]);
  const outcome = await collect(replay(path));
  checkError(
    outcome.error,
    "ERR_COLUMN_CONFLICT",
    /"residual" of "example" is a number in one attempt and a vector in/,
  );
  assert.is((await valuesOf(replay(path, { attempts: "all" }))).length, 2);
});
many.run();

const refused = suite("replay: refusals");

refused("options that are none, at once", () => {
  assertError(
    () => replay("x", { attempts: "oldest" as "all" }),
    "ERR_OPTION_RANGE",
    /"newest" or "all", got "oldest"/,
  );
  for (const slice of [0, -1, Number.NaN]) assertError(() => replay("x", { slice }), "ERR_OPTION_RANGE", /slice/);
});

refused("what is missing, empty, foreign or no run", async () => {
  const empty = scratchPath("empty.arrows");
  writeFileSync(empty, "");
  const text = scratchPath("text.arrows");
  writeFileSync(text, "step,loss\n");
  const directory = scratchPath();
  mkdirSync(directory);
  const killed = recorded(rowsOf(run, 0, 1), rowsOf(second, 0, 1));
  for (const attempt of [1, 2]) truncateSync(fileOf(killed, attempt), 100);
  const cases: readonly (readonly [string, string, RegExp])[] = [
    [scratchPath("missing"), "ERR_READ", /there is no such file or directory/],
    [empty, "ERR_ARROW_EMPTY", /empty\.arrows is empty/],
    [text, "ERR_ARROW_FORMAT", /text\.arrows is not an Arrow stream/],
    [directory, "ERR_RUN_FILE", /is not a run directory: it does not hold iterates-0001\.arrows/],
    [killed, "ERR_ARROW_EMPTY", /no attempt in .* has any row; was the run killed at the start/],
  ];
  for (const [path, code, message] of cases) checkError((await collect(replay(path))).error, code, message);
});

refused("damage, after the rows before it", async () => {
  const path = recorded(rowsOf(run, 0, 6));
  const { ends } = streamOf(rowsOf(run, 0, 6), [2, 2, 2]);
  const bytes = readFileSync(fileOf(path));
  bytes[ends[1]!] = 0;
  writeFileSync(fileOf(path), bytes);
  const outcome = await collect(replay(path));
  checkError(outcome.error, "ERR_ARROW_CORRUPT", new RegExp(`iterates-0001\\.arrows is damaged at byte ${ends[1]}`));
  assertSameRows(outcome.values, rowsOf(run, 0, 2));
});
refused.run();

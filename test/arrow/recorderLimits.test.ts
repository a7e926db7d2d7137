/** When a recording closes a batch. */
import { setTimeout as wait } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkLimits, type RecordRunOptions, recordRun } from "../../src/arrow/recorder.ts";
import { assertError } from "../support/assert.ts";
import { never, record, run, spin, until } from "../support/recording.ts";
import { makeRow, makeRows } from "../support/rows.ts";

const limits = suite("recordRun: limits");

limits("closes a batch when it has its rows and another comes", () => {
  const { append, close, counts, rows } = record({ batch: { rows: 4, ...never } });
  for (const row of makeRows(4, run)) append(row);
  assert.equal(counts(), []);
  append(makeRow(run, 4));
  assert.equal(counts(), [4]);
  for (let step = 5; step < 10; step++) append(makeRow(run, step));
  assert.equal(counts(), [4, 4]);
  close();
  assert.equal(counts(), [4, 4, 2]);
  assert.is([...rows()].length, 10);
});

limits("has 256 rows a batch by default", () => {
  const { append, close, counts } = record({ batch: never });
  for (const row of makeRows(600, run)) append(row);
  close();
  assert.equal(counts(), [256, 256, 88]);
});

limits("closes a batch at its bytes, give or take a row", () => {
  const { append, close, batches, counts } = record({ batch: { bytes: 10_000, ...never }, points: "all" });
  for (let step = 0; step < 30; step++) append(makeRow(run, step, { point: new Float64Array(200) }));
  close();
  assert.equal(counts(), [6, 6, 6, 6, 6]);
  for (const { bytes } of batches()) assert.ok(bytes.length > 9_000 && bytes.length < 10_000 + 3_000);
});

limits("has 4 MB a batch by default", () => {
  const { append, close, batches } = record({ batch: never, points: "all" });
  for (let step = 0; step < 25; step++) append(makeRow(run, step, { point: new Float64Array(2 ** 16) }));
  close();
  assert.equal(
    batches().map(({ rows }) => rows),
    [8, 8, 8, 1],
  );
});

limits("closes a batch at once when a row comes late, so that it is safe during the next long step", () => {
  const { append, abandon, counts } = record({ batch: { seconds: 0.02 } });
  append(makeRow(run, 0));
  assert.equal(counts(), []);
  spin(25);
  append(makeRow(run, 1));
  assert.equal(counts(), [2]);
  append(makeRow(run, 2));
  assert.equal(counts(), [2]);
  abandon();
});

limits("keeps back a late row only as long as its point may still be added", () => {
  const { append, close, counts, rows } = record({ batch: { seconds: 0.02 }, points: 10 });
  append(makeRow(run, 0));
  for (const step of [1, 2, 3]) {
    spin(25);
    append(makeRow(run, step));
    assert.equal(counts(), step === 1 ? [] : step === 2 ? [2] : [2, 1], `step ${step}`);
  }
  close();
  assert.equal(counts(), [2, 1, 1]);
  assert.equal(
    [...rows()].map(({ point }) => point?.[0]),
    [0, undefined, undefined, 3],
  );
});

limits("closes a batch by a timer where no row comes, again and again, and not without rows", async () => {
  const { append, abandon, counts } = record({ batch: { seconds: 0.05 } });
  append(makeRow(run, 0));
  append(makeRow(run, 1));
  await until(() => counts().length === 1);
  await wait(120);
  assert.equal(counts(), [2]);
  append(makeRow(run, 2));
  await until(() => counts().length === 2);
  assert.equal(counts(), [2, 1]);
  abandon();
});

limits("is not kept alive by its timer", () => {
  const before = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const { append, abandon } = record({});
  append(makeRow(run, 0));
  assert.is(process.getActiveResourcesInfo().filter((name) => name === "Timeout").length, before);
  abandon();
});

limits("refuses limits that are not positive numbers", () => {
  for (const rows of [0, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assertError(() => checkLimits({ rows }), "ERR_OPTION_RANGE", /batch\.rows/);
  }
  for (const bytes of [0, -1, Number.NaN])
    assertError(() => checkLimits({ bytes }), "ERR_OPTION_RANGE", /batch\.bytes/);
  for (const seconds of [0, -1, Number.NaN]) {
    assertError(() => recordRun(run, { batch: { seconds }, sink: () => {} }), "ERR_OPTION_RANGE", /batch\.seconds/);
  }
  assert.equal(checkLimits(), { rows: 256, bytes: 4 * 1024 * 1024, seconds: 1 });
  assert.is(checkLimits({ seconds: Number.POSITIVE_INFINITY }).seconds, Number.POSITIVE_INFINITY);
});

limits("and the other options are refused where they are unknown or of the wrong type", () => {
  const sink = (): void => {};
  const make = (options: unknown) => () => recordRun(run, options as RecordRunOptions);
  for (const wrong of [undefined, null, sink, [sink]]) {
    assertError(make(wrong), "ERR_OPTION_TYPE", /^recordRun: expected an object of options/);
  }
  assertError(make({}), "ERR_OPTION_TYPE", /the option sink to be a function of the message, got nothing/);
  assertError(make({ sink, rows: 3 }), "ERR_OPTION_UNKNOWN", /^recordRun: there is no option "rows"/);
  assertError(make({ sink, points: 0 }), "ERR_OPTION_RANGE", /^recordRun: expected points to be a positive integer/);
  assertError(
    make({ sink, batch: 3 }),
    "ERR_OPTION_TYPE",
    /batch to be an object of limits, such as \{ rows: 256 \}, got 3/,
  );
  assertError(
    make({ sink, batch: [] }),
    "ERR_OPTION_TYPE",
    /batch to be an object of options, such as \{ rows: value \}/,
  );
  assertError(
    make({ sink, batch: { second: 1 } }),
    "ERR_OPTION_UNKNOWN",
    /^recordRun: there is no option "batch\.second"\. Did you mean "batch\.seconds"\? The options are batch\.rows, /,
  );
  assertError(
    () => checkLimits({ rows: 0 }, "arrowFile"),
    "ERR_OPTION_RANGE",
    /^arrowFile: expected batch\.rows to be/,
  );
});
limits.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RunEncoder } from "../../src/arrow/encoder.ts";
import type { Row, Run } from "../../src/arrow/row.ts";
import { RunReader } from "../../src/arrow/runReader.ts";
import { assertError } from "../support/assert.ts";
import { encode, points } from "../support/encode.ts";
import * as fc from "../support/fastCheck.ts";
import { makeRow, makeRun } from "../support/rows.ts";
import { assertSameRows } from "../support/sameRows.ts";

const budget = suite("RunEncoder: points");
const at = (run: Run, step: number, n = 3): Row => makeRow(run, step, { point: new Float64Array(n).fill(step) });

budget("stores the point of every k-th step and of the last row", () => {
  const run = makeRun();
  const rows = Array.from({ length: 9 }, (_, i) => at(run, i + 1));
  const back = [...new RunReader(encode(run, rows, { points: 4, capacity: 5 }))];
  assert.equal(points(back), [undefined, undefined, undefined, 4, undefined, undefined, undefined, 8, 9]);
});

budget("stores the point of a row with a verdict, wherever it stands", () => {
  const run = makeRun();
  const rows = [at(run, 0), at(run, 1), { ...at(run, 2), status: "converged" as const }, at(run, 3), at(run, 5)];
  assert.equal(points(new RunReader(encode(run, rows, { points: 10 }))), [0, undefined, 2, undefined, 5]);
});

budget("stores all points, or none", () => {
  const run = makeRun();
  const rows = [0, 1, 2].map((step) => at(run, step));
  assert.equal(points(new RunReader(encode(run, rows, { points: "all" }))), [0, 1, 2]);
  assert.equal(points(new RunReader(encode(run, rows, { points: "none" }))), [undefined, undefined, undefined]);
  assert.is(new RunReader(encode(run, rows, { points: "none" })).decoder.pointsEvery, 0);
});

budget("chooses k so that points take at most the budget a row, on average", () => {
  const run = makeRun();
  const every = (n: number, pointBudget?: number): number =>
    new RunEncoder(run, n, pointBudget === undefined ? {} : { pointBudget }).pointsEvery;
  assert.equal(
    [0, 1, 1024, 1025, 2048, 2049, 1e6].map((n) => every(n)),
    [1, 1, 1, 2, 2, 3, 977],
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 7 }), fc.integer({ min: 1, max: 10 ** 6 }), (n, bytesARow) => {
      const k = every(n, bytesARow);
      assert.ok((8 * n) / k <= bytesARow && (k === 1 || (8 * n) / (k - 1) > bytesARow));
    }),
  );
});

budget("says in the schema at which steps points stand, and whether the last one could still be added", () => {
  const run = makeRun();
  const encoder = new RunEncoder(run, 3, { points: 7 });
  assert.is(encoder.schema.metadata.get("fluxion.pointsEvery"), "7");
  encoder.append(at(run, 7));
  assert.not(encoder.lastPointLeftOut);
  encoder.append(at(run, 8));
  assert.ok(encoder.lastPointLeftOut);
  encoder.completeLast();
  encoder.completeLast();
  assert.not(encoder.lastPointLeftOut);
  assert.equal(points(new RunReader(encoder.frame(encoder.flush()!))), [7, 8]);
});

budget("adds no point after the batch is gone", () => {
  const run = makeRun();
  const encoder = new RunEncoder(run, 3, { points: 7 });
  encoder.append(at(run, 8));
  encoder.flush();
  encoder.completeLast();
  assert.is(encoder.flush(), undefined);
});
budget.run();

const misuse = suite("RunEncoder: misuse");

misuse("refuses options out of range", () => {
  const run = makeRun();
  for (const capacity of [0, -1, 1.5, Number.NaN]) {
    assertError(() => new RunEncoder(run, 2, { capacity }), "ERR_OPTION_RANGE", /capacity .* got/);
  }
  for (const points of [0, -3, 2.5, Number.NaN]) {
    assertError(() => new RunEncoder(run, 2, { points }), "ERR_OPTION_RANGE", /points/);
  }
  for (const pointBudget of [0, -1, Number.NaN]) {
    assertError(() => new RunEncoder(run, 2, { pointBudget }), "ERR_OPTION_RANGE", /pointBudget/);
  }
});

misuse("refuses options of the wrong type, unknown ones, and what is not an object", () => {
  const run = makeRun();
  const make = (options: unknown) => () => new RunEncoder(run, 2, options as object);
  assertError(
    make({ points: "some" }),
    "ERR_OPTION_TYPE",
    /a positive integer, or "all", "budget" or "none", got "some"/,
  );
  assertError(make({ rows: 3 }), "ERR_OPTION_UNKNOWN", /^RunEncoder: there is no option "rows"/);
  for (const wrong of [3, null, [3]]) assertError(make(wrong), "ERR_OPTION_TYPE", /^RunEncoder: expected an object/);
});

misuse("refuses columns and vectors that the run does not declare, naming those that it does", () => {
  const run = makeRun();
  const encoder = new RunEncoder(run, 2);
  const refused = (fields: Partial<Row>, message: RegExp): void =>
    assertError(() => encoder.append(makeRow(run, 0, fields)), "ERR_UNDECLARED", message);
  refused({ columns: { resdual: 1 } }, /row\.columns\.resdual .* Declared: residual, rate, outcome, spectrum/);
  refused({ columns: { spectrum: 1 } }, /row\.columns\.spectrum/);
  refused({ vectors: { residual: new Float64Array(1) } }, /row\.vectors\.residual .* kind "vector"/);
  assert.is(encoder.rows, 0);
  encoder.append(makeRow(run, 0, { columns: { other: undefined } }));
  assert.is(encoder.rows, 1);
});

misuse("refuses a number that is no category, and leaves no trace of the row", () => {
  const run = makeRun();
  const encoder = new RunEncoder(run, 2);
  encoder.append(makeRow(run, 0));
  for (const outcome of [3, -1, 0.5, Number.NaN]) {
    assertError(
      () => encoder.append(makeRow(run, 1, { columns: { outcome } })),
      "ERR_CATEGORY",
      /"outcome" of step 1 is .* accepted, stagnated, failed/,
    );
  }
  encoder.append(makeRow(run, 2));
  assertSameRows(new RunReader(encoder.frame(encoder.flush()!)), [makeRow(run, 0), makeRow(run, 2)]);
});
misuse.run();

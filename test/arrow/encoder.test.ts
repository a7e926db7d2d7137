import { RecordBatchReader, RecordBatchStreamWriter, tableFromIPC } from "apache-arrow";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { concatenate, type EncoderOptions, RunEncoder } from "../../src/arrow/encoder.ts";
import { readFrom, streamMessages } from "../../src/arrow/messages.ts";
import { endOfStream } from "../../src/arrow/recordBatch.ts";
import type { Row, Run } from "../../src/arrow/row.ts";
import { RunReader } from "../../src/arrow/runReader.ts";
import { anyRecord } from "../support/arbitraryRows.ts";
import { assertError } from "../support/assert.ts";
import * as fc from "../support/fastCheck.ts";
import { makeRow, makeRows, makeRun } from "../support/rows.ts";
import { assertSameRows } from "../support/sameRows.ts";

/** The stream of a run's rows, `capacity` to a batch. */
function encode(run: Run, rows: readonly Row[], options: EncoderOptions = {}): Uint8Array {
  const encoder = new RunEncoder(run, rows[0]?.point?.length ?? 0, options);
  const parts = [encoder.header];
  for (const row of rows) {
    if (encoder.rows === encoder.capacity) parts.push(encoder.flush()!);
    encoder.append(row);
  }
  encoder.completeLast();
  const last = encoder.flush();
  return concatenate(last === undefined ? [...parts, endOfStream] : [...parts, last, endOfStream]);
}

const points = (rows: Iterable<Row>): (number | undefined)[] => [...rows].map((row) => row.point?.[0]);

const trips = suite("RunEncoder: round trips");

trips("gives back any rows of any run, bit for bit, however they are cut into batches", () => {
  fc.assert(
    fc.property(anyRecord, fc.integer({ min: 1, max: 5 }), ({ run, rows }, capacity) => {
      const reader = new RunReader(encode(run, rows, { capacity, points: "all" }));
      assertSameRows(reader, rows);
      assert.is(reader.end?.end, "marked");
      assert.equal(reader.run, run);
    }),
    { numRuns: 200 },
  );
});

trips("keeps null apart from NaN, 0 from -0 and a missing vector from an empty one", () => {
  const run = makeRun();
  const rows = [
    makeRow(run, 0, { columns: { residual: Number.NaN }, vectors: { spectrum: new Float64Array(0) } }),
    makeRow(run, 1, { columns: { residual: -0, rate: undefined }, vectors: {} }),
    makeRow(run, 2, { columns: { residual: 0, outcome: 2 }, vectors: { spectrum: Float64Array.of(Number.NaN, -0) } }),
    makeRow(run, 3, { columns: {}, value: Number.NaN, squaredFieldNorm: Number.POSITIVE_INFINITY, status: "diverged" }),
  ];
  const back = [...new RunReader(encode(run, rows))];
  assertSameRows(back, rows);
  assert.equal(Object.keys(back[3]!.columns), ["residual", "rate", "outcome"]);
  assert.is(back[3]!.columns.residual, undefined);
  assert.ok(Object.is(back[1]!.columns.residual, -0));
  assert.is(back[0]!.vectors.spectrum?.length, 0);
  assert.is(back[1]!.vectors.spectrum, undefined);
});

trips("keeps settings without bounds and a description of any JSON", () => {
  const run = makeRun({ description: { list: [1, null, { deep: "é😀" }], text: "" } });
  const { run: back } = new RunReader(encode(run, makeRows(1, run)));
  assert.equal(back, run);
  assert.is(back.settings["gradientStep.stepSize"]?.max, Number.POSITIVE_INFINITY);
});

trips("keeps commands as they took effect, refusals and numbers that JSON has not", () => {
  const run = makeRun();
  const commands = [
    { type: "set", setting: "a.b", value: Number.NEGATIVE_INFINITY, step: 1, refused: 'below 0, "min"' },
    { type: "set", setting: "a.b", value: Number.NaN, step: 1 },
    { type: "step", count: 3, step: 1 },
  ] as const;
  const rows = [makeRow(run, 0), makeRow(run, 1, { commands }), makeRow(run, 2, { commands: [] })];
  const back = [...new RunReader(encode(run, rows))];
  assert.equal(back[0]!.commands, undefined);
  assert.equal(JSON.stringify(back[1]!.commands), JSON.stringify(commands));
  assert.is(back[1]!.commands?.[0]?.value, Number.NEGATIVE_INFINITY);
  assert.is(back[2]!.commands, undefined);
});

trips("tells the rows of several runs apart by name and attempt", () => {
  const run = makeRun();
  const others = [makeRun({ name: "zweiter Lauf" }), makeRun({ attempt: 2 }), makeRun({ name: "" })];
  const rows = [run, ...others, run].map((of, step) => makeRow(of, step));
  const back = [...new RunReader(encode(run, rows))];
  assertSameRows(back, rows);
  assert.is(back[0]!.run, back[4]!.run);
  assert.equal(new Set(back.map((row) => row.run)).size, 4);
});

trips("grows its columns for long vectors and texts, and begins anew in the next batch", () => {
  const run = makeRun();
  const long = (step: number): Row =>
    makeRow(run, step, {
      point: Float64Array.from({ length: 5000 }, (_, i) => step + i),
      vectors: { spectrum: Float64Array.from({ length: 333 * (step % 4) }, (_, i) => step - i) },
      commands: [{ type: "set", setting: "ü".repeat(400), value: step, step }],
    });
  const rows = [0, 1, 2, 3, 4, 5, 6].map(long);
  assertSameRows(new RunReader(encode(run, rows, { capacity: 3, points: "all" })), rows);
});
trips.run();

const bytes = suite("RunEncoder: bytes");

bytes("lays out a batch's body as arrow-js does, and readers of arrow-js see the same columns", () => {
  fc.assert(
    fc.property(anyRecord, ({ run, rows }) => {
      const stream = encode(run, rows, { points: "all" });
      const writer = new RecordBatchStreamWriter();
      for (const batch of RecordBatchReader.from(stream)) writer.write(batch);
      writer.finish();
      const [ours, theirs] = [bodies(stream), bodies(writer.toUint8Array(true))];
      assert.is(ours.length, theirs.length);
      for (const [i, body] of ours.entries()) assert.is(Buffer.compare(body, theirs[i]!), 0, `body ${i}`);
    }),
    { numRuns: 100 },
  );
});

/** Of each batch, what follows its metadata. */
function bodies(stream: Uint8Array): Uint8Array[] {
  return [...streamMessages(readFrom(stream), "stream")]
    .filter(({ kind }) => kind === "batch")
    .map((message) => message.bytes.subarray(8 + new DataView(message.bytes.slice(4, 8).buffer).getInt32(0, true)));
}

bytes("is a stream that apache-arrow reads alone, with the names of a row's fields", () => {
  const run = makeRun();
  const rows = makeRows(5, run);
  const table = tableFromIPC(encode(run, rows, { capacity: 2 }));
  assert.is(table.numRows, 5);
  const names =
    "run attempt step seconds status evaluations products value squaredFieldNorm stepSize commands residual rate outcome spectrum point";
  assert.is(table.schema.fields.map(({ name }) => name).join(" "), names);
  const row = table.get(3)!.toJSON();
  assert.is(row.run, "example");
  assert.is(row.attempt, 1);
  assert.is(row.step, 3);
  assert.is(row.status, "running");
  assert.is(row.residual, 3 / 7);
  assert.is(row.rate, null);
  assert.is(row.outcome, "accepted");
  assert.equal([...row.spectrum], [3, 0.5]);
  assert.equal([...row.point], [3, -3]);
  assert.is(row.commands, null);
});

bytes("gives each batch a buffer of its own, of exactly its size, that later rows do not change", () => {
  const run = makeRun();
  const encoder = new RunEncoder(run, 2, { capacity: 4 });
  for (let step = 0; step < 4; step++) encoder.append(makeRow(run, step));
  const batch = encoder.flush()!;
  const kept = batch.slice();
  for (let step = 4; step < 8; step++) encoder.append(makeRow(run, step));
  const second = encoder.flush()!;
  assert.is(Buffer.compare(batch, kept), 0);
  assert.ok(batch.buffer !== second.buffer);
  for (const part of [encoder.header, batch, second]) assert.is(part.buffer.byteLength, part.byteLength);
});

bytes("makes a frame a stream of its own", () => {
  const run = makeRun();
  const rows = makeRows(3, run);
  const encoder = new RunEncoder(run, 2);
  for (const row of rows) encoder.append(row);
  assertSameRows(new RunReader(encoder.frame(encoder.flush()!)), rows);
});

bytes("flushes nothing where nothing came, and counts rows and bytes since the last flush", () => {
  const run = makeRun();
  const encoder = new RunEncoder(run, 2);
  assert.is(encoder.flush(), undefined);
  assert.is(encoder.bytes, 0);
  for (const row of makeRows(100, run)) encoder.append(row);
  assert.is(encoder.rows, 100);
  const estimate = encoder.bytes;
  const length = encoder.flush()!.length;
  assert.ok(estimate > 0.7 * length && estimate < 1.4 * length, `estimated ${estimate}, got ${length}`);
  assert.is(encoder.rows, 0);
  assert.is(encoder.bytes, 0);
  assert.is(encoder.flush(), undefined);
});
bytes.run();

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

/** Rows are the same after a round trip through an encoder, and its bytes are those of Arrow. */
import { RecordBatchReader, RecordBatchStreamWriter, tableFromIPC } from "apache-arrow";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RunEncoder } from "../../src/arrow/encoder.ts";
import { readFrom, streamMessages } from "../../src/arrow/messages.ts";
import type { Row } from "../../src/arrow/row.ts";
import { RunReader } from "../../src/arrow/runReader.ts";
import { anyRecord } from "../support/arbitraryRows.ts";
import { encode } from "../support/encode.ts";
import * as fc from "../support/fastCheck.ts";
import { makeRow, makeRows, makeRun } from "../support/rows.ts";
import { assertSameRows } from "../support/sameRows.ts";

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

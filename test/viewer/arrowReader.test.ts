import { tableFromIPC } from "apache-arrow";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type RecordMessage, recordRun } from "../../src/arrow/recorder.ts";
import type { Run } from "../../src/arrow/row.ts";
import { type DecodedColumn, readStream } from "../../src/viewer/arrowReader.ts";
import { makeRow, makeRun } from "../support/rows.ts";

const reader = suite("readStream");

function streamOf(run: Run, count: number, batchRows: number): ArrayBuffer {
  const parts: Uint8Array[] = [];
  const sink = (message: RecordMessage): void => void parts.push(message.bytes);
  const recorder = recordRun(run, { batch: { rows: batchRows }, sink });
  for (let step = 0; step < count; step++) {
    const commands = step === 5 ? [{ type: "pause", step: 5 } as const] : undefined;
    recorder.append(makeRow(run, step, { commands, value: step === 7 ? Number.NaN : 1 / (1 + step) }));
  }
  recorder.close();
  return new Uint8Array(Buffer.concat(parts)).buffer;
}

function valueAt(column: DecodedColumn, row: number): unknown {
  if (column.kind === "number" && column.missing?.[row] === 1) return null;
  const value = column.values[row];
  return value instanceof Float64Array ? [...value] : (value ?? null);
}

reader("reads what apache-arrow reads, column by column and row by row", () => {
  const bytes = streamOf(makeRun(), 70, 16);
  const table = tableFromIPC(new Uint8Array(bytes));
  const batches = readStream(bytes);
  assert.equal(
    batches.map(({ rows }) => rows),
    [16, 16, 16, 16, 6],
  );
  for (const { name } of table.schema.fields) {
    const expected = [...table.getChild(name)!].map((value: unknown) => {
      if (value !== null && typeof value === "object") return [...(value as Iterable<number>)];
      return typeof value === "bigint" ? Number(value) : value;
    });
    const actual = batches.flatMap(({ rows, columns }) =>
      Array.from({ length: rows }, (_, row) => valueAt(columns.get(name)!, row)),
    );
    assert.equal(actual, expected, name);
  }
});

reader("reads several streams one after the other", () => {
  const one = new Uint8Array(streamOf(makeRun(), 10, 16));
  const other = new Uint8Array(streamOf(makeRun({ columns: {} }), 20, 16));
  const batches = readStream(new Uint8Array(Buffer.concat([one, other])).buffer);
  assert.equal(
    batches.map(({ rows, columns }) => [rows, columns.has("residual")]),
    [
      [10, true],
      [16, false],
      [4, false],
    ],
  );
});

reader("refuses what is no Arrow stream", () => {
  assert.throws(() => readStream(new Uint8Array(16).buffer), /no Arrow message begins at byte 0/);
});

reader.run();

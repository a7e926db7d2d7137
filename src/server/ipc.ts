/** Turns the messages of an Arrow IPC stream into record batches and back. */

import {
  type DataType,
  makeData,
  RecordBatch,
  RecordBatchReader,
  Schema,
  Struct,
  Table,
  tableToIPC,
  type Vector,
  vectorFromArray,
} from "apache-arrow";
import { readFrom, streamMessages } from "../arrow/messages.ts";

/** Decodes `batches` after `header` (schema and dictionaries), each when it is asked for. */
export function* decode(header: Uint8Array, batches: Iterable<Uint8Array>): Generator<RecordBatch> {
  function* chunks(): Generator<Uint8Array> {
    yield header;
    yield* batches;
  }
  yield* RecordBatchReader.from(chunks());
}

/** Returns the schema that a header holds. */
export function schemaOf(header: Uint8Array): Schema {
  const reader = RecordBatchReader.from(header);
  reader.open();
  return reader.schema;
}

/**
 * Whether batches of two schemas can stand in one stream: they have the same columns. Metadata (the attempt) may
 * differ.
 */
export function sameFields(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b || Buffer.compare(a, b) === 0) return true;
  const [first, second] = [schemaOf(a).fields, schemaOf(b).fields];
  return (
    first.length === second.length &&
    first.every(({ name, type }, index) => name === second[index]!.name && String(type) === String(second[index]!.type))
  );
}

/** The bytes of a stream in two parts: what comes once, and the batches. */
export interface EncodedBatches {
  readonly header: Uint8Array;
  readonly batches: Uint8Array;
}

/** Encodes batches of one schema. An empty list gives the header alone. */
export function encode(schema: Schema, batches: readonly RecordBatch[]): EncodedBatches {
  const bytes = tableToIPC(new Table(schema, [...batches]), "stream");
  let headerEnd = 0;
  let end = 0;
  for (const { offset, bytes: message, kind } of streamMessages(readFrom(bytes), "what arrow-js wrote")) {
    end = offset + message.length;
    if (kind !== "batch") headerEnd = end;
  }
  // arrow-js writes one empty batch for a table without batches.
  return {
    header: bytes.subarray(0, headerEnd),
    batches: bytes.subarray(headerEnd, batches.length === 0 ? headerEnd : end),
  };
}

/** Returns the batch with only these columns, by index. Nothing is copied. */
export function selectColumns(batch: RecordBatch, schema: Schema, indexes: readonly number[]): RecordBatch {
  return recordBatch(
    schema,
    indexes.map((index) => batch.data.children[index]!),
    batch.numRows,
  );
}

/** Returns the schema with only these columns. */
export function selectFields(schema: Schema, indexes: readonly number[]): Schema {
  return new Schema(
    indexes.map((index) => schema.fields[index]!),
    schema.metadata,
  );
}

/** Copies rows out of a batch. */
export function takeRows(batch: RecordBatch, schema: Schema, rows: readonly number[]): RecordBatch {
  const children = schema.fields.map((field, index) => {
    const vector = batch.getChildAt(index)!;
    return vectorFromArray(
      rows.map((row) => plain(vector.get(row))),
      field.type,
    ).data[0]!;
  });
  return recordBatch(schema, children, rows.length);
}

// An entry of a list column is a vector, which the builders do not take.
function plain(value: unknown): unknown {
  return value !== null && typeof value === "object" && "toArray" in value ? (value as Vector).toArray() : value;
}

type Child = RecordBatch["data"]["children"][number];
function recordBatch(schema: Schema, children: Child[], length: number): RecordBatch {
  const type = new Struct<Record<string, DataType>>(schema.fields);
  return new RecordBatch(schema, makeData({ type, length, nullCount: 0, children }));
}

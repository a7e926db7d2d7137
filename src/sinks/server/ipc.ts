/** The messages of an Arrow IPC stream as bytes, and back to record batches. */

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

const recordBatchHeader = 3;

/** Where a message lies in a stream; `rows` is 0 for a schema. */
export interface MessagePlace {
  readonly start: number;
  readonly end: number;
  readonly isBatch: boolean;
}

/** Reads `length` bytes at `offset`; fewer at the end. */
export type ReadAt = (offset: number, length: number) => Uint8Array;

/**
 * Walks over the complete messages of a stream; ends before a torn one.
 *
 * A message is a marker, the length of its metadata (a flatbuffer table whose fields 1 and 3 are kind and body length), metadata, body.
 * @see "Arrow Columnar Format", Encapsulated message format
 */
export function* messagePlaces(readAt: ReadAt, size: number): Generator<MessagePlace> {
  let start = 0;
  while (start + 8 <= size) {
    const prefix = view(readAt(start, 8));
    if (prefix.getUint32(0, true) !== 0xffffffff) return;
    const metadataLength = prefix.getInt32(4, true);
    if (metadataLength <= 0 || start + 8 + metadataLength > size) return;
    const metadata = view(readAt(start + 8, metadataLength));
    const table = metadata.getInt32(0, true);
    const fields = table - metadata.getInt32(table, true);
    const field = (index: number): number => {
      const at = 4 + 2 * index;
      return at < metadata.getUint16(fields, true) ? metadata.getUint16(fields + at, true) : 0;
    };
    const kind = field(1) === 0 ? 0 : metadata.getUint8(table + field(1));
    const bodyLength = field(3) === 0 ? 0 : Number(metadata.getBigInt64(table + field(3), true));
    const end = start + 8 + metadataLength + bodyLength;
    if (end > size) return;
    yield { start, end, isBatch: kind === recordBatchHeader };
    start = end;
  }
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The record batches of `header` (schema, dictionaries) followed by `batches`, decoded one by one as they are asked for. */
export function* decode(header: Uint8Array, batches: Iterable<Uint8Array>): Generator<RecordBatch> {
  function* chunks(): Generator<Uint8Array> {
    yield header;
    yield* batches;
  }
  yield* RecordBatchReader.from(chunks());
}

/** The schema that a header holds. */
export function schemaOf(header: Uint8Array): Schema {
  const reader = RecordBatchReader.from(header);
  reader.open();
  return reader.schema;
}

/** A stream's bytes, divided: what comes once, and the batches. */
export interface EncodedBatches {
  readonly header: Uint8Array;
  readonly batches: Uint8Array;
}

/** Encodes batches of one schema; an empty list gives the header alone. */
export function encode(schema: Schema, batches: readonly RecordBatch[]): EncodedBatches {
  const bytes = tableToIPC(new Table(schema, [...batches]), "stream");
  const places = [...messagePlaces((offset, length) => bytes.subarray(offset, offset + length), bytes.length)];
  const first = places.findIndex((place) => place.isBatch);
  const headerEnd = first < 0 ? (places.at(-1)?.end ?? 0) : places[first]!.start;
  // arrow-js writes one empty batch for a table without any.
  const end = batches.length === 0 ? headerEnd : (places.at(-1)?.end ?? 0);
  return { header: bytes.subarray(0, headerEnd), batches: bytes.subarray(headerEnd, end) };
}

/** The batch with only these columns, by index; nothing is copied. */
export function selectColumns(batch: RecordBatch, schema: Schema, indexes: readonly number[]): RecordBatch {
  return recordBatch(
    schema,
    indexes.map((index) => batch.data.children[index]!),
    batch.numRows,
  );
}

/** The schema with only these columns. */
export function selectFields(schema: Schema, indexes: readonly number[]): Schema {
  return new Schema(
    indexes.map((index) => schema.fields[index]!),
    schema.metadata,
  );
}

/** Rows picked out of a batch, copied. */
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

// A list's entry is a vector, which the builders do not take.
function plain(value: unknown): unknown {
  return value !== null && typeof value === "object" && "toArray" in value ? (value as Vector).toArray() : value;
}

type Child = RecordBatch["data"]["children"][number];
function recordBatch(schema: Schema, children: Child[], length: number): RecordBatch {
  const type = new Struct<Record<string, DataType>>(schema.fields);
  return new RecordBatch(schema, makeData({ type, length, nullCount: 0, children }));
}

/** Looks into the flatbuffer of a message, before arrow-js walks through it. */
import { rootTable, type Table } from "../flatbuffer.ts";

const kinds: Readonly<Record<number, "schema" | "batch">> = { 1: "schema", 3: "batch" };

/**
 * Reads header type and body length of the table Message, and checks everything that arrow-js will walk through.
 *
 * @throws RangeError, or what a DataView throws, for metadata that are damaged
 */
export function readMetadata(metadata: Uint8Array): {
  readonly kind: "schema" | "batch" | "other";
  readonly bodyLength: number;
} {
  const message = rootTable(new DataView(metadata.buffer, metadata.byteOffset, metadata.byteLength));
  const kind = kinds[message.uint8(1)] ?? "other";
  const bodyLength = message.int64(3);
  if (bodyLength < 0) throw new RangeError(`its body has ${bodyLength} bytes`);
  message.tables(4);
  if (kind === "schema") checkSchema(message.table(2));
  else if (kind === "batch") checkBatch(message.table(2));
  return { kind, bodyLength };
}

/** Checks a schema. Its fields are (1), its metadata (2); in a field the children are (5), the metadata (6). */
function checkSchema(schema: Table | undefined): void {
  const checkField = (field: Table): void => {
    field.tables(6);
    for (const child of field.tables(5)) checkField(child);
  };
  for (const field of schema?.tables(1) ?? []) checkField(field);
  schema?.tables(2);
}

/** Checks a record batch. Its nodes (1) and buffers (2) have two 64-bit numbers each. */
function checkBatch(batch: Table | undefined): void {
  batch?.count(1, 16);
  batch?.count(2, 16);
}

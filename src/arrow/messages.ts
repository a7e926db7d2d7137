/** Finds the messages of an Arrow IPC stream without decoding their bodies. */
import { failure } from "../errors.ts";
import { rootTable, type Table } from "./flatbuffer.ts";

/** Reads up to `length` bytes at `offset`, and fewer where the source ends. A file may grow between two calls. */
export type ReadAt = (offset: number, length: number) => Uint8Array;

/** A whole message: prefix, metadata and body. */
export interface StreamMessage {
  /** Place of the message in the stream. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly kind: "schema" | "batch" | "other";
}

/** How a stream ended. */
export interface StreamEnd {
  /**
   * - `marked`: with its end mark
   * - `open`: between two messages, without an end mark
   * - `torn`: within a message
   */
  readonly end: "marked" | "open" | "torn";
  /** Length of all whole messages, at which a torn one begins. */
  readonly offset: number;
  /** Number of bytes of the torn message that are there. */
  readonly tornBytes: number;
}

const continuation = 0xffffffff;
const kinds: Readonly<Record<number, StreamMessage["kind"]>> = { 1: "schema", 3: "batch" };

/**
 * Yields every whole message of a stream in turn.
 *
 * The sequence ends at the end mark, or at a torn tail; the return value of the generator tells which.
 *
 * @example
 * const file = openFile("runs/a/iterates-0001.arrows");
 * for (const { kind, bytes } of streamMessages(file.readAt, "iterates-0001.arrows")) console.log(kind, bytes.length);
 * file.close();
 * @param name name of the source, for error messages
 * @throws {FluxionInputError} ERR_ARROW_EMPTY, ERR_ARROW_FORMAT if the source does not begin as a stream;
 *   ERR_ARROW_CORRUPT if a message is damaged
 */
export function* streamMessages(readAt: ReadAt, name: string): Generator<StreamMessage, StreamEnd, undefined> {
  let offset = 0;
  for (;;) {
    const prefix = readAt(offset, 8);
    if (offset === 0) checkBeginning(prefix, name);
    if (prefix.length === 0) return { end: "open", offset, tornBytes: 0 };
    if (prefix.length < 8) return { end: "torn", offset, tornBytes: prefix.length };
    const head = view(prefix);
    const metadataLength = head.getInt32(4, true);
    if (head.getUint32(0, true) !== continuation || metadataLength < 0) {
      // A machine that lost power may leave a tail of zeros: the file system had the length, but not yet the bytes.
      const rest = readAt(offset, 65_536);
      if (rest.every((byte) => byte === 0)) return { end: "torn", offset, tornBytes: rest.length };
      throw corrupt(name, offset, "no message begins there");
    }
    if (metadataLength === 0) return { end: "marked", offset: offset + 8, tornBytes: 0 };
    const metadata = readAt(offset + 8, metadataLength);
    if (metadata.length < metadataLength) return { end: "torn", offset, tornBytes: 8 + metadata.length };
    const { header, bodyLength } = readMetadata(metadata, name, offset);
    const length = 8 + metadataLength + bodyLength;
    const bytes = readAt(offset, length);
    if (bytes.length < length) return { end: "torn", offset, tornBytes: bytes.length };
    yield { offset, bytes, kind: kinds[header] ?? "other" };
    offset += length;
  }
}

/** Makes a source of bytes that are in memory. */
export function readFrom(bytes: Uint8Array): ReadAt {
  return (offset, length) => bytes.subarray(offset, offset + length);
}

/** Makes the error of a stream that is damaged at a byte. */
export function corrupt(name: string, offset: number, why: string, cause?: unknown): Error {
  return failure(
    "ERR_ARROW_CORRUPT",
    `${name} is damaged at byte ${offset}: ${why}; the rows before it are whole, those after it cannot be found`,
    cause === undefined ? undefined : { cause },
  );
}

function checkBeginning(prefix: Uint8Array, name: string): void {
  if (prefix.length === 0) {
    throw failure(
      "ERR_ARROW_EMPTY",
      `${name} is empty; expected an Arrow stream. Was its run killed before the first row?`,
    );
  }
  if (String.fromCharCode(...prefix.subarray(0, 6)) === "ARROW1") {
    throw failure(
      "ERR_ARROW_FORMAT",
      `${name} is an Arrow file with random access; expected an Arrow stream (.arrows), which fluxion writes`,
    );
  }
  const begins = prefix.subarray(0, 4).every((byte) => byte === 0xff);
  if (!begins) {
    const shown = [...prefix].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw failure(
      "ERR_ARROW_FORMAT",
      `${name} is not an Arrow stream: expected it to begin with ff ff ff ff, got ${shown}`,
    );
  }
}

/** Reads header type and body length of the table Message, and checks everything that arrow-js will walk through. */
function readMetadata(
  metadata: Uint8Array,
  name: string,
  offset: number,
): { readonly header: number; readonly bodyLength: number } {
  try {
    const message = rootTable(view(metadata));
    const header = message.uint8(1);
    const bodyLength = message.int64(3);
    if (bodyLength < 0) throw new RangeError(`its body has ${bodyLength} bytes`);
    if (kinds[header] === "schema") checkSchema(message.table(2));
    else if (kinds[header] === "batch") checkBatch(message.table(2));
    return { header, bodyLength };
  } catch (error) {
    throw corrupt(name, offset, "a message without readable metadata", error);
  }
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

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * The seal of a message: a checksum in its `custom_metadata`, which other readers of Arrow pass over.
 *
 * - `fluxion.crc32c`: CRC-32C of the whole message (prefix, metadata, padding, body), with these eight digits as zero
 *   bytes
 * - `fluxion.batch`, on a batch: six words, "ordinal first last rows fields head". The ordinal counts the batches of a
 *   stream from 0; first and last are its smallest and largest step; `fields` identifies the columns, and `head` is the
 *   CRC-32C of prefix and metadata alone, with all checksums as zero bytes. So a reader can trust what a batch says
 *   about itself without reading its body, and knows what is lost where only the body is damaged.
 *
 * The table Message stands at the same place in every sealed message, before everything else. So the seal of a damaged
 * message is found without following any offset.
 */
import { crc32c, hex } from "./checksum.ts";

/** What a batch says about itself. */
export interface BatchFacts {
  /** Number of the batch in its stream, from 0. */
  readonly ordinal: number;
  /** Smallest step of its rows. */
  readonly firstStep: number;
  /** Largest step of its rows. */
  readonly lastStep: number;
  /** Number of its rows. */
  readonly rows: number;
  /** Eight digits that are equal for equal columns. */
  readonly fields: string;
}

/** Length of the continuation mark and the length of the metadata. */
export const prefixLength = 8;
/** Place of the body's length, in every sealed message. */
const bodyLengthAt = 32;
const headerTypeAt = 50;
const keyAt = 96;
const digitsAt = 120;
const schemaHeadEnd = 136;
const batchKeyAt = 132;
const textAt = 156;
const ordinalDigits = 10;
const metadataVersion5 = 4;

const latin = new TextDecoder("latin1");
const key = keyBytes("fluxion.crc32c", 20);
const batchKey = keyBytes("fluxion.batch", 20);

/** Gives the place at which the header of a batch begins: a table that the caller writes. */
export function batchHeadEnd(text: string): number {
  return align(textAt + text.length + 1);
}

/** Writes what a batch says about itself, with zeros for the checksum of its head. */
export function factsText({ ordinal, firstStep, lastStep, rows, fields }: BatchFacts): string {
  return `${String(ordinal).padStart(ordinalDigits, "0")} ${firstStep} ${lastStep} ${rows} ${fields} 00000000`;
}

/**
 * Writes the prefix and the table Message of a message, with its custom metadata.
 *
 * @param type 1 for a schema, 3 for a batch
 * @param header place of the table that the message holds
 * @param bodyAt place at which the metadata end
 * @param text of a batch, what {@link factsText} gave
 */
export function writeHead(
  view: DataView,
  {
    type,
    header,
    bodyAt,
    bodyLength,
    text,
  }: Readonly<Record<"type" | "header" | "bodyAt" | "bodyLength", number>> & {
    readonly text?: string;
  },
): void {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const [vtable, table, vector, pairs] = [12, 28, 52, 64];
  view.setInt32(0, -1, true);
  view.setInt32(4, bodyAt - prefixLength, true);
  view.setUint32(8, table - 8, true);
  // Table Message: version (field 0), header type (1), header (2), body length (3), custom metadata (4).
  writeTable(view, vtable, table, 24, [20, 22, 12, 4, 16]);
  setUint64(view, bodyLengthAt, bodyLength);
  view.setUint32(40, header - 40, true);
  view.setUint32(44, vector - 44, true);
  view.setInt16(48, metadataVersion5, true);
  view.setUint8(headerTypeAt, type);
  view.setUint32(vector, text === undefined ? 1 : 2, true);
  // Table KeyValue: key (field 0), value (1). Both pairs share the vtable.
  writePair(view, { entry: 56, vtable: pairs, table: 72, key: keyAt, value: digitsAt - 4 });
  bytes.set(key, keyAt);
  view.setUint32(digitsAt - 4, 8, true);
  if (text === undefined) return;
  writePair(view, { entry: 60, vtable: pairs, table: 84, key: batchKeyAt, value: textAt - 4 });
  bytes.set(batchKey, batchKeyAt);
  view.setUint32(textAt - 4, text.length, true);
  writeText(bytes, textAt, text);
}

/** Computes the checksums of a message whose head {@link writeHead} wrote, and writes them into it. */
export function seal(message: Uint8Array): void {
  const view = viewOf(message);
  const bodyAt = prefixLength + view.getInt32(4, true);
  if (view.getUint8(headerTypeAt) === 3) writeText(message, headDigitsAt(view), hex(headChecksum(message, bodyAt)));
  writeText(message, digitsAt, hex(messageChecksum(message)));
}

/** Seals a schema message of arrow-js: puts a sealed table Message before everything that it holds. */
export function sealSchema(message: Uint8Array): Uint8Array {
  const old = viewOf(message);
  const table = prefixLength + old.getUint32(prefixLength, true);
  const field = table + old.getUint16(table - old.getInt32(table, true) + 8, true);
  const header = field + old.getUint32(field, true);
  const bytes = new Uint8Array(schemaHeadEnd - prefixLength + message.length);
  bytes.set(message.subarray(prefixLength), schemaHeadEnd);
  const moved = header - prefixLength + schemaHeadEnd;
  writeHead(viewOf(bytes), { type: 1, header: moved, bodyAt: bytes.length, bodyLength: 0 });
  seal(bytes);
  return bytes;
}

/** Copies a sealed batch with another ordinal, as a file needs it from which damaged batches were left out. */
export function withOrdinal(message: Uint8Array, ordinal: number): Uint8Array {
  const copy = message.slice();
  writeText(copy, textAt, String(ordinal).padStart(ordinalDigits, "0"));
  seal(copy);
  return copy;
}

/** What the beginning of a sealed message says, if its checksum is right. */
interface SealedHead {
  readonly kind: "schema" | "batch";
  /** Length of the whole message. */
  readonly length: number;
  /** Facts of a batch. */
  readonly facts?: BatchFacts;
}

/**
 * Tells whether a message is sealed, by its first bytes. A few damaged bytes are overlooked, so that a damaged seal is
 * not taken for a message without one.
 */
export function isSealed(head: Uint8Array): boolean {
  if (head.length < schemaHeadEnd) return false;
  let equal = 0;
  for (let i = 0; i < key.length; i++) if (head[keyAt + i] === key[i]) equal++;
  return equal >= key.length - 4;
}

/**
 * Reads the head of a sealed message: prefix and metadata, of a schema the whole message.
 *
 * @returns undefined if a checksum is wrong
 */
export function readHead(head: Uint8Array): SealedHead | undefined {
  const view = viewOf(head);
  const bodyAt = prefixLength + view.getInt32(4, true);
  if (bodyAt < schemaHeadEnd || bodyAt > head.length || view.getUint32(0, true) !== 0xffffffff) return undefined;
  if (view.getUint8(headerTypeAt) === 1) {
    return isWhole(head.subarray(0, bodyAt)) ? { kind: "schema", length: bodyAt } : undefined;
  }
  const at = bodyAt < textAt ? 0 : headDigitsAt(view);
  if (at < textAt + ordinalDigits || at + 8 > bodyAt) return undefined;
  if (latin.decode(head.subarray(at, at + 8)) !== hex(headChecksum(head, bodyAt))) return undefined;
  const [ordinal, firstStep, lastStep, rows, fields] = latin.decode(head.subarray(textAt, at)).split(" ");
  const facts = {
    ordinal: Number(ordinal),
    firstStep: Number(firstStep),
    lastStep: Number(lastStep),
    rows: Number(rows),
    fields: fields ?? "",
  };
  return { kind: "batch", length: bodyAt + Number(view.getBigInt64(bodyLengthAt, true)), facts };
}

/** Tells whether a sealed message has the checksum that it names. */
export function isWhole(message: Uint8Array): boolean {
  return latin.decode(message.subarray(digitsAt, digitsAt + 8)) === hex(messageChecksum(message));
}

/** Number of bytes by which a reader knows a sealed message. */
export const shortestHead = schemaHeadEnd;

const zeros = new Uint8Array(8);

function messageChecksum(message: Uint8Array): number {
  const before = crc32c(zeros, 0, 8, crc32c(message, 0, digitsAt));
  return crc32c(message, digitsAt + 8, message.length, before);
}

function headChecksum(message: Uint8Array, bodyAt: number): number {
  const at = headDigitsAt(viewOf(message));
  let crc = crc32c(zeros, 0, 8, crc32c(message, 0, digitsAt));
  crc = crc32c(zeros, 0, 8, crc32c(message, digitsAt + 8, at, crc));
  return crc32c(message, at + 8, bodyAt, crc);
}

/** Place of the checksum of a batch's head: the last word of its text. */
function headDigitsAt(view: DataView): number {
  return textAt + view.getUint32(textAt - 4, true) - 8;
}

/** Writes a vtable and the table's link back to it. `offsets` are those of the fields within the table. */
export function writeTable(
  view: DataView,
  vtable: number,
  table: number,
  size: number,
  offsets: readonly number[],
): void {
  view.setUint16(vtable, 4 + 2 * offsets.length, true);
  view.setUint16(vtable + 2, size, true);
  for (let i = 0; i < offsets.length; i++) view.setUint16(vtable + 4 + 2 * i, offsets[i]!, true);
  view.setInt32(table, table - vtable, true);
}

function writePair(view: DataView, at: Readonly<Record<"entry" | "vtable" | "table" | "key" | "value", number>>): void {
  writeTable(view, at.vtable, at.table, 12, [4, 8]);
  view.setUint32(at.entry, at.table - at.entry, true);
  view.setUint32(at.table + 4, at.key - (at.table + 4), true);
  view.setUint32(at.table + 8, at.value - (at.table + 8), true);
}

export function setUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 2 ** 32, true);
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
}

export function align(length: number): number {
  return Math.ceil(length / 8) * 8;
}

/** Writes a text of ASCII characters. */
function writeText(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}

/** A text as flatbuffers hold it: length, characters, zeros. */
function keyBytes(text: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes[0] = text.length;
  writeText(bytes, 4, text);
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

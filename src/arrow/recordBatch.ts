/**
 * Encodes an Arrow record batch as the bytes of one IPC message.
 *
 * arrow-js spends about 80 us on a batch and keeps every one of them in memory. For a fixed schema all batches have the
 * same flatbuffer except for a few numbers, so it is laid out here by hand, in a fresh buffer that nobody else holds.
 */

/** Length and number of nulls of a column, or of a list's items. */
interface FieldNode {
  readonly length: number;
  readonly nulls: number;
}

/** Parts of the body of a batch: nodes depth first, and their buffers in the same order. */
export interface BatchParts {
  readonly nodes: FieldNode[];
  readonly buffers: ArrayBufferView[];
}

/** The eight bytes that end a stream: a continuation mark and the length 0. */
export const endOfStream: Uint8Array = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

/** Length of the continuation mark and the length of the metadata. */
const prefix = 8;
const messageTable = prefix + 16;
const batchTable = prefix + 48;
const nodesAt = prefix + 68;
const metadataVersion5 = 4;
const recordBatchHeader = 3;

/** Makes the message of a batch with `rows` rows. Cost: one allocation of its size, and one copy of every buffer. */
export function recordBatchMessage(rows: number, { nodes, buffers }: BatchParts): Uint8Array {
  const buffersAt = nodesAt + 4 + 16 * nodes.length + 4;
  const bodyAt = buffersAt + 4 + 16 * buffers.length;
  let bodyLength = 0;
  for (const buffer of buffers) bodyLength += align(buffer.byteLength);
  const bytes = new Uint8Array(bodyAt + bodyLength);
  const view = new DataView(bytes.buffer);

  view.setInt32(0, -1, true);
  view.setInt32(4, bodyAt - prefix, true);
  view.setUint32(prefix, messageTable - prefix, true);
  // Table Message: version (field 0), header type (1), header (2), body length (3).
  writeTable(view, prefix + 4, messageTable, 20, [16, 18, 4, 8]);
  view.setUint32(messageTable + 4, batchTable - (messageTable + 4), true);
  setUint64(view, messageTable + 8, bodyLength);
  view.setInt16(messageTable + 16, metadataVersion5, true);
  view.setUint8(messageTable + 18, recordBatchHeader);
  // Table RecordBatch: length (field 0), nodes (1), buffers (2).
  writeTable(view, prefix + 36, batchTable, 20, [8, 4, 16]);
  view.setUint32(batchTable + 4, nodesAt - (batchTable + 4), true);
  setUint64(view, batchTable + 8, rows);
  view.setUint32(batchTable + 16, buffersAt - (batchTable + 16), true);

  view.setUint32(nodesAt, nodes.length, true);
  let at = nodesAt + 4;
  for (const node of nodes) {
    setUint64(view, at, node.length);
    setUint64(view, at + 8, node.nulls);
    at += 16;
  }
  view.setUint32(buffersAt, buffers.length, true);
  at = buffersAt + 4;
  let offset = 0;
  for (const buffer of buffers) {
    const length = buffer.byteLength;
    setUint64(view, at, offset);
    setUint64(view, at + 8, length);
    at += 16;
    if (length > 0) bytes.set(new Uint8Array(buffer.buffer, buffer.byteOffset, length), bodyAt + offset);
    offset += align(length);
  }
  return bytes;
}

/** Writes a vtable and the table's link back to it. `offsets` are those of the fields within the table. */
function writeTable(view: DataView, vtable: number, table: number, size: number, offsets: readonly number[]): void {
  view.setUint16(vtable, 4 + 2 * offsets.length, true);
  view.setUint16(vtable + 2, size, true);
  for (let i = 0; i < offsets.length; i++) view.setUint16(vtable + 4 + 2 * i, offsets[i]!, true);
  view.setInt32(table, table - vtable, true);
}

function setUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 2 ** 32, true);
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
}

function align(length: number): number {
  return Math.ceil(length / 8) * 8;
}

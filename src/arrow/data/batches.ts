import { isFluxionError } from "../../errors.ts";
import { rootTable, type Table } from "../flatbuffer.ts";
import { columnsOf, type DataColumn } from "./columns.ts";
import type { DataFile } from "./dataFile.ts";

/** What the end of an Arrow file says of it. */
interface Footer {
  readonly columns: readonly DataColumn[];
  /** For each batch three numbers: the place of its message, and the lengths of its metadata and of its body. */
  readonly blocks: Float64Array;
}

/** A part of a batch. */
interface Span {
  readonly offset: number;
  readonly length: number;
}

/** What a batch holds of a column. */
interface ColumnPart {
  /** Length and number of nulls of the column, then of the items of each list in it. */
  readonly nodes: readonly { readonly length: number; readonly nulls: number }[];
  /** Bytes in the file: the validity bitmaps of all nodes, then the numbers. */
  readonly buffers: readonly Span[];
}

/** A record batch. */
export interface Batch {
  readonly rows: number;
  /** Gives what it holds of a column. */
  part(column: DataColumn): ColumnPart;
}

const magic = "ARROW1";
const blockBytes = 24;
const recordBatch = 3;
const continuation = 0xffffffff;
/** Most bytes of metadata of a batch or of a file, so that a damaged length does not ask for all memory. */
const mostMetadata = 2 ** 28;

/**
 * Reads the footer of an Arrow file.
 *
 * @throws ERR_ARROW_EMPTY, ERR_ARROW_FORMAT, ERR_ARROW_CORRUPT, ERR_DATA_FILE for a file that is not one, or is damaged
 */
export function readFooter(file: DataFile): Footer {
  if (file.size === 0) throw file.refuse("ERR_ARROW_EMPTY", "is empty");
  const head = bytesOf(file, 0, Math.min(8, file.size));
  if (textOf(head.subarray(0, magic.length)) !== magic) {
    const isStream = head.length >= 4 && new DataView(head.buffer).getUint32(0, true) === continuation;
    throw file.refuse(
      "ERR_ARROW_FORMAT",
      isStream
        ? "is an Arrow stream, whose rows cannot be read in any order; write it as an Arrow file (also called Feather V2)"
        : `is not an Arrow file: it does not begin with ${magic}`,
    );
  }
  const tail = file.size < 18 ? undefined : bytesOf(file, file.size - 10, 10);
  if (tail === undefined || textOf(tail.subarray(4)) !== magic) {
    throw file.refuse(
      "ERR_ARROW_CORRUPT",
      `is not complete: it does not end with ${magic}; copy it again, or close it where it is written`,
    );
  }
  const length = new DataView(tail.buffer).getInt32(0, true);
  if (length <= 0 || length > Math.min(mostMetadata, file.size - 18)) {
    throw file.refuse("ERR_ARROW_CORRUPT", `is damaged: its footer cannot have ${length} bytes`);
  }
  return orDamaged(file, "its footer", () => {
    const footer = rootTable(viewOf(bytesOf(file, file.size - 10 - length, length)));
    const schema = footer.table(1);
    if (schema === undefined) throw new RangeError("it has no schema");
    if (schema.int16(0) !== 0)
      throw file.refuse("ERR_DATA_FILE", "holds big-endian numbers; write it on a little-endian machine");
    const structs = footer.structs(3, blockBytes);
    const count = structs.byteLength / blockBytes;
    const blocks = new Float64Array(3 * count);
    for (let i = 0; i < count; i++) {
      const at = i * blockBytes;
      const [offset, metadata, body] = [
        Number(structs.getBigInt64(at, true)),
        structs.getInt32(at + 8, true),
        Number(structs.getBigInt64(at + 16, true)),
      ];
      if (offset < 8 || metadata < 8 || metadata > mostMetadata || body < 0 || offset + metadata + body > file.size) {
        throw new RangeError(`batch ${i} lies outside the file`);
      }
      blocks.set([offset, metadata, body], 3 * i);
    }
    return { columns: columnsOf(schema, footer.int16(0)), blocks };
  });
}

/**
 * Reads what a batch says of itself, and checks that it fits the batch.
 *
 * @throws ERR_ARROW_CORRUPT if the batch is damaged; ERR_DATA_FILE if it is compressed
 */
export function readBatch(file: DataFile, { blocks }: Footer, number: number): Batch {
  const [offset, metadataLength, bodyLength] = blocks.subarray(3 * number, 3 * number + 3) as unknown as [
    number,
    number,
    number,
  ];
  const what = `batch ${number}`;
  return orDamaged(file, what, () => {
    const bytes = viewOf(bytesOf(file, offset, metadataLength));
    // Files of before Arrow 0.15 have no mark before the length.
    const start = bytes.getUint32(0, true) === continuation ? 8 : 4;
    const message = rootTable(new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start));
    const batch = message.table(2);
    if (message.uint8(1) !== recordBatch || batch === undefined) throw new RangeError("there is no record batch");
    if (batch.table(3) !== undefined) {
      throw file.refuse(
        "ERR_DATA_FILE",
        "is compressed, so that rows cannot be read one by one; write it uncompressed, " +
          'as by pyarrow.feather.write_feather(table, path, compression="uncompressed")',
      );
    }
    const rows = batch.int64(0);
    if (!(rows >= 0)) throw new RangeError(`it has ${rows} rows`);
    return {
      rows,
      part: (column) => orDamaged(file, what, () => partOf(column, batch, offset + metadataLength, bodyLength)),
    };
  });
}

function partOf(column: DataColumn, batch: Table, body: number, bodyLength: number): ColumnPart {
  const [nodes, buffers, variadic] = [batch.structs(1, 16), batch.structs(2, 16), batch.structs(4, 8)];
  const levels = column.extents.length;
  let buffer = column.buffer;
  for (let i = 0; i < column.variadic; i++) buffer += Number(variadic.getBigInt64(8 * i, true));
  return {
    nodes: Array.from({ length: levels + 1 }, (_, i) => ({
      length: Number(nodes.getBigInt64(16 * (column.node + i), true)),
      nulls: Number(nodes.getBigInt64(16 * (column.node + i) + 8, true)),
    })),
    buffers: Array.from({ length: levels + 2 }, (_, i) => {
      const at = 16 * (buffer + i);
      const [offset, length] = [Number(buffers.getBigInt64(at, true)), Number(buffers.getBigInt64(at + 8, true))];
      if (offset < 0 || length < 0 || offset + length > bodyLength)
        throw new RangeError("a buffer lies outside its batch");
      return { offset: body + offset, length };
    }),
  };
}

function orDamaged<T>(file: DataFile, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError) || isFluxionError(error)) throw error;
    throw file.refuse("ERR_ARROW_CORRUPT", `is damaged: ${what} cannot be read: ${error.message}`, error);
  }
}

function bytesOf(file: DataFile, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  file.read(bytes, offset);
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

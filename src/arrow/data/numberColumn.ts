import type { Batch } from "./batches.ts";
import type { DataColumn, NumberFormat } from "./columns.ts";
import type { DataFile } from "./dataFile.ts";
import { bytesOf, decode } from "./decode.ts";

/** Most bytes that are read at once before they are converted. */
const pieceBytes = 1 << 18;

/** The numbers of one column, which are read where they are asked for. */
export class NumberColumn {
  readonly name: string;
  /** Numbers per row. */
  readonly width: number;
  readonly #file: DataFile;
  readonly #column: DataColumn;
  readonly #format: NumberFormat;
  readonly #bytesEach: number;
  /** Places of the numbers of each batch in the file. */
  readonly #places: Float64Array;
  #scratch = new ArrayBuffer(0);

  /** @throws ERR_DATA_FILE for a column that does not hold numbers */
  constructor(file: DataFile, column: DataColumn, batches: number) {
    const { name, format, extents, type } = column;
    this.width = extents.reduce((product, extent) => product * extent, 1);
    if (format === undefined || this.width < 1) {
      throw file.refuse(
        "ERR_DATA_FILE",
        `holds ${type} in the column ${JSON.stringify(name)}; expected float64, float32, an integer type, ` +
          "or a fixed size list of one of these, so cast it where it is written",
      );
    }
    this.name = name;
    this.#file = file;
    this.#column = column;
    this.#format = format;
    this.#bytesEach = bytesOf(format);
    this.#places = new Float64Array(batches);
  }

  /**
   * Takes a batch whose first row has the number `start`.
   *
   * @throws ERR_DATA_FILE if a value is null; ERR_ARROW_CORRUPT if the batch has not as many numbers as rows
   */
  add(number: number, batch: Batch, start: number): void {
    const { nodes, buffers } = batch.part(this.#column);
    let expected = batch.rows;
    for (const [level, { length, nulls }] of nodes.entries()) {
      if (length !== expected) throw this.#damaged(number, `${length} values in place of ${expected}`);
      if (nulls !== 0) this.#refuseNull(buffers[level]!, length, start, expected / Math.max(1, batch.rows));
      expected *= this.#column.extents[level] ?? 1;
    }
    const { offset, length } = buffers.at(-1)!;
    if (length < expected * this.#bytesEach) {
      throw this.#damaged(number, `${length} bytes in place of ${expected * this.#bytesEach}`);
    }
    this.#places[number] = offset;
  }

  /** Writes rows of a batch into a target from the place `to` on, with rows that are `stride` numbers apart. */
  fill(batch: number, row: number, rows: number, target: Float64Array, to: number, stride: number): void {
    const { width } = this;
    const rowBytes = width * this.#bytesEach;
    const place = this.#places[batch]! + row * rowBytes;
    if (this.#format === "float64" && stride === width) {
      this.#file.read(new Uint8Array(target.buffer, target.byteOffset + 8 * to, rows * rowBytes), place);
      return;
    }
    const piece = Math.min(rows, Math.max(1, Math.floor(pieceBytes / rowBytes)));
    if (this.#scratch.byteLength < piece * rowBytes) this.#scratch = new ArrayBuffer(piece * rowBytes);
    for (let done = 0; done < rows; done += piece) {
      const some = Math.min(piece, rows - done);
      this.#file.read(new Uint8Array(this.#scratch, 0, some * rowBytes), place + done * rowBytes);
      const inexact = decode(this.#format, this.#scratch, { rows: some, width }, target, to + done * stride, stride);
      if (inexact < 0) continue;
      const number = target[to + done * stride + Math.floor(inexact / width) * stride + (inexact % width)];
      throw this.#file.refuse(
        "ERR_DATA_FILE",
        `holds about ${number} in the column ${JSON.stringify(this.name)}, an integer that float64 does not have`,
      );
    }
  }

  /** Finds the first null and refuses it. A batch may have counted wrongly. */
  #refuseNull(
    bitmap: { readonly offset: number; readonly length: number },
    length: number,
    start: number,
    perRow: number,
  ): void {
    const bytes = new Uint8Array(Math.min(bitmap.length, Math.ceil(length / 8)));
    this.#file.read(bytes, bitmap.offset);
    for (let i = 0; i < Math.min(length, 8 * bytes.length); i++) {
      if ((bytes[i >> 3]! >> (i & 7)) & 1) continue;
      const row = start + Math.floor(i / perRow);
      throw this.#file.refuse(
        "ERR_DATA_FILE",
        `has no value in row ${row} of the column ${JSON.stringify(this.name)}; leave out rows with nulls, or fill them`,
      );
    }
  }

  #damaged(batch: number, what: string): Error {
    return this.#file.refuse(
      "ERR_ARROW_CORRUPT",
      `is damaged: batch ${batch} has ${what} in the column ${JSON.stringify(this.name)}`,
    );
  }
}

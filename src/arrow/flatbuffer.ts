/**
 * Just enough of flatbuffers to look into the metadata of a message. Every position is checked.
 *
 * arrow-js believes what it reads, so a damaged length makes it loop for minutes. Metadata that pass here have no
 * vector that is longer than its bytes.
 */

/** A table. Numbers of fields are those of Arrow's format/*.fbs. Methods throw a RangeError outside the bytes. */
export class Table {
  readonly #vtable: number;
  readonly #fields: number;

  constructor(
    private readonly data: DataView,
    private readonly at: number,
  ) {
    this.#vtable = at - data.getInt32(at, true);
    this.#fields = (data.getUint16(this.#vtable, true) - 4) >> 1;
  }

  /** Reads a byte; 0 if the field is missing. */
  uint8(field: number): number {
    const at = this.#place(field);
    return at === undefined ? 0 : this.data.getUint8(at);
  }

  /** Reads a 16-bit integer; 0 if the field is missing. */
  int16(field: number): number {
    const at = this.#place(field);
    return at === undefined ? 0 : this.data.getInt16(at, true);
  }

  /** Reads a 32-bit integer; 0 if the field is missing. */
  int32(field: number): number {
    const at = this.#place(field);
    return at === undefined ? 0 : this.data.getInt32(at, true);
  }

  /** Reads a 64-bit integer; 0 if the field is missing. */
  int64(field: number): number {
    const at = this.#place(field);
    return at === undefined ? 0 : Number(this.data.getBigInt64(at, true));
  }

  /** Reads a table. */
  table(field: number): Table | undefined {
    const at = this.#place(field);
    return at === undefined ? undefined : new Table(this.data, follow(this.data, at));
  }

  /** Reads the number of elements of a vector, after checking that all of them are there. */
  count(field: number, bytesEach: number): number {
    const vector = this.#vector(field);
    if (vector === undefined) return 0;
    const { at, count } = vector;
    if (at + count * bytesEach > this.data.byteLength) throw new RangeError(`a vector of ${count} elements`);
    return count;
  }

  /** Reads the tables of a vector of tables. */
  tables(field: number): Table[] {
    const count = this.count(field, 4);
    const vector = this.#vector(field);
    if (vector === undefined) return [];
    return Array.from({ length: count }, (_, i) => new Table(this.data, follow(this.data, vector.at + 4 * i)));
  }

  /** Reads a vector of structs as its bytes, after checking that all of them are there. */
  structs(field: number, bytesEach: number): DataView {
    const count = this.count(field, bytesEach);
    const at = count === 0 ? 0 : this.#vector(field)!.at;
    return new DataView(this.data.buffer, this.data.byteOffset + at, count * bytesEach);
  }

  /** Reads a text; empty if the field is missing. */
  text(field: number): string {
    return new TextDecoder().decode(this.structs(field, 1));
  }

  #vector(field: number): { readonly at: number; readonly count: number } | undefined {
    const place = this.#place(field);
    if (place === undefined) return undefined;
    const start = follow(this.data, place);
    return { at: start + 4, count: this.data.getUint32(start, true) };
  }

  #place(field: number): number | undefined {
    const offset = field < this.#fields ? this.data.getUint16(this.#vtable + 4 + 2 * field, true) : 0;
    return offset === 0 ? undefined : this.at + offset;
  }
}

/** Gives the table with which a flatbuffer begins. */
export function rootTable(data: DataView): Table {
  return new Table(data, follow(data, 0));
}

function follow(data: DataView, at: number): number {
  return at + data.getUint32(at, true);
}

/**
 * Just enough of flatbuffers to look into a message's metadata, every position checked.
 *
 * arrow-js believes what it reads: a damaged length makes it loop for minutes. What passes here has no vector longer than its bytes.
 */

/** A table; `field` numbers are those of Arrow's format/*.fbs. All methods throw a RangeError outside of the bytes. */
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

  uint8(field: number): number {
    const at = this.#place(field);
    return at === undefined ? 0 : this.data.getUint8(at);
  }

  int64(field: number): number {
    const at = this.#place(field);
    return at === undefined ? 0 : Number(this.data.getBigInt64(at, true));
  }

  table(field: number): Table | undefined {
    const at = this.#place(field);
    return at === undefined ? undefined : new Table(this.data, follow(this.data, at));
  }

  /** The number of a vector's elements, which are all there. */
  count(field: number, bytesEach: number): number {
    const vector = this.#vector(field);
    if (vector === undefined) return 0;
    const { at, count } = vector;
    if (at + count * bytesEach > this.data.byteLength) throw new RangeError(`a vector of ${count} elements`);
    return count;
  }

  /** The tables of a vector of tables. */
  tables(field: number): Table[] {
    const count = this.count(field, 4);
    const vector = this.#vector(field);
    if (vector === undefined) return [];
    return Array.from({ length: count }, (_, i) => new Table(this.data, follow(this.data, vector.at + 4 * i)));
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

/** The table with which a flatbuffer begins. */
export function rootTable(data: DataView): Table {
  return new Table(data, follow(data, 0));
}

function follow(data: DataView, at: number): number {
  return at + data.getUint32(at, true);
}

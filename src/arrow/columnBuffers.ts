/** Columns of a batch: they are allocated once, filled row by row, given out as Arrow buffers, and emptied. */
import type { BatchParts } from "./recordBatch.ts";

const encoder = new TextEncoder();
const noBytes = new Uint8Array(0);

/** Validity bitmap: one bit per row, which is 1 if there is a value. */
class Validity {
  readonly #bits: Uint8Array;
  nulls = 0;

  constructor(capacity: number) {
    this.#bits = new Uint8Array(Math.ceil(capacity / 8)).fill(0xff);
  }

  setNull(row: number): void {
    this.#bits[row >> 3]! &= ~(1 << (row & 7));
    this.nulls++;
  }

  /** Takes back that a row is null, if it is. */
  unsetNull(row: number): void {
    const bit = 1 << (row & 7);
    if ((this.#bits[row >> 3]! & bit) !== 0) return;
    this.#bits[row >> 3]! |= bit;
    this.nulls--;
  }

  /** Gives the bitmap of the first rows. Without nulls it is empty, as the format allows. */
  part(rows: number): Uint8Array {
    return this.nulls === 0 ? noBytes : this.#bits.subarray(0, (rows + 7) >> 3);
  }

  clear(): void {
    if (this.nulls > 0) this.#bits.fill(0xff);
    this.nulls = 0;
  }
}

/** What every column can do. */
export interface ColumnBuffer {
  /** Adds the nodes and buffers of the first rows to the parts of a batch. The buffers are valid until `clear`. */
  collect(rows: number, parts: BatchParts): void;
  /** Takes back what was set in a row, the last one. */
  forget(row: number): void;
  /** Empties the column. */
  clear(): void;
}

/** Column of nullable Float64 or Int32. */
export class NumberBuffer implements ColumnBuffer {
  readonly values: Float64Array | Int32Array;
  readonly #validity: Validity;

  constructor(capacity: number, type: "number" | "integer" = "number") {
    this.values = type === "number" ? new Float64Array(capacity) : new Int32Array(capacity);
    this.#validity = new Validity(capacity);
  }

  /** Sets a number; undefined and null mean that there is none. Returns false for anything else. */
  set(row: number, value: number | null | undefined): boolean {
    if (typeof value === "number") {
      this.values[row] = value;
    } else if (value === undefined || value === null) {
      this.values[row] = 0;
      this.#validity.setNull(row);
    } else {
      return false;
    }
    return true;
  }

  collect(rows: number, { nodes, buffers }: BatchParts): void {
    nodes.push({ length: rows, nulls: this.#validity.nulls });
    buffers.push(this.#validity.part(rows), this.values.subarray(0, rows));
  }

  forget(row: number): void {
    this.#validity.unsetNull(row);
  }

  clear(): void {
    this.#validity.clear();
  }
}

/** Column of nullable Utf8 with few different texts. Rows hold numbers of texts until the batch is made. */
export class ChoiceBuffer implements ColumnBuffer {
  readonly #texts: Uint8Array[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #choices: Int32Array;
  readonly #offsets: Int32Array;
  #bytes = new Uint8Array(1024);
  readonly #validity: Validity;

  constructor(capacity: number, texts: readonly string[] = []) {
    this.#choices = new Int32Array(capacity);
    this.#offsets = new Int32Array(capacity + 1);
    this.#validity = new Validity(capacity);
    for (const text of texts) this.numberOf(text);
  }

  /** Gives the number of a text. A new text gets a new number. */
  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#texts.length);
    return this.#texts.push(encoder.encode(text)) - 1;
  }

  set(row: number, choice: number | null | undefined): void {
    if (choice === undefined || choice === null) {
      this.#choices[row] = -1;
      this.#validity.setNull(row);
    } else {
      this.#choices[row] = choice;
    }
  }

  collect(rows: number, { nodes, buffers }: BatchParts): void {
    let end = 0;
    for (let row = 0; row < rows; row++) {
      const choice = this.#choices[row]!;
      if (choice >= 0) end += this.#texts[choice]!.length;
      this.#offsets[row + 1] = end;
    }
    if (end > this.#bytes.length) this.#bytes = new Uint8Array(2 * end);
    for (let row = 0; row < rows; row++) {
      const choice = this.#choices[row]!;
      if (choice >= 0) this.#bytes.set(this.#texts[choice]!, this.#offsets[row]!);
    }
    nodes.push({ length: rows, nulls: this.#validity.nulls });
    buffers.push(this.#validity.part(rows), this.#offsets.subarray(0, rows + 1), this.#bytes.subarray(0, end));
  }

  forget(row: number): void {
    this.#validity.unsetNull(row);
  }

  clear(): void {
    this.#validity.clear();
  }
}

/** Column of nullable Utf8 with any texts. */
export class TextBuffer implements ColumnBuffer {
  readonly #offsets: Int32Array;
  #bytes = new Uint8Array(256);
  readonly #validity: Validity;

  constructor(capacity: number) {
    this.#offsets = new Int32Array(capacity + 1);
    this.#validity = new Validity(capacity);
  }

  set(row: number, text: string | undefined): void {
    const begin = this.#offsets[row]!;
    if (text === undefined) {
      this.#validity.setNull(row);
      this.#offsets[row + 1] = begin;
      return;
    }
    const bytes = encoder.encode(text);
    const end = begin + bytes.length;
    if (end > this.#bytes.length) this.#bytes = grown(this.#bytes, new Uint8Array(2 * end), begin);
    this.#bytes.set(bytes, begin);
    this.#offsets[row + 1] = end;
  }

  collect(rows: number, { nodes, buffers }: BatchParts): void {
    nodes.push({ length: rows, nulls: this.#validity.nulls });
    const end = this.#offsets[rows]!;
    buffers.push(this.#validity.part(rows), this.#offsets.subarray(0, rows + 1), this.#bytes.subarray(0, end));
  }

  forget(row: number): void {
    this.#validity.unsetNull(row);
  }

  clear(): void {
    this.#validity.clear();
  }
}

/** Column of nullable List<Float64>. */
export class VectorBuffer implements ColumnBuffer {
  readonly #offsets: Int32Array;
  #values = new Float64Array(64);
  readonly #validity: Validity;

  constructor(capacity: number) {
    this.#offsets = new Int32Array(capacity + 1);
    this.#validity = new Validity(capacity);
  }

  /** Sets a vector; undefined and null mean that there is none. Returns false for anything else. */
  set(row: number, vector: Float64Array | null | undefined): boolean {
    const begin = this.#offsets[row]!;
    if (vector === undefined || vector === null) {
      this.#validity.setNull(row);
      this.#offsets[row + 1] = begin;
      return true;
    }
    if (!(vector instanceof Float64Array)) return false;
    const end = begin + vector.length;
    if (end > this.#values.length) {
      this.#values = grown(this.#values, new Float64Array(Math.max(end, 2 * this.#values.length)), begin);
    }
    this.#values.set(vector, begin);
    this.#offsets[row + 1] = end;
    return true;
  }

  /** Gives a vector to the last row, which has been null so far. */
  fill(row: number, vector: Float64Array): void {
    this.forget(row);
    this.set(row, vector);
  }

  collect(rows: number, { nodes, buffers }: BatchParts): void {
    const items = this.#offsets[rows]!;
    nodes.push({ length: rows, nulls: this.#validity.nulls }, { length: items, nulls: 0 });
    buffers.push(this.#validity.part(rows), this.#offsets.subarray(0, rows + 1));
    buffers.push(noBytes, this.#values.subarray(0, items));
  }

  forget(row: number): void {
    this.#validity.unsetNull(row);
  }

  clear(): void {
    this.#validity.clear();
  }
}

/** Copies the first `length` entries into a longer array. */
function grown<T extends Uint8Array | Float64Array>(from: T, to: T, length: number): T {
  to.set(from.subarray(0, length));
  return to;
}

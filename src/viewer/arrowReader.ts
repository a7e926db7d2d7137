/**
 * Decodes Arrow IPC streams with the column types that runs have, without dictionaries and compression.
 *
 * The package apache-arrow would make up nine tenths of the page's script, and the schema of a run holds only text,
 * numbers and lists of numbers.
 *
 * @see "Arrow Columnar Format", Serialization and Interprocess Communication
 */

import { presentName } from "../arrow/formerNames.ts";

/** A column of numbers. `missing` is 1 where a row has no number. */
interface NumberColumn {
  readonly kind: "number";
  readonly values: Float64Array;
  readonly missing: Uint8Array | undefined;
}
interface TextColumn {
  readonly kind: "text";
  readonly values: readonly (string | undefined)[];
}
interface ListColumn {
  readonly kind: "list";
  readonly values: readonly (Float64Array | undefined)[];
}
export type DecodedColumn = NumberColumn | TextColumn | ListColumn;

/** One record batch. */
export interface Batch {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, DecodedColumn>;
}

interface Field {
  readonly name: string;
  readonly type: number;
  readonly width: number;
  readonly floating: boolean;
  readonly children: readonly Field[];
}

const types = { int: 2, float: 3, text: 5, list: 12 } as const;
const schemaHeader = 1;
const batchHeader = 3;
const continuation = 0xffffffff;

/**
 * Reads all batches of some bytes, which may hold several streams one after the other.
 *
 * @throws Error for anything that a run cannot hold
 */
export function readStream(buffer: ArrayBuffer): Batch[] {
  const view = new DataView(buffer);
  const batches: Batch[] = [];
  let fields: readonly Field[] | undefined;
  for (let at = 0; at + 8 <= buffer.byteLength; ) {
    if (view.getUint32(at, true) !== continuation) throw new Error(`no Arrow message begins at byte ${at}`);
    const metadataLength = view.getInt32(at + 4, true);
    if (metadataLength === 0) {
      at += 8;
      continue;
    }
    const message = new Table(view, at + 8 + view.getUint32(at + 8, true));
    const body = at + 8 + metadataLength;
    const kind = message.byte(1);
    const header = message.table(2);
    if (header !== undefined && kind === schemaHeader) fields = header.tables(1).map(readField);
    else if (header !== undefined && kind === batchHeader && fields !== undefined) {
      batches.push(readBatch(header, fields, body));
    } else throw new Error(`an Arrow message of kind ${kind} is not expected here`);
    at = body + message.long(3);
  }
  return batches;
}

/** A flatbuffer table. */
class Table {
  constructor(
    readonly view: DataView,
    readonly at: number,
  ) {}

  /** Returns the place of a field; 0: the table does not have it. */
  place(field: number): number {
    const vtable = this.at - this.view.getInt32(this.at, true);
    const entry = 4 + 2 * field;
    if (entry >= this.view.getUint16(vtable, true)) return 0;
    const offset = this.view.getUint16(vtable + entry, true);
    return offset === 0 ? 0 : this.at + offset;
  }
  byte(field: number): number {
    const at = this.place(field);
    return at === 0 ? 0 : this.view.getUint8(at);
  }
  short(field: number): number {
    const at = this.place(field);
    return at === 0 ? 0 : this.view.getInt16(at, true);
  }
  int(field: number): number {
    const at = this.place(field);
    return at === 0 ? 0 : this.view.getInt32(at, true);
  }
  long(field: number): number {
    const at = this.place(field);
    return at === 0 ? 0 : Number(this.view.getBigInt64(at, true));
  }
  /** Returns the place to which an offset field points; 0: the table does not have it. */
  target(field: number): number {
    const at = this.place(field);
    return at === 0 ? 0 : at + this.view.getUint32(at, true);
  }
  table(field: number): Table | undefined {
    const at = this.target(field);
    return at === 0 ? undefined : new Table(this.view, at);
  }
  tables(field: number): Table[] {
    const at = this.target(field);
    if (at === 0) return [];
    return Array.from({ length: this.view.getUint32(at, true) }, (_, index) => {
      const entry = at + 4 + 4 * index;
      return new Table(this.view, entry + this.view.getUint32(entry, true));
    });
  }
  text(field: number): string {
    const at = this.target(field);
    return at === 0 ? "" : utf8.decode(new Uint8Array(this.view.buffer, at + 4, this.view.getUint32(at, true)));
  }
}

const utf8 = new TextDecoder();

function readField(table: Table): Field {
  const type = table.byte(2);
  const details = table.table(3);
  const name = presentName(table.text(0));
  const floating = type === types.float;
  // Precisions 0, 1 and 2 are half, single and double.
  const width = floating ? 16 << (details?.short(0) ?? 0) : (details?.int(0) ?? 0);
  if (!Object.values<number>(types).includes(type)) throw new Error(`the column "${name}" has the Arrow type ${type}`);
  return { name, type, width, floating, children: table.tables(5).map(readField) };
}

function readBatch(batch: Table, fields: readonly Field[], body: number): Batch {
  const { view } = batch;
  const nodes = batch.target(1) + 4;
  const buffers = batch.target(2) + 4;
  let node = 0;
  let buffer = 0;
  const nextNode = (): { readonly length: number; readonly nulls: number } => {
    const at = nodes + 16 * node++;
    return { length: Number(view.getBigInt64(at, true)), nulls: Number(view.getBigInt64(at + 8, true)) };
  };
  const nextBuffer = (): Uint8Array<ArrayBuffer> => {
    const at = buffers + 16 * buffer++;
    const offset = Number(view.getBigInt64(at, true));
    // The copy is aligned, and only the rows of a message stay in memory.
    return new Uint8Array(view.buffer as ArrayBuffer, body + offset, Number(view.getBigInt64(at + 8, true))).slice();
  };
  const read = (field: Field): DecodedColumn => {
    const { length, nulls } = nextNode();
    const missing = missingRows(nextBuffer(), length, nulls);
    if (field.type === types.text) {
      const offsets = new Int32Array(nextBuffer().buffer);
      const bytes = nextBuffer();
      const at = (row: number) => utf8.decode(bytes.subarray(offsets[row], offsets[row + 1]));
      return { kind: "text", values: rowsOf(length, missing, at) };
    }
    if (field.type === types.list) {
      const offsets = new Int32Array(nextBuffer().buffer);
      const items = read(field.children[0]!);
      if (items.kind !== "number") throw new Error(`the column "${field.name}" is not a list of numbers`);
      const at = (row: number) => items.values.slice(offsets[row], offsets[row + 1]);
      return { kind: "list", values: rowsOf(length, missing, at) };
    }
    return { kind: "number", values: numbers(nextBuffer().buffer, field, length), missing };
  };
  const columns = new Map(fields.map((field) => [field.name, read(field)]));
  return { rows: batch.long(0), columns };
}

function missingRows(validity: Uint8Array, length: number, nulls: number): Uint8Array | undefined {
  if (nulls === 0 || validity.length === 0) return undefined;
  return Uint8Array.from({ length }, (_, row) => 1 - ((validity[row >> 3]! >> (row & 7)) & 1));
}

function rowsOf<T>(length: number, missing: Uint8Array | undefined, at: (row: number) => T): (T | undefined)[] {
  return Array.from({ length }, (_, row) => (missing?.[row] === 1 ? undefined : at(row)));
}

function numbers(buffer: ArrayBuffer, { floating, width, name }: Field, length: number): Float64Array {
  if (floating && width === 64) return new Float64Array(buffer, 0, length);
  if (floating && width === 32) return Float64Array.from(new Float32Array(buffer, 0, length));
  if (!floating && width === 64) return Float64Array.from(new BigInt64Array(buffer, 0, length), Number);
  if (!floating && width === 32) return Float64Array.from(new Int32Array(buffer, 0, length));
  throw new Error(`the column "${name}" holds numbers of ${width} bits`);
}

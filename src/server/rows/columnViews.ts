/**
 * Looks at number columns of encoded batches where they lie. Thinning reads every batch of a long run for a few columns;
 * arrow-js makes objects for all columns of each, which takes most of the time.
 */
import { DataType, type Schema } from "apache-arrow";
import { rootTable } from "../../arrow/flatbuffer.ts";
import type { NumberColumn } from "../thin.ts";

/** Columns of one batch, in the order in which they were asked for. */
export interface BatchView {
  readonly rows: number;
  readonly numbers: readonly NumberColumn[];
  /** For each column of marks, whether a row has an entry; undefined: no row has one. */
  readonly marks: readonly (((row: number) => boolean) | undefined)[];
  readonly vector: VectorColumn | undefined;
}

/** A column of vectors: that of a row has the entries of `values` from `begin(row)` up to before `end(row)`. */
export interface VectorColumn {
  readonly values: ArrayLike<number>;
  begin(row: number): number;
  end(row: number): number;
}

/** Place of a column among the nodes and buffers of a batch, which stand depth first. */
interface Place {
  readonly node: number;
  readonly buffer: number;
}

/**
 * Makes the function that looks at these columns of a batch message of the schema. The views are into its bytes.
 *
 * @param numbers indexes of columns in the schema, all Float64
 * @param marks indexes of columns of which only is asked which rows have an entry
 * @param vector index of a column of lists of Float64
 * @returns undefined for a schema that it does not know how to read
 */
export function columnViews(
  schema: Schema,
  numbers: readonly number[],
  marks: readonly number[],
  vector: number | undefined,
): ((message: Uint8Array) => BatchView | undefined) | undefined {
  const places = placesOf(schema);
  if (places === undefined) return undefined;
  if (numbers.some((index) => String(schema.fields[index]!.type) !== "Float64")) return undefined;
  if (vector !== undefined && String(schema.fields[vector]!.type) !== "List<Float64>") return undefined;
  return (message) => {
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    const bodyAt = 8 + view.getInt32(4, true);
    const batch = rootTable(new DataView(message.buffer, message.byteOffset + 8, bodyAt - 8)).table(2);
    // Field 3 says that the buffers are compressed.
    if (batch === undefined || batch.table(3) !== undefined) return undefined;
    const rows = batch.int64(0);
    const nodes = batch.structs(1, 16);
    const buffers = batch.structs(2, 16);
    const nullsOf = ({ node }: Place): number => Number(nodes.getBigInt64(16 * node + 8, true));
    const bytesOf = (buffer: number): Uint8Array => {
      const at = bodyAt + Number(buffers.getBigInt64(16 * buffer, true));
      return message.subarray(at, at + Number(buffers.getBigInt64(16 * buffer + 8, true)));
    };
    const missingOf = (place: Place): ((row: number) => boolean) | undefined => {
      if (nullsOf(place) === 0) return undefined;
      const bits = bytesOf(place.buffer);
      return (row) => ((bits[row >> 3]! >> (row & 7)) & 1) === 0;
    };
    // A row without a vector has offsets that are equal.
    const vectorAt = ({ node, buffer }: Place): VectorColumn => {
      const offsets = integers(bytesOf(buffer + 1), rows + 1);
      const values = floats(bytesOf(buffer + 3), Number(nodes.getBigInt64(16 * (node + 1), true)));
      return { values, begin: (row) => offsets[row]!, end: (row) => offsets[row + 1]! };
    };
    return {
      rows,
      numbers: numbers.map((index) => {
        const place = places[index]!;
        const missing = missingOf(place);
        const values = floats(bytesOf(place.buffer + 1), rows);
        return missing === undefined ? { values } : { values, missing };
      }),
      marks: marks.map((index) => {
        const place = places[index]!;
        if (nullsOf(place) === rows) return undefined;
        const missing = missingOf(place);
        return missing === undefined ? () => true : (row) => !missing(row);
      }),
      vector: vector === undefined ? undefined : vectorAt(places[vector]!),
    };
  };
}

function floats(bytes: Uint8Array, count: number): Float64Array {
  // Batches of other writers may lie at any place.
  const { buffer, byteOffset } = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  return new Float64Array(buffer, byteOffset, count);
}

function integers(bytes: Uint8Array, count: number): Int32Array {
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Int32Array(buffer, byteOffset, bytes.length === 0 ? 0 : count);
}

function placesOf(schema: Schema): readonly Place[] | undefined {
  const places: Place[] = [];
  let node = 0;
  let buffer = 0;
  for (const { type } of schema.fields) {
    places.push({ node, buffer });
    if (DataType.isUtf8(type)) [node, buffer] = [node + 1, buffer + 3];
    else if (DataType.isFloat(type) || DataType.isInt(type) || DataType.isBool(type)) {
      [node, buffer] = [node + 1, buffer + 2];
    } else if (DataType.isList(type) && DataType.isFloat(type.children[0]?.type)) {
      [node, buffer] = [node + 2, buffer + 4];
    } else return undefined;
  }
  return places;
}

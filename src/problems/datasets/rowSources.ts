/** Rows of a data set that are made where they are needed: from bytes, from classes, from other rows. */
import { numbersOf } from "../../autodiff/chosenRows.ts";
import type { RowSource } from "../problem.ts";
import { forEachPart, knownBase, SourceRows } from "../traced/sourceRows.ts";

/** Numbers of a data set, row after row, or where its rows come from. */
export type Numbers = Float64Array | RowSource;

/** Sources whose rows are made from what lies in memory. */
const resident = new WeakSet<RowSource>();

/** Whether rows are read from elsewhere than memory, so that there may be more than it holds. */
export const isOfFile = (numbers: Numbers): numbers is RowSource =>
  !(numbers instanceof Float64Array) && !resident.has(numbers);

/** Makes a source of a function that writes one row. */
function sourceOf(
  name: string,
  count: number,
  width: number,
  write: (row: number, target: Float64Array, at: number) => void,
): RowSource {
  const source: RowSource = {
    name,
    count,
    width,
    read(first, target) {
      for (let i = 0; i < target.length / width; i++) write(first + i, target, i * width);
    },
    gather(rows, target) {
      for (let i = 0; i < rows.length; i++) write(rows[i]!, target, i * width);
    },
  };
  resident.add(source);
  return source;
}

/** Rows of bytes, each divided by `scale`: a byte takes an eighth of the memory of a float64. */
export function byteRows(name: string, bytes: Uint8Array, width: number, scale: number): RowSource {
  const table = Float64Array.from({ length: 256 }, (_, byte) => byte / scale);
  return sourceOf(`the bytes of "${name}"`, bytes.length / width, width, (row, target, at) => {
    const from = row * width;
    for (let j = 0; j < width; j++) target[at + j] = table[bytes[from + j]!]!;
  });
}

/** One-hot rows of classes. */
export function classRows(name: string, labels: Int32Array, classes: number): RowSource {
  return sourceOf(`the classes of "${name}"`, labels.length, classes, (row, target, at) => {
    target.fill(0, at, at + classes);
    target[at + labels[row]!] = 1;
  });
}

/** Mean distance in bytes of chosen rows up to which they are read together with those between them. */
const nearBytes = 1 << 14;
/** Most numbers that are read at once for the sake of some of them. */
const pieceNumbers = 1 << 16;

/** Some rows of a source, in the order of the list, which must not change. */
export function chosenRows(source: RowSource, rows: Int32Array): RowSource {
  const { width } = source;
  let places = new Int32Array(0);
  let between = new Float64Array(0);
  /** Reads ascending rows with what lies between them, in pieces. */
  const sweep = (from: number, to: number, target: Float64Array): void => {
    const most = Math.max(1, Math.floor(pieceNumbers / width));
    for (let done = from; done < to; ) {
      const first = rows[done]!;
      let end = done + 1;
      while (end < to && rows[end]! - first < most) end++;
      const size = (rows[end - 1]! - first + 1) * width;
      if (between.length < size) between = new Float64Array(Math.max(size, most * width));
      source.read(first, between.subarray(0, size));
      for (let i = done; i < end; i++) {
        const place = (rows[i]! - first) * width;
        target.set(between.subarray(place, place + width), (i - from) * width);
      }
      done = end;
    }
  };
  const isNear = (from: number, to: number): boolean => {
    for (let i = from + 1; i < to; i++) if (rows[i]! <= rows[i - 1]!) return false;
    return 8 * width * (rows[to - 1]! - rows[from]! + 1) < nearBytes * (to - from);
  };
  const chosen: RowSource = {
    name: source.name,
    count: rows.length,
    width,
    read(first, target) {
      const to = first + target.length / width;
      if (!resident.has(source) && isNear(first, to)) sweep(first, to, target);
      else source.gather(rows.subarray(first, to), target);
    },
    gather(wanted, target) {
      if (places.length < wanted.length) places = new Int32Array(wanted.length);
      for (let i = 0; i < wanted.length; i++) places[i] = rows[wanted[i]!]!;
      source.gather(places.subarray(0, wanted.length), target);
    },
  };
  if (resident.has(source)) resident.add(chosen);
  knownBase(chosen, source);
  return chosen;
}

/** Rows of a source, each changed in place by a function of a list of whole rows. */
export function changedRows(source: RowSource, change: (rows: Float64Array) => void): RowSource {
  const { name, count, width } = source;
  const changed: RowSource = {
    name,
    count,
    width,
    read(first, target) {
      source.read(first, target);
      change(target);
    },
    gather(rows, target) {
      source.gather(rows, target);
      change(target);
    },
  };
  if (resident.has(source)) resident.add(changed);
  knownBase(changed, source);
  return changed;
}

/** Gives all numbers as an array. @throws ERR_MEMORY if there is no memory for them */
export function arrayOf(numbers: Numbers): Float64Array {
  return numbers instanceof Float64Array ? numbers : numbersOf(new SourceRows(numbers));
}

/** Gives the numbers of the first rows. */
export function firstRowsOf(numbers: Numbers, rows: number, width: number): Float64Array {
  return numbers instanceof Float64Array ? numbers.subarray(0, rows * width) : new SourceRows(numbers).head(rows);
}

/** Calls a function with whole rows in turn, and with the number of the first of them. */
export function forEachRows(numbers: Numbers, width: number, look: (rows: Float64Array, first: number) => void): void {
  forEachPart(numbers, (part, from) => look(part as Float64Array, from / width));
}

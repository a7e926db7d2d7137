/** Describes a product with the windows of images to the C library. `native/convolutions.c` reads it. */
import type { Matrix, WindowsTerm } from "../lower/steps.ts";
import { type WindowRole, type Windows, windowRoles } from "../lower/windows.ts";

/** Columns that the library computes together. */
const columnsAtOnce = 8;
/** Windows whose products the library adds up before they join the sum of `filter`. */
const windowsAtOnce = 128;
/** Numbers of images that are computed together, as far as they are small enough. */
const groupSize = 4096;
/** Parts of the memory that a product needs while it is computed: their starts, counted in numbers. */
interface Scratch {
  readonly group: number;
  readonly packed: number;
  readonly around: number;
  readonly block: number;
  readonly sums: number;
  readonly size: number;
}

export function scratchOf({ images, aroundSize, places, runs }: Windows, role: WindowRole, columns: number): Scratch {
  const panels = (width: number): number => columnsAtOnce * Math.ceil(width / columnsAtOnce);
  const group = Math.max(1, Math.min(images, Math.floor(groupSize / aroundSize)));
  const wide = panels(columns);
  const sizes = {
    packed: role === "forward" ? places.length * wide : role === "image" ? columns * panels(places.length) : 0,
    around: runs === undefined ? 0 : group * aroundSize,
    block: role === "filter" && wide !== columns ? windowsAtOnce * wide : 0,
    sums: role === "filter" ? places.length * wide : 0,
  };
  const { packed, around, block, sums } = sizes;
  return {
    group,
    packed: 0,
    around: packed,
    block: packed + around,
    sums: packed + around + block,
    size: packed + around + block + sums,
  };
}

/** Places in memory of what a product reads and writes. */
interface WindowPlaces {
  readonly image: number;
  readonly matrix: number | undefined;
  readonly other: number;
  readonly scratch: number;
  /** Addresses of the tables that {@link windowTables} makes. */
  readonly tables: WindowTables<number>;
}

interface WindowTables<T> {
  readonly rows: T;
  readonly places: T;
  readonly runs: T;
}

/** Returns the starts of the windows of a group of images, their places, and the runs of an image. */
export function windowTables(windows: Windows, role: WindowRole, columns: number): WindowTables<Int32Array> {
  const { rows, places, runs, aroundSize } = windows;
  const { group } = scratchOf(windows, role, columns);
  const all = new Int32Array(group * rows.length);
  for (let g = 0; g < group; g++)
    for (const [q, row] of rows.entries()) all[g * rows.length + q] = g * aroundSize + row;
  const each = role === "image" ? Array.from({ length: columns }, (_, i) => i) : [];
  return { rows: all, places: Int32Array.from([...places, ...each]), runs: runs ?? new Int32Array(0) };
}

/** Returns the distances between the rows and between the columns of op(M). */
export const distancesOf = ({ distance, transpose }: Matrix): readonly [row: number, column: number] =>
  transpose ? [1, distance] : [distance, 1];

/** Writes the table of a product. */
export function windowsTable(
  { factor, windows, role, matrix, rearranged, otherRow, columns }: WindowsTerm,
  accumulate: boolean,
  at: WindowPlaces,
): Int32Array {
  const scratch = scratchOf(windows, role, columns);
  const place = (start: number): number => at.scratch + 8 * start;
  const [row, column] = matrix === undefined ? [0, 0] : distancesOf(matrix);
  const order =
    rearranged === undefined
      ? [row, column, windows.places.length, 0]
      : [rearranged.inner, rearranged.column, rearranged.rows, rearranged.outer];
  const number = new Int32Array(Float64Array.of(factor).buffer);
  return Int32Array.from([
    ...[windowRoles.indexOf(role), accumulate ? 1 : 0, windows.images, scratch.group],
    ...[windows.rows.length, windows.places.length, columns, windows.runs === undefined ? 0 : 1],
    ...[at.image, windows.imageSize, at.matrix ?? 0, ...order],
    ...[at.other, otherRow, place(scratch.packed)],
    ...[place(scratch.around), windows.aroundSize, place(scratch.block), place(scratch.sums)],
    ...[at.tables.rows, at.tables.places, at.tables.runs, (windows.runs?.length ?? 0) / 3],
    ...number,
  ]);
}

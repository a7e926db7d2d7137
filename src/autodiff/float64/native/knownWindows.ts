import type { AxisMap, Shape } from "../../graph/graph.ts";
import type { WindowsTerm } from "../lower/steps.ts";
import { type WindowRole, type Windows, windowRoles, windowsBetween } from "../lower/windows.ts";
import { scratchOf, windowsTable, windowTables } from "./convolution.ts";
import type { NativeKernels } from "./kernels.ts";

interface Case {
  readonly extents: readonly [number, number];
  readonly kernel: number;
  readonly pad: number;
  readonly channels: number;
  readonly columns: number;
}

const images = 2;
/** With zeros around the images, rests of all kinds and several blocks of windows; and with windows of many places. */
const cases: readonly Case[] = [
  { extents: [13, 11], kernel: 3, pad: 1, channels: 2, columns: 11 },
  { extents: [4, 5], kernel: 2, pad: 0, channels: 8, columns: 8 },
  { extents: [17, 18], kernel: 17, pad: 0, channels: 1, columns: 3 },
];

/** Windows with axes image, row, column, then row and column in the window, then channel. */
function windowsOf({ extents, kernel, pad, channels }: Case): Windows {
  const outs = extents.map((extent) => extent + 2 * pad - kernel + 1);
  const map = (offset: number, ...axes: readonly number[]): AxisMap => ({
    offset,
    strides: Array.from({ length: 6 }, (_, i) => (axes.includes(i) ? 1 : 0)),
  });
  const maps = [map(0, 0), map(-pad, 1, 3), map(-pad, 2, 4), map(0, 5)];
  const large: Shape = [images, ...extents, channels];
  const windows = windowsBetween(
    maps,
    large,
    [images, ...outs, kernel, kernel, channels],
    images * outs[0]! * outs[1]!,
  );
  if (windows === undefined) throw new Error("internal: knownWindows: no windows");
  return windows;
}

/** Numbers with digits in all places. */
function fill(numbers: Float64Array, shift: number): void {
  for (let i = 0; i < numbers.length; i++) numbers[i] = (Math.imul(i + shift, 0x9e3779b1) + 0.1) / 2 ** 31;
}

/** Computes products with windows of every kind, added to what is there. */
export function windowNumbers(kernels: NativeKernels): Float64Array {
  const all = cases.flatMap((one) => {
    const windows = windowsOf(one);
    return windowRoles.map((role) => computed(kernels, one, windows, role));
  });
  const joined = new Float64Array(all.reduce((sum, { length }) => sum + length, 0));
  let next = 0;
  for (const numbers of all) {
    joined.set(numbers, next);
    next += numbers.length;
  }
  return joined;
}

function computed(
  { convolution, addressOf }: NativeKernels,
  one: Case,
  windows: Windows,
  role: WindowRole,
): Float64Array {
  const isChannelwise = role === "sum" || role === "spread";
  const columns = isChannelwise ? one.channels : one.columns;
  const rows = windows.images * windows.rows.length;
  const image = windows.images * windows.imageSize;
  const sizes = {
    image,
    rows: rows * columns,
    matrix: role === "filter" ? rows * columns : windows.places.length * columns,
    filter: windows.places.length * columns,
    scratch: scratchOf(windows, role, columns).size,
  };
  const tables = windowTables(windows, role, columns);
  const tableNumbers = Object.values(tables).reduce((sum, { length }) => sum + length, 100);
  const numbers = new Float64Array(Object.values(sizes).reduce((sum, size) => sum + size, 16) + tableNumbers);
  const words = new Int32Array(numbers.buffer);
  let next = 16;
  const reserve = (size: number): number => {
    next += size;
    return 8 * (next - size);
  };
  const places = Object.fromEntries(
    Object.entries(sizes).map(([name, size], i) => {
      const place = reserve(size);
      if (name !== "scratch") fill(numbers.subarray(place / 8, place / 8 + size), 1000 * i);
      return [name, place];
    }),
  ) as Record<keyof typeof sizes, number>;
  const keep = (table: Int32Array): number => {
    const place = reserve(Math.ceil(table.length / 2));
    words.set(table, place / 4);
    return place;
  };
  const buffer = { size: 0, level: 0 };
  const term: WindowsTerm = {
    factor: -1.25,
    role,
    windows,
    ...(isChannelwise ? {} : { matrix: { buffer, offset: 0, distance: columns, transpose: false } }),
    columns,
    otherRow: columns,
    scratch: buffer,
  };
  const [out, size] = role === "filter" ? [places.filter, sizes.filter] : [places.rows, sizes.rows];
  const kept = { rows: keep(tables.rows), places: keep(tables.places), runs: keep(tables.runs) };
  const table = windowsTable(term, true, {
    image: places.image,
    matrix: places.matrix,
    other: out,
    scratch: places.scratch,
    tables: kept,
  });
  convolution(addressOf(numbers.buffer), keep(table));
  const isImage = role === "image" || role === "spread";
  return isImage ? numbers.slice(places.image / 8, places.image / 8 + image) : numbers.slice(out / 8, out / 8 + size);
}

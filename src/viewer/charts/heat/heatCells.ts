/** The numbers of a heat map: entries of a vector column, or the columns of a family, over the x axis. */
import { entryName, familyMembers } from "../columnNames.ts";
import { rowsToDraw, type ShownRun, type View, xShift } from "../series.ts";

/** Columns that a heat map shows, from the lowest line to the highest, and their names. */
export interface HeatLines {
  readonly columns: readonly string[];
  readonly names: readonly string[];
}

/** Returns the entries of a vector column, or the columns `name.first`, `name.second`, ... of a family. */
export function heatLines(run: ShownRun, name: string): HeatLines {
  const length = run.data.coordinates(name);
  if (length > 0) {
    const entries = Array.from({ length }, (_, entry) => entry);
    return {
      columns: entries.map((entry) => `${name}.${entry}`),
      names: entries.map((entry) => entryName([run], name, entry).title),
    };
  }
  const family = familyMembers(run.columns, name).filter(({ column }) => run.data.has(column));
  return { columns: family.map(({ column }) => column), names: family.map(({ member }) => member) };
}

export interface HeatCells {
  /** Range of the x axis. */
  readonly xRange: readonly [min: number, max: number];
  /** Number of columns of cells, of equal width on the axis as it is drawn. */
  readonly bins: number;
  readonly entries: number;
  /** Value of entry `e` in bin `b` at `b * entries + e`; NaN where nothing was measured, or no number came out. */
  readonly values: Float64Array;
  /** Row of the data that a bin shows, -1 for none. */
  readonly rows: Int32Array;
  /** Step of each bin's row. */
  readonly steps: Float64Array;
}

/**
 * Fills each bin with the last row up to its right edge that has the vector: a measured spectrum holds until the next
 * one. Cost: rows + bins x entries.
 */
export function heatCells(
  run: ShownRun,
  columns: readonly string[],
  { axis, zoom }: Pick<View, "axis" | "zoom">,
  binsMost: number,
): HeatCells | undefined {
  const data = rowsToDraw(run);
  const entries = columns.length;
  const shift = xShift(axis);
  const xOf = (row: number): number => (data.at(axis.quantity, row) ?? Number.NaN) + shift;
  const measured: number[] = [];
  let first: number | undefined;
  for (let row = 0; row < data.length; row++) {
    const x = xOf(row);
    if (!(axis.log ? x > 0 : !Number.isNaN(x))) continue;
    first ??= x;
    if (columns.some((column) => data.at(column, row) !== undefined)) measured.push(row);
  }
  if (first === undefined || measured.length === 0 || entries === 0) return undefined;
  const last = xOf(data.length - 1);
  const [min, max] =
    zoom === undefined ? [first, last > first ? last : axis.log ? 10 * first : first + 1] : [zoom.min, zoom.max];
  const bins = Math.max(1, Math.floor(binsMost));
  const [into, back] = axis.log ? [Math.log, Math.exp] : [(x: number) => x, (x: number) => x];
  const values = new Float64Array(bins * entries).fill(Number.NaN);
  const rows = new Int32Array(bins).fill(-1);
  const steps = new Float64Array(bins).fill(Number.NaN);
  let at = -1;
  for (let bin = 0; bin < bins; bin++) {
    const left = back(into(min) + ((into(max) - into(min)) * bin) / bins);
    const right = bin === bins - 1 ? max : back(into(min) + ((into(max) - into(min)) * (bin + 1)) / bins);
    while (at + 1 < measured.length && xOf(measured[at + 1]!) <= right) at++;
    const row = measured[at];
    if (row === undefined || (left > last && last > first)) continue;
    rows[bin] = row;
    steps[bin] = data.at("step", row)!;
    for (let entry = 0; entry < entries; entry++) {
      values[bin * entries + entry] = data.at(columns[entry]!, row) ?? Number.NaN;
    }
  }
  return { xRange: [min, max], bins, entries, values, rows, steps };
}

/** Chooses which rows the page keeps, once it has too many. */
import { makePathThinner } from "../server/pathThinner.ts";
import { makeThinner } from "../server/thin.ts";

/** A column of numbers that grows. */
export interface Growing {
  values: Float64Array;
  /** 1 where the row has no number. */
  missing: Uint8Array;
}

interface Rows {
  readonly columns: ReadonlyMap<string, Growing>;
  /** Vector columns, with their numbers of entries, which are columns of their own: `point.0`, `point.1`, ... */
  readonly vectors: ReadonlyMap<string, number>;
  readonly length: number;
  /** Scale along the steps. */
  readonly scale: "linear" | "log";
  /** Number of rows to keep, about. */
  readonly most: number;
}

const watchedMost = 8;
const counters = new Set(["step", "seconds", "attempt", "evaluations", "products"]);

/**
 * Returns the rows to keep, in order: extremes and failures of the watched columns, rows with marks, and what the paths
 * of vectors need for their shape.
 */
export function keptRows(
  rows: Rows,
  isWatched: (column: string) => boolean,
  marked: ReadonlySet<number>,
): Float64Array {
  const { columns, vectors, length, scale, most } = rows;
  const steps = columns.get("step")!.values.subarray(0, length);
  const watched = [...columns].filter(([name]) => !counters.has(name) && isWatched(name)).slice(0, watchedMost);
  const thinner = makeThinner({
    fromStep: steps[0]!,
    toStep: steps[steps.length - 1]!,
    points: most,
    scale,
    columns: watched.length,
  });
  const looks = watched.map(([, { values, missing }]) => ({ values, missing: (row: number) => missing[row] === 1 }));
  thinner.offer(steps, looks, (row) => marked.has(steps[row]!));
  const paths = [...vectors].flatMap(([name, entries]) => (entries > 1 ? shapeOf(rows, name, entries) : []));
  return Float64Array.from(new Set([...thinner.chosen(), ...paths])).sort();
}

/** Returns the rows that the path of a vector's entries needs for its shape. */
function shapeOf({ columns, length, most }: Rows, name: string, dimension: number): number[] {
  const entries = Array.from({ length: dimension }, (_, axis) => columns.get(`${name}.${axis}`)!);
  const path = makePathThinner(most / 4, dimension);
  const point = new Float64Array(dimension);
  for (let row = 0; row < length; row++) {
    if (entries[0]!.missing[row] === 1) continue;
    for (let axis = 0; axis < dimension; axis++) point[axis] = entries[axis]!.values[row]!;
    path.offer(row, point, 0);
  }
  return path.chosen();
}

/** Reads two columns of a run as a curve, thinned so that a run of any length fits a picture. */

import type { Damage } from "../../arrow/checks/damage.ts";
import { numberFields } from "../../arrow/coreColumns.ts";
import { readRun } from "../../arrow/readRun.ts";
import type { Row } from "../../arrow/row.ts";
import type { RunFile } from "../../arrow/runFile.ts";
import { didYouMean } from "../../didYouMean.ts";
import { failure } from "../../errors.ts";

/** Columns that may be the horizontal axis. */
export const horizontals = ["step", "seconds", "evaluations", "products"] as const;
export type Horizontal = (typeof horizontals)[number];

export interface Curve {
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Number of rows whose value is NaN or infinite, which no picture shows. */
  readonly notFinite: number;
  readonly rows: number;
  readonly last: Row | undefined;
}

/** Refuses a column that no run has as a number. @throws ERR_COMMAND_LINE */
export function checkColumn(flag: string, column: string, files: readonly RunFile[]): void {
  const own = files.flatMap(({ columns }) =>
    Object.keys(columns).filter((name) => (columns[name]!.kind ?? "number") === "number"),
  );
  const all = [...new Set<string>([...numberFields, ...own])];
  if (all.includes(column)) return;
  throw failure(
    "ERR_COMMAND_LINE",
    `${flag}: there is no column "${column}" of numbers.${didYouMean(column, all)} Columns: ${all.join(", ")}`,
  );
}

/**
 * Reads a curve. Of more than `most` rows, the smallest, the largest and the last value of equally many neighbours stay,
 * so that no spike is lost; memory does not grow with the length of the run.
 */
export function readCurve(
  directory: string,
  x: Horizontal,
  y: string,
  onDamage: (damage: Damage) => void,
  most = 2000,
): Curve {
  let points: [number, number][] = [];
  let bucket: [number, number][] = [];
  let every = 1;
  let rows = 0;
  let notFinite = 0;
  let last: Row | undefined;
  for (const row of readRun(directory, { onDamage })) {
    last = row;
    rows++;
    const value = cellNumber(row, y);
    if (value === undefined) continue;
    if (!Number.isFinite(value)) {
      notFinite++;
      continue;
    }
    bucket.push([row[x], value]);
    if (bucket.length < every) continue;
    points.push(...extremes(bucket));
    bucket = [];
    if (points.length > 3 * most) {
      points = pairs(points, 6).flatMap(extremes);
      every = every === 1 ? 6 : 2 * every;
    }
  }
  return { points: [...points, ...extremes(bucket)], notFinite, rows, last };
}

function cellNumber(row: Row, column: string): number | undefined {
  const core = numberFields.find((name) => name === column);
  return core === undefined ? row.columns[column] : row[core];
}

/** The smallest, the largest and the last point, in their order. */
function extremes(points: readonly [number, number][]): [number, number][] {
  if (points.length <= 3) return [...points];
  let [least, most] = [0, 0];
  for (const [i, [, y]] of points.entries()) {
    if (y < points[least]![1]) least = i;
    if (y > points[most]![1]) most = i;
  }
  return [...new Set([least, most, points.length - 1])].sort((a, b) => a - b).map((i) => points[i]!);
}

function pairs(points: readonly [number, number][], size: number): [number, number][][] {
  return Array.from({ length: Math.ceil(points.length / size) }, (_, k) => points.slice(size * k, size * (k + 1)));
}

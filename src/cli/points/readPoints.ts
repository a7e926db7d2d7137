/** Reads points that another program has found. */
import { readFileSync, statSync } from "node:fs";
import { readFailure } from "../../arrow/fileSource.ts";
import { readRun } from "../../arrow/readRun.ts";
import type { Row } from "../../arrow/row.ts";
import { failure } from "../../errors.ts";
import { arrowPoints, isArrow } from "./arrowPoints.ts";
import { csvPoints } from "./csvPoints.ts";
import { isNpy, npyPoints, type Points } from "./npyPoints.ts";

/**
 * Reads points from a .npy file of NumPy, an Arrow file or stream, CSV, or the directory of a run, whose end it is. The
 * content decides which of them it is, not the name.
 *
 * @param column name of the column of an Arrow file
 * @throws ERR_READ if it cannot be read; ERR_DATA_FILE if it holds no points; ERR_NOT_FINITE for NaN and infinities,
 *   with their place
 */
export function readPoints(path: string, column: string | undefined): Points {
  const points = pointsOf(path, column);
  const bad = points.values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return points;
  throw failure(
    "ERR_NOT_FINITE",
    `certify: expected finite numbers in ${path}, got ${points.values[bad]} in point ` +
      `${Math.floor(bad / points.dimension) + 1}, place ${bad % points.dimension}`,
  );
}

function pointsOf(path: string, column: string | undefined): Points {
  let bytes: Uint8Array;
  try {
    if (statSync(path).isDirectory()) return endOf(path);
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw readFailure(path, error);
  }
  if (bytes.length === 0) throw failure("ERR_DATA_FILE", `certify: expected points in ${path}, got an empty file`);
  if (isNpy(bytes)) return npyPoints(path, bytes);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    throw failure(
      "ERR_DATA_FILE",
      `certify: expected a .npy file, got an archive in ${path}; save the array by np.save`,
    );
  }
  return isArrow(bytes) ? arrowPoints(path, bytes, column) : csvPoints(path, bytes);
}

function endOf(directory: string): Points {
  let last: Row | undefined;
  for (const row of readRun(directory)) last = row;
  if (last?.point === undefined) {
    throw failure("ERR_DATA_FILE", `certify: expected the point of the last row in ${directory}, got none`);
  }
  return { dimension: last.point.length, values: Float64Array.from(last.point) };
}

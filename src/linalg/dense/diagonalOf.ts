import { failure } from "../../errors.ts";
import { checkMap } from "../arguments.ts";
import type { LinearMap } from "../linearMap.ts";
import { ownDiagonalOf } from "../ownMatrix.ts";
import { forEachColumn } from "./dense.ts";

/**
 * Computes the diagonal of a square map.
 *
 * Curvature matrices of an objective with outputs sum theirs sample by sample; other maps take one product per column.
 *
 * @example diagonalOf(denseMatrix(2, 2, Float64Array.of(1, 2, 3, 4))) // [1, 4]
 * @throws {RangeError} ERR_LENGTH if the map is not square
 */
export function diagonalOf(map: LinearMap): Float64Array {
  checkMap("diagonalOf", map);
  const { rows, columns } = map;
  if (rows !== columns) {
    throw failure("ERR_LENGTH", `diagonalOf: expected a square map, got ${rows} x ${columns}`);
  }
  const own = ownDiagonalOf(map);
  if (own !== undefined) return own;
  const entries = new Float64Array(rows);
  forEachColumn(map, (j, column) => {
    entries[j] = column[j]!;
  });
  return entries;
}

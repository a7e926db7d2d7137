import { failure } from "../../errors.ts";
import { checkOption } from "../../options.ts";
import { matrix as matrixRule } from "../rules.ts";
import { finiteVector } from "./convexSet.ts";

/**
 * Copies the rows of a matrix.
 *
 * @throws ERR_LENGTH if there are no rows or they differ in length (from `length` if it is given), ERR_NOT_FINITE
 */
export function matrixRows(
  who: string,
  what: string,
  matrix: readonly ArrayLike<number>[],
  length?: number,
): readonly Float64Array[] {
  checkOption(who, what, matrix, matrixRule);
  const width = length ?? matrix[0]?.length ?? 0;
  if (matrix.length === 0 || width === 0) {
    throw failure("ERR_LENGTH", `${who}: expected ${what} to have at least one row and one column, got an empty one`);
  }
  return matrix.map((row, i) => finiteVector(who, `row ${i} of ${what}`, row, width));
}

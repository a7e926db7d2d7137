import { failure } from "../../errors.ts";
import { finiteVector } from "./convexSet.ts";

/** Copies of a matrix's rows: at least one, all of one positive length (of `length` where given), finite. */
export function matrixRows(
  who: string,
  what: string,
  matrix: readonly ArrayLike<number>[],
  length?: number,
): readonly Float64Array[] {
  const width = length ?? matrix[0]?.length ?? 0;
  if (matrix.length === 0 || width === 0) {
    throw failure("ERR_LENGTH", `${who}: expected ${what} to have at least one row and one column, got an empty one`);
  }
  return matrix.map((row, i) => finiteVector(who, `row ${i} of ${what}`, row, width));
}

/** Refuses what is not a number in lists of rows. */
import { failure } from "../../errors.ts";
import { showValue } from "../../options.ts";

/** Most letters of a text in a message. */
const mostShown = 40;

/**
 * Refuses cells that are not numbers, before a typed array would take a text for NaN, or for the number that it spells,
 * and an empty one for 0.
 *
 * @param what beginning of the message, such as `dataset: expected numbers as inputs of "digits"`
 * @param nameOf name of the place of a cell within its row, such as `feature 3`
 * @param first number of the first row
 * @throws ERR_OPTION_TYPE
 */
export function checkCells(
  what: string,
  rows: readonly ArrayLike<unknown>[],
  nameOf: (place: number) => string,
  first = 0,
): void {
  for (const [i, row] of rows.entries()) {
    if (ArrayBuffer.isView(row)) continue;
    for (let j = 0; j < row.length; j++) {
      const cell = row[j];
      if (typeof cell === "number") continue;
      throw failure("ERR_OPTION_TYPE", `${what}, got ${shownCell(cell)} in row ${first + i}, ${nameOf(j)}`);
    }
  }
}

/** Says what stands in a cell in place of a number. */
export function shownCell(cell: unknown): string {
  if (typeof cell !== "string") return showValue(cell);
  return cell === "" ? "an empty cell" : `the text ${JSON.stringify(cell.slice(0, mostShown))}`;
}

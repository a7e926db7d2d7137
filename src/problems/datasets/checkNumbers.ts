import { failure } from "../../errors.ts";
import { hashInParts } from "../data/dataHash.ts";
import type { RowSource } from "../problem.ts";
import { isRowSource, knownFinite, knownHash } from "../traced/sourceRows.ts";
import { shownCell } from "./checkCells.ts";
import { arrayOf, forEachRows, isOfFile, type Numbers } from "./rowSources.ts";

/**
 * Refuses NaN and infinities, and says in which row and feature the first one stands.
 *
 * @param what beginning of the message, such as `dataset: expected finite inputs of "digits"`
 * @param names names of the features; if there are none, `width` says how many a row has
 * @param first number of the first row
 * @throws ERR_NOT_FINITE
 */
export function checkNumbers(
  what: string,
  values: Float64Array,
  names: readonly string[] | undefined,
  width = names?.length ?? 1,
  first = 0,
): void {
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (value - value === 0) continue;
    const feature = at % width;
    const named = names === undefined ? `place ${feature}` : `"${names[feature]}"`;
    throw failure("ERR_NOT_FINITE", `${what}, got ${value} in row ${first + Math.floor(at / width)}, ${named}`);
  }
}

/**
 * Checks numbers wherever they come from. Those of a file are hashed in the same pass, so that another file is noticed.
 *
 * @param shape extents of all numbers, the number of rows first
 * @throws ERR_NOT_FINITE
 */
export function checkedNumbers(
  what: string,
  numbers: Numbers,
  names: readonly string[] | undefined,
  shape: readonly number[],
): { readonly hash?: string } {
  const width = shape.slice(1).reduce((product, extent) => product * extent, 1);
  if (numbers instanceof Float64Array) {
    checkNumbers(what, numbers, names, width);
    return {};
  }
  const hash = isOfFile(numbers) ? hashInParts(shape) : undefined;
  forEachRows(numbers, width, (rows, first) => {
    checkNumbers(what, rows, names, width, first);
    hash?.add(rows);
  });
  knownFinite(numbers);
  if (hash === undefined) return {};
  const text = hash.text();
  knownHash(numbers, text);
  return { hash: text };
}

/**
 * Checks classes of rows and counts them.
 *
 * @throws ERR_LENGTH if there are not as many as rows, ERR_OPTION_RANGE if one is not an integer from 0 to classes - 1
 */
export function checkedLabels(
  name: string,
  list: ArrayLike<number> | RowSource | undefined,
  classes: number | undefined,
  count: number,
): { readonly labels?: Int32Array; readonly classes: number } {
  if (list === undefined) {
    if (classes === undefined) return { classes: 0 };
    throw failure("ERR_OPTION_RANGE", `dataset: expected labels of "${name}", because there are classes, got none`);
  }
  if (isRowSource(list) && list.width !== 1) {
    throw failure(
      "ERR_LENGTH",
      `dataset: expected one label in each row of "${name}", got ${list.width} in ${list.name}; give them as targets`,
    );
  }
  const given = isRowSource(list) ? arrayOf(list) : list;
  if (given.length !== count) {
    throw failure("ERR_LENGTH", `dataset: expected ${count} labels of "${name}", one per row, got ${given.length}`);
  }
  let largest = 0;
  for (let i = 0; i < count; i++) {
    const label = given[i]!;
    if (!(Number.isInteger(label) && label >= 0 && label < (classes ?? mostClasses))) {
      throw failure(
        "ERR_OPTION_RANGE",
        `dataset: expected labels of "${name}" to be integers from 0 to ${(classes ?? mostClasses) - 1}, got ${shownCell(label)} in row ${i}; number the classes from 0`,
      );
    }
    if (label > largest) largest = label;
  }
  return { labels: Int32Array.from(given), classes: classes ?? largest + 1 };
}

/** A label above it is taken for an error: one-hot targets of so many classes would fill memory. */
const mostClasses = 1 << 16;

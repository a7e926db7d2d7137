/** Hashes by which `run.json` names the numbers of a data set. */
import { dataHash, hashInParts } from "../data/dataHash.ts";
import { forEachRows, type Numbers } from "./rowSources.ts";

/** The hash of numbers, wherever they come from: that of a source is that of the same numbers in an array. */
export function hashOf(shape: readonly number[], numbers: Numbers): string {
  if (numbers instanceof Float64Array) return dataHash(shape, numbers);
  const hash = hashInParts(shape);
  forEachRows(numbers, numbers.width, hash.add);
  return hash.text();
}

/** The hash of a list of integers, such as rows or classes. */
export function hashOfList(list: ArrayLike<number>): string {
  return dataHash([list.length], Float64Array.from(list));
}

import { failure } from "../../errors.ts";
import { showValue } from "../../options.ts";
import { checkCells } from "../datasets/checkCells.ts";
import type { Dataset } from "../datasets/types.ts";

/**
 * Samples of d features, **one sample per row**: a data set, a list of rows, or numbers row after row (n x d), for which
 * the number of features has to be known.
 */
export type Samples = Dataset | readonly ArrayLike<number>[] | Float64Array;

/** Samples that were checked, row after row. */
export interface CheckedSamples {
  readonly values: Float64Array;
  readonly count: number;
  readonly features: number;
}

const isDataset = (value: object): value is Dataset => "inputs" in value && "count" in value && "names" in value;
const isRow = (value: unknown): value is ArrayLike<number> =>
  typeof value === "object" && value !== null && "length" in value && Number.isInteger(value.length);

/** Whether a value can hold samples. */
export function areSamples(value: unknown): value is Samples {
  if (value instanceof Float64Array) return true;
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) ? value.every(isRow) : isDataset(value);
}

/** Rule of an option that takes samples. */
export const samplesRule = {
  expected: "samples: a data set, a list of rows, or a Float64Array of rows",
  is: areSamples,
} as const;

/**
 * Lays samples row after row and checks them. Numbers of a data set or of a Float64Array are not copied.
 *
 * @param what name of the argument in messages
 * @param features number of features, where it is known
 * @param least smallest number of samples
 * @param firstRow number of the first row in messages
 * @throws ERR_OPTION_TYPE, ERR_LENGTH, ERR_NOT_FINITE with row and feature, also for what is not a number
 */
export function readSamples(
  who: string,
  what: string,
  data: unknown,
  features: number | undefined,
  least: number,
  firstRow = 0,
): CheckedSamples {
  if (!areSamples(data)) {
    throw failure("ERR_OPTION_TYPE", `${who}: expected ${what} to be ${samplesRule.expected}, got ${showValue(data)}`);
  }
  if (Array.isArray(data)) {
    checkCells(`${who}: expected numbers in ${what}`, data, (feature) => `feature ${feature}`, firstRow);
  }
  const read = laid(who, what, data, features);
  if (read.count < least) {
    const wanted = least === 1 ? "a sample" : "at least two samples";
    throw failure("ERR_LENGTH", `${who}: expected ${what} to hold ${wanted}, got ${read.count}`);
  }
  checkFinite(who, what, read, isDataset(data) ? data.names : undefined, firstRow);
  return read;
}

function laid(who: string, what: string, data: Samples, features: number | undefined): CheckedSamples {
  const wrong = (got: string, wanted = `to have ${features} ${plural(features, "feature")} per row`): Error =>
    failure("ERR_LENGTH", `${who}: expected ${what} ${wanted}, got ${got}`);
  if (data instanceof Float64Array) {
    if (features === undefined) {
      throw failure(
        "ERR_LENGTH",
        `${who}: expected the number of features of ${what}, since it is a Float64Array, got nothing; ` +
          "give the option features, a list of rows, or a data set",
      );
    }
    if (data.length % features !== 0) throw wrong(`${data.length} numbers, which do not fill whole rows`);
    return { values: data, count: data.length / features, features };
  }
  if (isDataset(data)) {
    const width = data.inputs.length / data.count;
    if (features !== undefined && width !== features) throw wrong(`${width} in "${data.name}"`);
    return { values: data.inputs, count: data.count, features: width };
  }
  const width = features ?? data[0]?.length ?? 0;
  if (width === 0 && data.length > 0) throw wrong("none in row 0", "to have at least one feature in each row");
  const values = new Float64Array(data.length * width);
  for (const [i, row] of data.entries()) {
    if (row.length !== width) {
      throw features === undefined
        ? wrong(`${width} in row 0 and ${row.length} in row ${i}`, "to have the same number of features in each row")
        : wrong(`${row.length} in row ${i}`);
    }
    values.set(row, i * width);
  }
  return { values, count: data.length, features: width };
}

const plural = (count: number | undefined, noun: string): string => (count === 1 ? noun : `${noun}s`);

function checkFinite(
  who: string,
  what: string,
  { values, features }: CheckedSamples,
  names: readonly string[] | undefined,
  firstRow: number,
): void {
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (value - value === 0) continue;
    const feature = at % features;
    const named = names?.[feature] === undefined ? "" : ` ("${names[feature]}")`;
    throw failure(
      "ERR_NOT_FINITE",
      `${who}: expected finite numbers in ${what}, got ${value} in row ${firstRow + Math.floor(at / features)}, feature ${feature}${named}`,
    );
  }
}

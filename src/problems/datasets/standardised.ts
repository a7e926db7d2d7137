import { failure } from "../../errors.ts";
import { checkNumbers } from "./checkNumbers.ts";
import { withInputs } from "./dataset.ts";
import type { Dataset, Standardisation } from "./types.ts";

/**
 * Standardises each feature by mean and standard deviation (with 1/n) of the training part: (x - mean) / deviation.
 *
 * Nothing of the other parts goes into the two numbers, so that they stay unseen. A feature that is constant in the
 * training part becomes 0 in every part, since nothing could be learnt about it; `standardisation.constantFeatures` of
 * each part names it.
 *
 * Numbers near the ends of float64's range are scaled on the way, so that no square overflows.
 *
 * Cost: four passes over the training part, and a copy of all inputs.
 *
 * @example
 * const data = dataset({ inputs: [[1, 5], [3, 5], [5, 5], [9, 5]], names: ["length", "width"] });
 * const { train, test } = standardised({ train: data.rows([0, 1, 2]), test: data.rows([3]) });
 * console.log(train.inputs.map((x) => Number(x.toFixed(4))).join(" "), test.inputs.map((x) => Number(x.toFixed(4))).join(" "));
 * console.log(test.standardisation!.constantFeatures.join());
 * // -1.2247 0 0 0 1.2247 0 3.6742 0
 * // width
 * @param parts parts of a data set, as `split` gives them
 * @throws {RangeError} ERR_LENGTH if the parts have different numbers of features; ERR_NOT_FINITE if a number of another
 *   part is so far away that its quotient overflows
 */
export function standardised<const Parts extends { readonly train: Dataset }>(
  parts: Parts,
): { readonly [Part in keyof Parts]: Dataset } {
  const { train } = parts;
  const width = train.names.length;
  const columns = Array.from({ length: width }, (_, j) => columnOf(train.inputs, width, j));
  const standardisation: Standardisation = {
    means: Float64Array.from(columns, ({ least, range, mean }) => 2 * (least / 2 + (range / 2) * mean)),
    deviations: Float64Array.from(columns, ({ range, deviation }) => range * deviation),
    constantFeatures: train.names.filter((_, j) => columns[j]!.range === 0),
  };
  const standardise = (data: Dataset): Dataset => {
    if (data.names.length !== width) {
      throw failure(
        "ERR_LENGTH",
        `standardised: expected ${width} features of "${data.name}", as of "${train.name}", got ${data.names.length}`,
      );
    }
    const inputs = new Float64Array(data.inputs.length);
    for (let at = 0; at < inputs.length; at++) {
      const { least, range, mean, deviation } = columns[at % width]!;
      if (range > 0) inputs[at] = (share(data.inputs[at]!, least, range) - mean) / deviation;
    }
    checkNumbers(
      `standardised: expected numbers of "${data.name}" near those of the training part`,
      inputs,
      data.names,
    );
    return withInputs(data, inputs, standardisation);
  };
  return Object.fromEntries(
    Object.entries(parts as Readonly<Record<string, Dataset>>).map(([part, data]) => [part, standardise(data)]),
  ) as { readonly [Part in keyof Parts]: Dataset };
}

interface Feature {
  readonly least: number;
  readonly range: number;
  /** Mean of (x - least) / range, between 0 and 1. */
  readonly mean: number;
  /** Standard deviation of the same. */
  readonly deviation: number;
}

/** A share of the range. Halves keep the difference of two large numbers finite. */
function share(x: number, least: number, range: number): number {
  const difference = x - least;
  return difference - difference === 0 && range < Number.MAX_VALUE
    ? difference / range
    : (x / 2 - least / 2) / (range / 2);
}

function columnOf(values: Float64Array, width: number, j: number): Feature {
  let least = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (let at = j; at < values.length; at += width) {
    const value = values[at]!;
    if (value < least) least = value;
    if (value > largest) largest = value;
  }
  const range = Math.min(largest - least, Number.MAX_VALUE);
  if (range === 0) return { least, range, mean: 0, deviation: 0 };
  const count = values.length / width;
  let sum = 0;
  for (let at = j; at < values.length; at += width) sum += share(values[at]!, least, range);
  const mean = sum / count;
  let squares = 0;
  for (let at = j; at < values.length; at += width) squares += (share(values[at]!, least, range) - mean) ** 2;
  return { least, range, mean, deviation: Math.sqrt(squares / count) };
}

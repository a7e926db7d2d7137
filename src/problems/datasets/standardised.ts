import { thing } from "../../arguments.ts";
import { failure } from "../../errors.ts";
import { checkOption, readOptions } from "../../options.ts";
import { yesOrNo } from "../rules.ts";
import { datasetRule } from "../traced/arguments.ts";
import { knownFinite } from "../traced/sourceRows.ts";
import { checkNumbers } from "./checkNumbers.ts";
import { withStandardised } from "./datasetOf.ts";
import { sizeOf } from "./flatNumbers.ts";
import { changedRows, forEachRows, type Numbers } from "./rowSources.ts";
import type { Dataset, Standardisation } from "./types.ts";

/** Options of {@link standardised}. */
export interface StandardisedOptions {
  /** Whether the targets of a regression are standardised too. Default false. */
  readonly targets?: boolean;
}

const rules = { targets: { ...yesOrNo, default: false } } as const;

/**
 * Standardises each feature by mean and standard deviation (with 1/n) of the training part: (x - mean) / deviation.
 *
 * Nothing of the other parts goes into the two numbers, so that they stay unseen. A feature that is constant in the
 * training part becomes 0 in every part, since nothing could be learnt about it; `standardisation.constantFeatures` of
 * each part names it.
 *
 * With `targets` the targets of a regression are standardised in the same way, so that a mean squared error of 1 is that of
 * predicting the mean, in whatever unit they come. Classes stay as they are.
 *
 * Numbers near the ends of float64's range are scaled on the way, so that no square overflows.
 *
 * Cost: three passes over the training part, and a copy of all inputs. Bytes and rows of a file are standardised where
 * they are needed, without a copy; the other parts then take one pass each.
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
 *   part is so far away that its quotient overflows; ERR_OPTION_RANGE for targets that are constant in the training part
 */
export function standardised<const Parts extends Readonly<Record<"train", Dataset>>>(
  parts: Parts,
  options: StandardisedOptions = {},
): Readonly<Record<keyof Parts, Dataset>> {
  const who = "standardised";
  checkOption(who, "parts", parts, thing("parts of a data set, such as { train, test }", { train: "object" }));
  for (const [part, data] of Object.entries(parts)) checkOption(who, part, data, datasetRule);
  const { train } = parts;
  const { targets } = readOptions(who, options, rules);
  const width = train.names.length;
  const columns = columnsOf(train.values.inputs as Numbers, width, train.count);
  const ofTargets = targets ? targetColumns(train) : undefined;
  const standardisation: Standardisation = {
    ...momentsOf(columns),
    constantFeatures: train.names.filter((_, j) => columns[j]!.range === 0),
    ...(ofTargets === undefined ? {} : { targets: momentsOf(ofTargets) }),
  };
  const changed = (data: Dataset): Dataset => {
    if (data.names.length !== width) {
      throw failure(
        "ERR_LENGTH",
        `${who}: expected ${width} features of "${data.name}", as of "${train.name}", got ${data.names.length}`,
      );
    }
    const change = (field: "inputs" | "targets", by: readonly Feature[], names: readonly string[]): Numbers => {
      const what = `${who}: expected numbers of "${data.name}" near those of the training part`;
      const given = data.values[field] as Numbers;
      const isOfTrain = data === train;
      return changedNumbers(given, { change: standardise(by), what, names, isOfTrain });
    };
    const inputs = change("inputs", columns, data.names);
    const names = ofTargets?.map((_, k) => (ofTargets.length === 1 ? "the target" : `target ${k + 1}`)) ?? [];
    return withStandardised(
      data,
      { inputs, targets: ofTargets === undefined ? undefined : change("targets", ofTargets, names) },
      standardisation,
    );
  };
  return Object.fromEntries(
    Object.entries(parts as Readonly<Record<string, Dataset>>).map(([part, data]) => [part, changed(data)]),
  ) as Readonly<Record<keyof Parts, Dataset>>;
}

/** How one field is changed. */
interface Change {
  /** Changes whole rows in place. */
  readonly change: (rows: Float64Array) => void;
  /** Beginning of the message about a number that is too far away. */
  readonly what: string;
  readonly names: readonly string[];
  /** Whether the numbers are those of the training part, which are at most the root of its number of rows. */
  readonly isOfTrain: boolean;
}

function changedNumbers(given: Numbers, { change, what, names, isOfTrain }: Change): Numbers {
  if (given instanceof Float64Array) {
    const numbers = given.slice();
    change(numbers);
    checkNumbers(what, numbers, names);
    return numbers;
  }
  const numbers = changedRows(given, change);
  const width = names.length;
  if (!isOfTrain) forEachRows(numbers, width, (rows, first) => checkNumbers(what, rows, names, width, first));
  knownFinite(numbers);
  return numbers;
}

/** Looks at the targets of a regression; undefined for classes. */
function targetColumns({ name, labels, fields, values, count }: Dataset): readonly Feature[] | undefined {
  if (labels !== undefined || values.targets === undefined) return undefined;
  const columns = columnsOf(values.targets as Numbers, sizeOf(fields.targets!), count);
  const constant = columns.find(({ range }) => range === 0);
  if (constant !== undefined) {
    throw failure(
      "ERR_OPTION_RANGE",
      `standardised: expected targets of "${name}" that vary in the training part, got ${constant.least} in each of its ` +
        `${count} rows; nothing could be learnt about them`,
    );
  }
  return columns;
}

function momentsOf(columns: readonly Feature[]): Pick<Standardisation, "means" | "deviations"> {
  return {
    means: Float64Array.from(columns, ({ least, range, mean }) => 2 * (least / 2 + (range / 2) * mean)),
    deviations: Float64Array.from(columns, ({ range, deviation }) => range * deviation),
  };
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

/** Gives the function that standardises whole rows in place, as every batch of bytes or of a file needs it. */
function standardise(columns: readonly Feature[]): (rows: Float64Array) => void {
  const [least, range, mean, deviation] = (["least", "range", "mean", "deviation"] as const).map((name) =>
    Float64Array.from(columns, (column) => column[name]),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array];
  const width = columns.length;
  return (rows) => {
    for (let at = 0; at < rows.length; ) {
      for (let j = 0; j < width; j++, at++) {
        const own = range[j]!;
        const difference = rows[at]! - least[j]!;
        // The plain case of `share` stands here, since a call would take as long as the divisions.
        const isPlain = difference - difference === 0 && own < Number.MAX_VALUE;
        const part = isPlain ? difference / own : share(rows[at]!, least[j]!, own);
        rows[at] = own > 0 ? (part - mean[j]!) / deviation[j]! : 0;
      }
    }
  };
}

/** Looks at all features in three passes over the rows, which come in order, so that each sum has its order of terms. */
function columnsOf(values: Numbers, width: number, count: number): readonly Feature[] {
  const least = new Float64Array(width).fill(Number.POSITIVE_INFINITY);
  const largest = new Float64Array(width).fill(Number.NEGATIVE_INFINITY);
  const pass = (look: (value: number, j: number) => void): void =>
    forEachRows(values, width, (rows) => {
      for (let at = 0; at < rows.length; ) for (let j = 0; j < width; j++, at++) look(rows[at]!, j);
    });
  pass((value, j) => {
    if (value < least[j]!) least[j] = value;
    if (value > largest[j]!) largest[j] = value;
  });
  const ranges = least.map((low, j) => Math.min(largest[j]! - low, Number.MAX_VALUE));
  const sums = new Float64Array(width);
  pass((value, j) => {
    sums[j]! += share(value, least[j]!, ranges[j]!);
  });
  const means = sums.map((sum) => sum / count);
  const squares = new Float64Array(width);
  pass((value, j) => {
    squares[j]! += (share(value, least[j]!, ranges[j]!) - means[j]!) ** 2;
  });
  return Array.from(least, (low, j) =>
    ranges[j] === 0
      ? { least: low, range: 0, mean: 0, deviation: 0 }
      : { least: low, range: ranges[j]!, mean: means[j]!, deviation: Math.sqrt(squares[j]! / count) },
  );
}

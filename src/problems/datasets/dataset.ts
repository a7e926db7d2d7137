import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { readOptions } from "../../options.ts";
import { dataHash } from "../data/dataHash.ts";
import { oneHot } from "../data/oneHot.ts";
import { arePositiveIntegers, json, positiveInteger, text, texts } from "../rules.ts";
import { checkedLabels, checkNumbers } from "./checkNumbers.ts";
import { splitRows } from "./split.ts";
import type { Dataset, SplitOptions, Standardisation } from "./types.ts";

/** Options of {@link dataset}. */
export interface DatasetOptions {
  /** Inputs, row after row, or a list of rows. They must not change afterwards. */
  readonly inputs: Float64Array | readonly ArrayLike<number>[];
  /** Shape of one input. Default: the length of the rows of a list, else one number. */
  readonly shape?: readonly number[];
  /** Targets, row after row, or a list of rows; not together with `labels`. Default: none. */
  readonly targets?: Float64Array | readonly ArrayLike<number>[];
  /** Class of each row, an integer from 0. Default: none. */
  readonly labels?: ArrayLike<number>;
  /** Number of classes. Default: the largest label plus 1. */
  readonly classes?: number;
  /** Names of the numbers of an input. Default `feature 1`, `feature 2`, ... */
  readonly names?: readonly string[];
  /** Name in messages and in `run.json`. Default "data". */
  readonly name?: string;
  /** Description that `run.json` keeps, such as the source. Hashes of the numbers are kept in any case. */
  readonly description?: JsonValue;
}

const isNumbers = (value: unknown): boolean =>
  value instanceof Float64Array || (Array.isArray(value) && value.every((row) => isList(row)));
const isList = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "length" in value && Number.isInteger(value.length);
const numbers = { expected: "a Float64Array or a list of rows of numbers", is: isNumbers } as const;

const rules = {
  inputs: { ...numbers, required: true },
  shape: {
    expected: "a list of positive integers such as [8, 8, 1]",
    is: (value: unknown) => arePositiveIntegers(value, 0),
    range: true,
  },
  targets: numbers,
  labels: { expected: "a list of classes", is: isList },
  classes: positiveInteger,
  names: texts,
  name: { ...text, default: "data" },
  description: json,
} as const;

/** The parts of a data set that are checked already. */
interface Parts extends Pick<Dataset, "name" | "count" | "inputs" | "targets" | "labels" | "classes" | "names"> {
  readonly shape: readonly number[];
  readonly targetShape?: readonly number[] | undefined;
  readonly about: JsonValue | undefined;
  readonly standardisation?: Standardisation | undefined;
}

/**
 * Makes a named data set from numbers in memory, checked once, to be split, standardised, and trained on.
 *
 * Rows have an input of any shape, and a target, a class, or neither. Classes become one-hot targets as well. A feature
 * may be the same in all rows; {@link standardised} reports it.
 *
 * Cost: the numbers are read once and not copied, except for lists; one-hot targets take rows x classes numbers.
 *
 * @example
 * const points = dataset({ inputs: [[0, 1], [2, 3], [4, 5], [6, 7]], labels: [0, 1, 0, 1], name: "points" });
 * const { train, test } = points.split({ test: 0.5, seed: 1, stratify: true });
 * console.log(train.count, [...test.labels!].join(" "), test.fields.inputs!.join());
 * // 2 0 1 2
 * @param options {@link DatasetOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options
 * @throws {RangeError} ERR_NOT_FINITE for NaN or an infinity, with its row and feature; ERR_LENGTH for fewer than two
 *   rows, rows of different length, and labels, targets or names that are not as many; ERR_OPTION_RANGE for labels that
 *   are not integers from 0 to classes - 1
 */
export function dataset(options: DatasetOptions): Dataset {
  const read = readOptions("dataset", options, rules);
  const { name } = read;
  if (read.targets !== undefined && read.labels !== undefined) {
    throw failure("ERR_OPTION_RANGE", `dataset: expected targets or labels of "${name}", got both`);
  }
  const input = flat(name, "inputs", read.inputs, read.shape);
  if (input.count < 2) {
    throw failure("ERR_LENGTH", `dataset: expected at least two rows of "${name}", got ${input.count}`);
  }
  const { count, shape } = input;
  const width = sizeOf(shape);
  if (width === 0)
    throw failure("ERR_LENGTH", `dataset: expected a feature at least in each row of "${name}", got none`);
  const names = read.names ?? Array.from({ length: width }, (_, j) => `feature ${j + 1}`);
  if (names.length !== width) {
    throw failure("ERR_LENGTH", `dataset: expected ${width} names of "${name}", one per feature, got ${names.length}`);
  }
  checkNumbers(`dataset: expected finite inputs of "${name}"`, input.values, names);
  const { labels, classes } = checkedLabels(name, read.labels, read.classes, count);
  const target = read.targets === undefined ? undefined : flat(name, "targets", read.targets, undefined, count);
  if (target !== undefined) {
    if (target.count !== count) {
      throw failure(
        "ERR_LENGTH",
        `dataset: expected ${count} targets of "${name}", one per row, got ${target.values.length} numbers`,
      );
    }
    checkNumbers(`dataset: expected finite targets of "${name}"`, target.values, undefined, sizeOf(target.shape));
  }
  return datasetOf({
    name,
    count,
    shape,
    inputs: input.values,
    ...(labels === undefined ? {} : { labels }),
    ...(target === undefined ? {} : { targets: target.values, targetShape: target.shape }),
    classes,
    names,
    about: read.description,
  });
}

/** Builds a data set from checked parts; rows of it and standardised ones are made here too. */
function datasetOf(parts: Parts): Dataset {
  const { name, count, shape, inputs, labels, classes, names, about, standardisation } = parts;
  const width = sizeOf(shape);
  const targets = parts.targets ?? (labels === undefined ? undefined : oneHot(labels, classes));
  const targetShape = parts.targetShape ?? (labels === undefined ? undefined : [classes]);
  const data: Dataset = {
    name,
    count,
    fields: { inputs: shape, ...(targetShape === undefined ? {} : { targets: targetShape }) },
    inputs,
    ...(targets === undefined ? {} : { targets }),
    ...(labels === undefined ? {} : { labels }),
    classes,
    names,
    values: targets === undefined ? { inputs } : { inputs, targets },
    ...(standardisation === undefined ? {} : { standardisation }),
    // Made when it is read, since it takes a pass over the numbers.
    get description(): JsonValue {
      return {
        data: name,
        rows: count,
        shape: [...shape],
        ...(classes === 0 ? {} : { classes }),
        ...(about === undefined ? {} : { about }),
        ...(standardisation === undefined
          ? {}
          : { standardised: "from the training part", constantFeatures: [...standardisation.constantFeatures] }),
        inputsHash: dataHash([count, ...shape], inputs),
        ...(targets === undefined ? {} : { targetsHash: dataHash([count, ...targetShape!], targets) }),
      };
    },
    rows(chosen) {
      checkRows(name, chosen, count);
      return datasetOf({
        ...parts,
        count: chosen.length,
        inputs: gathered(inputs, width, chosen),
        ...(labels === undefined ? {} : { labels: Int32Array.from(chosen, (row) => labels[row]!) }),
        ...(parts.targets === undefined ? {} : { targets: gathered(parts.targets, sizeOf(targetShape!), chosen) }),
      });
    },
    split: (options) =>
      splitRows(data, options, (part, rows) => partOf(parts, data, part, rows, { ...(options as SplitOptions) })),
  };
  return data;
}

/** Gives the same data set with other inputs of the same shape. */
export function withInputs(data: Dataset, inputs: Float64Array, standardisation: Standardisation): Dataset {
  const { name, count, fields, labels, classes, names, description } = data;
  return datasetOf({
    ...{ name, count, shape: fields.inputs!, inputs, classes, names, standardisation },
    ...(labels === undefined ? (data.targets === undefined ? {} : { targets: data.targets }) : { labels }),
    targetShape: fields.targets,
    about: { from: description },
  });
}

/**
 * Gives the same rows with other features.
 *
 * @param component word with a number for the names of the features; undefined where shape and names stay
 * @param how how the features were made, for `run.json`
 */
export function withFeatures(
  data: Dataset,
  inputs: Float64Array,
  width: number,
  component: string | undefined,
  how: JsonValue,
): Dataset {
  const { name, count, fields, labels, targets, classes, names, description } = data;
  return datasetOf({
    ...{ name, count, inputs, classes },
    shape: component === undefined ? fields.inputs! : [width],
    names: component === undefined ? names : Array.from({ length: width }, (_, k) => `${component} ${k + 1}`),
    ...(labels === undefined ? (targets === undefined ? {} : { targets }) : { labels }),
    targetShape: fields.targets,
    about: { from: description, features: how },
  });
}

function partOf(parts: Parts, data: Dataset, part: string, rows: Int32Array, split: SplitOptions): Dataset {
  const chosen = data.rows(rows);
  return datasetOf({
    ...parts,
    name: `${parts.name}, ${part}`,
    count: chosen.count,
    inputs: chosen.inputs,
    ...(chosen.labels === undefined ? {} : { labels: chosen.labels }),
    ...(parts.targets === undefined ? {} : { targets: chosen.targets! }),
    about: { ...(parts.about === undefined ? {} : { from: parts.about }), part, split: { ...split } },
  });
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

interface Flat {
  readonly values: Float64Array;
  readonly shape: readonly number[];
  readonly count: number;
}

/** Lays rows one after the other and counts them. */
function flat(
  name: string,
  what: string,
  given: Float64Array | readonly ArrayLike<number>[],
  shape: readonly number[] | undefined,
  rows?: number,
): Flat {
  if (given instanceof Float64Array) {
    const own =
      shape ?? (rows !== undefined && given.length % rows === 0 && given.length > rows ? [given.length / rows] : []);
    const width = sizeOf(own);
    if (given.length % width !== 0) {
      throw failure(
        "ERR_LENGTH",
        `dataset: expected ${what} of "${name}" to be whole rows of ${width} numbers, got ${given.length} numbers`,
      );
    }
    return { values: given, shape: own, count: given.length / width };
  }
  const width = given[0]?.length ?? 0;
  const own = shape ?? [width];
  const values = new Float64Array(given.length * width);
  for (const [i, row] of given.entries()) {
    if (row.length !== sizeOf(own)) {
      throw failure(
        "ERR_LENGTH",
        `dataset: expected ${sizeOf(own)} ${what} in each row of "${name}", got ${row.length} in row ${i}`,
      );
    }
    values.set(row, i * width);
  }
  return { values, shape: own, count: given.length };
}

function gathered(values: Float64Array, width: number, rows: ArrayLike<number>): Float64Array {
  const chosen = new Float64Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    chosen.set(values.subarray(rows[i]! * width, (rows[i]! + 1) * width), i * width);
  }
  return chosen;
}

function checkRows(name: string, rows: ArrayLike<number>, count: number): void {
  if (!(rows.length > 0)) throw failure("ERR_LENGTH", `dataset: expected at least one row of "${name}", got none`);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (Number.isInteger(row) && row >= 0 && row < count) continue;
    throw failure("ERR_OPTION_RANGE", `dataset: expected rows of "${name}" from 0 to ${count - 1}, got ${row}`);
  }
}

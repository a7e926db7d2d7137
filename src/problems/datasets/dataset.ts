import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { readOptions } from "../../options.ts";
import { oneHot } from "../data/oneHot.ts";
import type { RowSource } from "../problem.ts";
import { arePositiveIntegers, json, positive, positiveInteger, text, texts } from "../rules.ts";
import { isRowSource } from "../traced/sourceRows.ts";
import { checkedLabels, checkedNumbers } from "./checkNumbers.ts";
import { flat, gathered, numbersOfBytes, sizeOf } from "./flatNumbers.ts";
import { hashOf, hashOfList } from "./hashes.ts";
import { arrayOf, chosenRows, classRows, isOfFile, type Numbers } from "./rowSources.ts";
import { splitRows } from "./split.ts";
import type { Dataset, SplitOptions, Standardisation } from "./types.ts";

/** Options of {@link dataset}. */
export interface DatasetOptions {
  /**
   * Inputs, row after row, or a list of rows; bytes, which stay bytes; or rows of a file, as `arrowRows` of
   * `fluxion/arrow` gives them, which are read where they are needed. They must not change afterwards.
   */
  readonly inputs: Float64Array | Uint8Array | readonly ArrayLike<number>[] | RowSource;
  /** Number by which bytes are divided, such as 255 for pixels between 0 and 1. Default 1; for bytes only. */
  readonly scale?: number;
  /** Shape of one input. Default: the length of the rows of a list or file, else one number. */
  readonly shape?: readonly number[];
  /** Targets, row after row, or a list of rows, or rows of a file; not together with `labels`. Default: none. */
  readonly targets?: Float64Array | readonly ArrayLike<number>[] | RowSource;
  /** Class of each row, an integer from 0, or rows of a file of one number each. Default: none. */
  readonly labels?: ArrayLike<number> | RowSource;
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
  value instanceof Float64Array || isRowSource(value) || (Array.isArray(value) && value.every((row) => isList(row)));
const isList = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "length" in value && Number.isInteger(value.length);
const numbers = { expected: "a Float64Array, a list of rows of numbers, or rows of a file", is: isNumbers } as const;

const rules = {
  inputs: {
    expected: "a Float64Array, a Uint8Array, a list of rows of numbers, or rows of a file",
    is: (value: unknown) => value instanceof Uint8Array || isNumbers(value),
    required: true,
  },
  scale: positive,
  shape: {
    expected: "a list of positive integers such as [8, 8, 1]",
    is: (value: unknown) => arePositiveIntegers(value, 0),
    range: true,
  },
  targets: numbers,
  labels: { expected: "a list of classes", is: (value: unknown) => isList(value) || isRowSource(value) },
  classes: positiveInteger,
  names: texts,
  name: { ...text, default: "data" },
  description: json,
} as const;

/** The parts of a data set that are checked already. */
interface Parts extends Pick<Dataset, "name" | "count" | "labels" | "classes" | "names"> {
  readonly inputs: Numbers;
  readonly targets?: Numbers;
  readonly shape: readonly number[];
  readonly targetShape?: readonly number[] | undefined;
  readonly about: JsonValue | undefined;
  /** Hashes of a file of which these are rows, in place of hashes of their own, which would take passes over the file. */
  readonly file?: Readonly<Record<string, JsonValue>> | undefined;
  readonly standardisation?: Standardisation | undefined;
}

/**
 * Makes a named data set, checked once, to be split, standardised, and trained on.
 *
 * Rows have an input of any shape, and a target, a class, or neither. Classes become one-hot targets as well. A feature
 * may be the same in all rows; {@link standardised} reports it.
 *
 * Numbers lie in memory as float64, or as bytes, which are divided by `scale` where a batch needs them. Or they are rows
 * of a file, so that there may be more of them than memory holds: `dataset(arrowRows(path, { inputs: ["age", "height"],
 * labels: "kind" }))`. Parts, standardised ones too, and all that is trained on them have the bits of the same numbers in
 * memory.
 *
 * Cost: the numbers are read once and not copied, except for lists; one-hot targets take rows x classes numbers, except
 * those of bytes and files. A file's numbers are checked and hashed in one pass; labels take 4 bytes per row of a file,
 * and so does each part.
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
 *   are not integers from 0 to classes - 1, and for a scale of numbers that are not bytes
 */
export function dataset(options: DatasetOptions): Dataset {
  const read = readOptions("dataset", options, rules);
  const { name } = read;
  if (read.targets !== undefined && read.labels !== undefined) {
    throw failure("ERR_OPTION_RANGE", `dataset: expected targets or labels of "${name}", got both`);
  }
  if (read.scale !== undefined && !(read.inputs instanceof Uint8Array)) {
    throw failure(
      "ERR_OPTION_RANGE",
      `dataset: expected no scale of "${name}", whose inputs are not bytes, got ${read.scale}`,
    );
  }
  const input =
    read.inputs instanceof Uint8Array
      ? numbersOfBytes(name, read.inputs, read.shape, read.scale ?? 1)
      : flat(name, "inputs", read.inputs, read.shape, undefined, read.names);
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
  const inputs = checkedNumbers(`dataset: expected finite inputs of "${name}"`, input.values, names, [count, ...shape]);
  const { labels, classes } = checkedLabels(name, read.labels, read.classes, count);
  const target = read.targets === undefined ? undefined : flat(name, "targets", read.targets, undefined, count);
  let targetsHash: string | undefined;
  if (target !== undefined) {
    if (target.count !== count) {
      throw failure(
        "ERR_LENGTH",
        `dataset: expected ${count} targets of "${name}", one per row, got ${
          target.values instanceof Float64Array ? `${target.values.length} numbers` : `${target.count} rows`
        }`,
      );
    }
    const what = `dataset: expected finite targets of "${name}"`;
    targetsHash = checkedNumbers(what, target.values, undefined, [count, ...target.shape]).hash;
  }
  const hashes = given({ inputsHash: inputs.hash, targetsHash });
  const someOfFile = Object.keys(hashes).length > 0;
  const labelsHash = someOfFile && labels !== undefined ? { labelsHash: hashOfList(labels) } : {};
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
    ...(someOfFile ? { file: { ...hashes, ...labelsHash } } : {}),
  });
}

/** The members that are there. */
const given = (members: Readonly<Record<string, JsonValue | undefined>>): Record<string, JsonValue> =>
  Object.fromEntries(Object.entries(members).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined));

/** Builds a data set from checked parts; rows of it and standardised ones are made here too. */
function datasetOf(parts: Parts): Dataset {
  const { name, count, shape, inputs, labels, classes, names, about, standardisation, file } = parts;
  const width = sizeOf(shape);
  const targets = parts.targets ?? (labels === undefined ? undefined : targetsOf(parts, labels));
  const targetShape = parts.targetShape ?? (labels === undefined ? undefined : [classes]);
  const data: Dataset = {
    name,
    count,
    fields: { inputs: shape, ...(targetShape === undefined ? {} : { targets: targetShape }) },
    get inputs(): Float64Array {
      return lastingArray(inputs);
    },
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
        ...file,
        ...(isOfFile(inputs) ? {} : { inputsHash: hashOf([count, ...shape], inputs) }),
        ...(targets === undefined || isOfFile(targets) || (file !== undefined && labels !== undefined)
          ? {}
          : { targetsHash: hashOf([count, ...targetShape!], targets) }),
      };
    },
    rows(chosen) {
      checkRows(name, chosen, count);
      return datasetOf({
        ...parts,
        count: chosen.length,
        inputs: someOf(inputs, width, chosen),
        ...(labels === undefined ? {} : { labels: Int32Array.from(chosen, (row) => labels[row]!) }),
        ...(parts.targets === undefined ? {} : { targets: someOf(parts.targets, sizeOf(targetShape!), chosen) }),
        ...(file === undefined ? {} : { file: { of: file, rowsHash: hashOfList(chosen) } }),
      });
    },
    split: (options) =>
      splitRows(data, options, (part, rows) => partOf(parts, data, part, rows, { ...(options as SplitOptions) })),
  };
  if (targets !== undefined) {
    Object.defineProperty(data, "targets", { get: () => lastingArray(targets), enumerable: true });
  }
  return data;
}

/** Classes beside numbers in memory are targets in memory; beside bytes and files they are written row by row. */
const targetsOf = ({ name, inputs, classes }: Parts, labels: Int32Array): Numbers =>
  inputs instanceof Float64Array ? oneHot(labels, classes) : classRows(name, labels, classes);

/** Rows of numbers in memory are copied; rows of a source are read where they are needed. */
const someOf = (numbers: Numbers, width: number, rows: ArrayLike<number>): Numbers =>
  numbers instanceof Float64Array ? gathered(numbers, width, rows) : chosenRows(numbers, Int32Array.from(rows));

const lasting = new WeakMap<RowSource, WeakRef<Float64Array>>();

/** All numbers as an array; that of a source lives as long as somebody has it, so that a loop over it is not slow. */
function lastingArray(numbers: Numbers): Float64Array {
  if (numbers instanceof Float64Array) return numbers;
  const known = lasting.get(numbers)?.deref();
  if (known !== undefined) return known;
  const made = arrayOf(numbers);
  lasting.set(numbers, new WeakRef(made));
  return made;
}

/** Gives the same data set with other inputs of the same shape. */
export function withInputs(data: Dataset, inputs: Numbers, standardisation: Standardisation): Dataset {
  const { name, count, fields, labels, classes, names, description, values } = data;
  return datasetOf({
    ...{ name, count, shape: fields.inputs!, inputs, classes, names, standardisation },
    ...(labels === undefined
      ? values.targets === undefined
        ? {}
        : { targets: values.targets as Numbers }
      : { labels }),
    targetShape: fields.targets,
    about: { from: description },
    // The hashes are those of what they were made from.
    ...(isOfFile(inputs) ? { file: {} } : {}),
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
    inputs: chosen.values.inputs as Numbers,
    ...(chosen.labels === undefined ? {} : { labels: chosen.labels }),
    ...(parts.targets === undefined ? {} : { targets: chosen.values.targets as Numbers }),
    ...(parts.file === undefined ? {} : { file: { of: parts.file, rowsHash: hashOfList(rows) } }),
    about: { ...(parts.about === undefined ? {} : { from: parts.about }), part, split: { ...split } },
  });
}

function checkRows(name: string, rows: ArrayLike<number>, count: number): void {
  if (!(rows.length > 0)) throw failure("ERR_LENGTH", `dataset: expected at least one row of "${name}", got none`);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (Number.isInteger(row) && row >= 0 && row < count) continue;
    throw failure("ERR_OPTION_RANGE", `dataset: expected rows of "${name}" from 0 to ${count - 1}, got ${row}`);
  }
}

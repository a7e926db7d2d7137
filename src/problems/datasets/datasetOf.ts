/** Data sets of checked parts: some rows of another one, or the same rows with other inputs. */
import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { oneHot } from "../data/oneHot.ts";
import type { RowSource } from "../problem.ts";
import { gathered, sizeOf } from "./flatNumbers.ts";
import { hashOf, hashOfList } from "./hashes.ts";
import { arrayOf, chosenRows, classRows, isOfFile, type Numbers } from "./rowSources.ts";
import { splitRows } from "./split.ts";
import type { Dataset, SplitOptions, Standardisation } from "./types.ts";

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

/** Builds a data set from checked parts; rows of it and standardised ones are made here too. */
export function datasetOf(parts: Parts): Dataset {
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
          : {
              standardised: "from the training part",
              constantFeatures: [...standardisation.constantFeatures],
              ...(standardisation.targets === undefined ? {} : { targets: "standardised from the training part" }),
            }),
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

/** Gives the same data set with standardised inputs, and targets if those are standardised too. */
export function withStandardised(
  data: Dataset,
  {
    inputs,
    targets = data.values.targets as Numbers | undefined,
  }: { readonly inputs: Numbers; readonly targets?: Numbers | undefined },
  standardisation: Standardisation,
): Dataset {
  const { name, count, fields, labels, classes, names, description } = data;
  return datasetOf({
    ...{ name, count, shape: fields.inputs!, inputs, classes, names, standardisation },
    ...(labels === undefined ? (targets === undefined ? {} : { targets }) : { labels }),
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

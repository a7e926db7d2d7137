/** The data of the experiment: rows, targets, and which features there are. */
import { failure } from "../../../errors.ts";
import type { JsonValue } from "../../../json.ts";
import { oneHot } from "../../../problems/data/oneHot.ts";
import { digits8x8 } from "../../../problems/datasets/digits8x8.ts";
import { hashOf } from "../../../problems/datasets/hashes.ts";
import { mnist } from "../../../problems/datasets/mnist.ts";
import { naturalImages } from "../../../problems/datasets/naturalImages.ts";
import { spectralData } from "../../../problems/datasets/spectralData.ts";
import { tableData } from "../../../problems/datasets/tableData.ts";
import type { Dataset } from "../../../problems/datasets/types.ts";
import { centredInputs } from "./means.ts";
import { farthestInputs, inUnits } from "./units.ts";

/** Options by which the data are chosen. */
interface SourceOptions {
  readonly data: string;
  readonly folder?: string | undefined;
  readonly labels?: string | undefined;
  readonly target?: string | undefined;
  readonly centred?: boolean;
}

/** Rows from which the draws are taken, without features that are the same in all of them. */
export interface Source {
  readonly name: string;
  readonly count: number;
  /** Inputs, count x width. */
  readonly inputs: Float64Array;
  /** Number d of features that are not constant, and of those that are. */
  readonly width: number;
  readonly constant: number;
  /** Targets, count x outputs; one-hot for classes. */
  readonly targets: Float64Array;
  readonly outputs: number;
  /** Class of each row; undefined for regression. */
  readonly labels: Int32Array | undefined;
  /** Shape of one input; [width] if features were left out. */
  readonly shape: readonly number[];
  /** Powers of two by which inputs and targets were multiplied; 0 for most inputs, and for classes. */
  readonly exponents: { readonly inputs: number; readonly targets: number };
  /** Whether the data come from a file of the user's own. */
  readonly own: boolean;
}

const known = ["digits", "mnist", "spectrum", "images"] as const;
/** Rows of MNIST, and of data that are made here, from which draws are taken. */
const pool = 6000;

/**
 * Reads the data.
 *
 * @param keepAll whether constant features stay, for models that need the shape of the inputs
 * @throws ERR_COMMAND_LINE, and as the readers of the files
 */
export function sourceOf(options: SourceOptions, seed: number, keepAll = false): Source {
  const data = wholeData(options, seed);
  const { count, labels, name } = data;
  const classes = labels === undefined ? undefined : foundClasses(labels);
  const found = classes?.count ?? 0;
  if (data.targets === undefined || (labels !== undefined && found < 2)) {
    throw failure(
      "ERR_COMMAND_LINE",
      `whitening: expected labels of at least two classes, or targets, in ${name}` +
        `${labels === undefined ? "" : `, got rows of ${found === 1 ? `class ${labels[0]} alone` : "no class"}`}; ` +
        "name the column of the classes by --labels, or that of a number by --target",
    );
  }
  const { numbers: inputs, exponent } = inUnits(data.inputs, farthestInputs);
  const all = inputs.length / count;
  const kept = Array.from({ length: all }, (_, j) => j).filter((j) => keepAll || varies(inputs, all, j));
  if (kept.length === 0) {
    throw failure("ERR_COMMAND_LINE", `whitening: expected a feature of ${name} that is not the same in all rows`);
  }
  const width = kept.length;
  const { numbers: targets, exponent: ofTargets } = inUnits(
    classes === undefined ? data.targets : oneHot(classes.labels, classes.count),
    0,
  );
  const chosen = new Float64Array(count * width);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < width; k++) chosen[i * width + k] = inputs[i * all + kept[k]!]!;
  }
  const given = width === all ? inputs : chosen;
  return {
    ...{ count, width, constant: all - width, targets, labels: classes?.labels },
    exponents: { inputs: exponent, targets: ofTargets },
    name: options.centred ? `${name}, centred` : name,
    inputs: options.centred ? centredInputs(given, width) : given,
    outputs: targets.length / count,
    own: !known.some((own) => own === options.data),
    shape: width === all ? data.fields.inputs! : [width],
  };
}

/**
 * Numbers the classes that have rows, in their order. Classes of which no row is there do not count: rows that are all of
 * class 3 say nothing about classes 0 to 2, and a model of the classes 10 and 2000 needs two outputs.
 */
function foundClasses(labels: Int32Array): { readonly labels: Int32Array; readonly count: number } {
  const numbers = new Map([...new Set(labels)].sort((a, b) => a - b).map((label, k) => [label, k]));
  return { labels: labels.map((label) => numbers.get(label)!), count: numbers.size };
}

/** Names the rows of a source and their hashes, so that a run is not resumed with others. */
export function tableOf({ name, count, width, inputs, targets, outputs }: Source): JsonValue {
  return {
    ...{ data: name, count },
    inputsHash: hashOf([count, width], inputs),
    targetsHash: hashOf([count, outputs], targets),
  };
}

function varies(inputs: Float64Array, width: number, j: number): boolean {
  for (let at = j; at < inputs.length; at += width) if (inputs[at] !== inputs[j]) return true;
  return false;
}

function wholeData({ data, folder, labels, target }: SourceOptions, seed: number): Dataset {
  if (data === "digits") return digits8x8();
  if (data === "mnist") return halved(mnist({ samples: pool, seed, ...(folder === undefined ? {} : { folder }) }));
  if (data === "images") return naturalImages({ samples: pool / 2, seed });
  if (data === "spectrum") {
    const spectrum = Float64Array.from({ length: 64 }, (_, k) => 1 / (1 + k));
    return spectralData({ spectrum, samples: pool / 2, outputs: 10, classify: true, seed });
  }
  if (!/\.(csv|arrows?|feather|ipc)$/i.test(data)) {
    throw failure(
      "ERR_COMMAND_LINE",
      `whitening: expected --data to be ${known.join(", ")} or the path of a .csv or .arrow file, got "${data}"`,
    );
  }
  if (labels !== undefined && target !== undefined) {
    throw failure("ERR_COMMAND_LINE", "whitening: expected --labels or --target, got both");
  }
  return tableData(data, {
    ...(labels === undefined ? {} : { label: labels }),
    ...(target === undefined ? {} : { target }),
  });
}

/** Images of half the side: each pixel is the mean of four. */
function halved(data: Dataset): Dataset {
  const [rows, columns] = data.fields.inputs as readonly [number, number];
  const [height, width] = [Math.floor(rows / 2), Math.floor(columns / 2)];
  const inputs = new Float64Array(data.count * height * width);
  for (let at = 0; at < inputs.length; at++) {
    const image = Math.floor(at / (height * width)) * rows * columns;
    const [x, y] = [Math.floor(at / width) % height, at % width];
    const corner = image + 2 * x * columns + 2 * y;
    inputs[at] =
      (data.inputs[corner]! +
        data.inputs[corner + 1]! +
        data.inputs[corner + columns]! +
        data.inputs[corner + columns + 1]!) /
      4;
  }
  return {
    ...data,
    name: `${data.name}, ${height} x ${width}`,
    fields: { ...data.fields, inputs: [height, width, 1] },
    inputs,
  };
}

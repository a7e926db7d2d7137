import { DataType, type Table, tableFromIPC } from "apache-arrow";
import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { readOptions } from "../../options.ts";
import { randomSource } from "../../random.ts";
import { bytes, text } from "../rules.ts";
import { dataHash } from "./dataHash.ts";
import { readShipped } from "./readShipped.ts";

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
  const { components, labels: trueLabels, inputs } = readImages(path ?? shipped.href, bytes);
  const samples = trueLabels.length;
  const labels = permuteLabels === undefined ? trueLabels : permuted(trueLabels, permuteLabels);
  const oneHotLabels = new Float64Array(2 * samples);
  labels.forEach((label, i) => {
    oneHotLabels[2 * i + label] = 1;
  });
  return {
    samples,
    inputs,
    components,
    labels,
    oneHotLabels,
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

function readImages(
  file: string,
  bytes: Uint8Array | undefined,
): { components: Float64Array; labels: Uint8Array; inputs: number } {
  let table: Table;
  try {
    table = tableFromIPC(bytes ?? readShipped(file, "mnistBinary"));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw failure("ERR_DATA_FILE", `mnistBinary: cannot read ${file}: ${reason}; ${remedy}`, { cause });
  }
  const list = table.getChild("components");
  const label = table.getChild("label");
  const part = list?.data[0];
  const values: unknown = part?.children[0]?.values;
  if (
    list === null ||
    label === null ||
    !DataType.isFixedSizeList(list.type) ||
    !(values instanceof Float64Array) ||
    list.data.length !== 1 ||
    values.length < table.numRows * list.type.listSize
  ) {
    throw damaged(file, "expected the columns components (FixedSizeList of Float64) and label (Uint8), whole");
  }
  const inputs = list.type.listSize;
  const components = values.slice(0, table.numRows * inputs);
  const labelValues: unknown = label.toArray();
  if (!(labelValues instanceof Uint8Array)) throw damaged(file, "expected labels of one byte");
  const labels = labelValues.slice(0, table.numRows);
  const { metadata } = table.schema;
  for (const [key, hash] of [
    ["components.hash", dataHash([labels.length, inputs], components)],
    ["label.hash", dataHash([labels.length], labels)],
  ] as const) {
    if (metadata.get(key) !== hash) throw damaged(file, `its numbers do not have the hash that it states (${key})`);
  }
  return { components, labels, inputs };
}

const remedy = "install fluxion again, or make the file with scripts/makeMnistBinary.ts";

const damaged = (file: string, what: string): Error =>
  failure("ERR_DATA_FILE", `mnistBinary: ${file} is damaged: ${what}; ${remedy}`);

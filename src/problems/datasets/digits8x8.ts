import { DataType, type Table, tableFromIPC } from "apache-arrow";
import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import { dataHash } from "../data/dataHash.ts";
import { bytes, positiveInteger, text } from "../rules.ts";
import { chosenRows, pixelNames, readDataFile } from "./dataFile.ts";
import { dataset } from "./dataset.ts";
import type { Dataset } from "./types.ts";

const side = 8;
/** Largest grey value: all pixels of a block of 4 x 4. */
const white = 16;
/** Place of the file, the same seen from `src/problems` and from `dist/problems`. */
const shipped = new URL("../../../data/digits-8x8.arrow", import.meta.url);

/** Options of {@link digits8x8}. */
export interface Digits8x8Options {
  /** Number of digits, 2 to 1797. Default: all. */
  readonly samples?: number;
  /** Seed to draw the digits without replacement. Default: the first digits, in the order of the file. */
  readonly seed?: number;
  /** Path of another file of the same form. Default: the file shipped with the package. */
  readonly path?: string;
  /** Bytes of the file, for places without files, such as a page that fetched them. */
  readonly bytes?: Uint8Array;
}

const rules = { samples: positiveInteger, seed: {}, path: text, bytes } as const;

/**
 * Reads the 1797 handwritten digits of 8 x 8 pixels that scikit-learn's `load_digits` gives, in its order.
 *
 * Inputs have the shape [8, 8, 1] and lie between 0 and 1: the share of black pixels in a block. Some pixels at the edge
 * are the same in all digits; {@link standardised} names them.
 *
 * Cost: some milliseconds.
 *
 * @example
 * const digits = digits8x8();
 * const { train, test } = digits.split({ test: 0.2, seed: 1, stratify: true });
 * console.log(digits.count, digits.classes, train.count, test.count);
 * // 1797 10 1438 359
 * @param options {@link Digits8x8Options}
 * @throws ERR_DATA_FILE if the file is missing or damaged; ERR_OPTION_RANGE for more digits than there are
 * @see data/README.md for the source and its licence
 */
export function digits8x8(options: Digits8x8Options = {}): Dataset {
  const { samples, seed, path, bytes } = readOptions("digits8x8", options, rules);
  const file = path ?? shipped.href;
  const { pixels, labels } = readDigits(file, bytes ?? readDataFile("digits8x8", file, remedy));
  const rows = chosenRows("digits8x8", labels.length, samples, seed);
  const inputs = new Float64Array(rows.length * side * side);
  for (let at = 0; at < inputs.length; at++) {
    inputs[at] = pixels[rows[Math.floor(at / 64)]! * 64 + (at % 64)]! / white;
  }
  return dataset({
    inputs,
    shape: [side, side, 1],
    labels: Uint8Array.from(rows, (row) => labels[row]!),
    classes: 10,
    names: pixelNames(side, side),
    name: "digits",
    description: {
      source: "UCI Optical Recognition of Handwritten Digits, 8 x 8 pixels",
      chosen: seed === undefined ? "the first" : "drawn without replacement",
      ...(seed === undefined ? {} : { seed }),
    },
  });
}

function readDigits(file: string, bytes: Uint8Array): { readonly pixels: Uint8Array; readonly labels: Uint8Array } {
  let table: Table;
  try {
    table = tableFromIPC(bytes);
  } catch (cause) {
    throw damaged(file, "it is not an Arrow file", cause);
  }
  const list = table.getChild("pixels");
  const part = list?.data[0];
  const pixels: unknown = part?.children[0]?.values;
  const labels: unknown = table.getChild("label")?.toArray();
  const n = table.numRows;
  if (
    list === null ||
    !DataType.isFixedSizeList(list.type) ||
    list.type.listSize !== side * side ||
    list.data.length !== 1 ||
    !(pixels instanceof Uint8Array && labels instanceof Uint8Array) ||
    pixels.length < n * side * side ||
    labels.length < n
  ) {
    throw damaged(file, "expected the columns pixels (64 x Uint8) and label (Uint8), whole");
  }
  const own = { pixels: pixels.slice(0, n * side * side), labels: labels.slice(0, n) };
  const { metadata } = table.schema;
  if (
    metadata.get("pixels.hash") !== dataHash([n, side * side], own.pixels) ||
    metadata.get("label.hash") !== dataHash([n], own.labels)
  ) {
    throw damaged(file, "its numbers do not have the hash that it states");
  }
  return own;
}

const remedy = "install fluxion again, or make the file with scripts/makeDigits8x8.ts";

const damaged = (file: string, what: string, cause?: unknown): Error =>
  failure("ERR_DATA_FILE", `digits8x8: ${file} is damaged: ${what}; ${remedy}`, { cause });

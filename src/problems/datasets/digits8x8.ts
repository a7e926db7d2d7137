import { readOptions } from "../../options.ts";
import { chooseSamples } from "../data/chooseSamples.ts";
import { readLabelled } from "../data/labelledNumbers.ts";
import { bytes, positiveInteger, text } from "../rules.ts";
import { pixelNames } from "./dataFile.ts";
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
  const { values: pixels, labels } = readLabelled({
    who: "digits8x8",
    file: path ?? shipped.href,
    bytes,
    column: "pixels",
    type: Uint8Array,
    width: side * side,
    largest: white,
    madeBy: "makeDigits8x8.ts",
  });
  const rows = chooseSamples("digits8x8", labels.length, samples, seed);
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

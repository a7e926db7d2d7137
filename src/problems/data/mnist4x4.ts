import type { JsonValue } from "../../json.ts";
import { readOptions } from "../../options.ts";
import { bytes, positiveInteger, text } from "../rules.ts";
import { chooseSamples } from "./chooseSamples.ts";
import { dataHash } from "./dataHash.ts";
import { readLabelled } from "./labelledNumbers.ts";
import { oneHot } from "./oneHot.ts";

const pixelsPerDigit = 16;
/** Sum of 25 grey values of at most 255. */
const largestSum = 6375;
/** Place of the file, the same seen from `src/problems` and from `dist/problems`. */
const shipped = new URL("../../../data/mnist-4x4.arrow", import.meta.url);

export interface Mnist4x4Options {
  /** Number of digits, 1 to 10,000. Default: all 10,000. */
  readonly samples?: number;
  /** Seed to draw the digits without replacement. Default: the first digits, in the order of the training set. */
  readonly seed?: number;
  /** Treatment of a pixel that is the same in all chosen digits: it becomes 0, or it is left out. Default "zero". */
  readonly constantPixels?: "zero" | "remove";
  /** Path of another file of the same form. Default: the file shipped with the package. */
  readonly path?: string;
  /** Bytes of the file, for places without files, such as a page that fetched them. */
  readonly bytes?: Uint8Array;
}

const rules = {
  samples: positiveInteger,
  seed: {},
  constantPixels: { default: "zero", oneOf: ["zero", "remove"] },
  path: text,
  bytes,
} as const;

export interface Digits {
  /** Number n of digits. */
  readonly samples: number;
  /** Numbers per digit: 16, or fewer if constant pixels are removed. */
  readonly inputs: number;
  /** Pixels, samples x inputs, each with mean 0 and variance 1 over the digits. */
  readonly pixels: Float64Array;
  /** Labels, 0 to 9. */
  readonly labels: Uint8Array;
  /** Labels as samples x 10, with a 1 in the label's column. */
  readonly oneHotLabels: Float64Array;
  /** Names of the inputs, such as `row 1, column 2`, counted from 1. */
  readonly names: readonly string[];
  /** Names of the pixels that are the same in all chosen digits. */
  readonly constantPixels: readonly string[];
  /** Mean grey value (0 to 255) of each input before standardisation. */
  readonly means: Float64Array;
  /** Standard deviation (with 1/n) of each input before standardisation. */
  readonly deviations: Float64Array;
  /** Data that `run.json` keeps: source, number, seed, constant pixels, hash of `pixels`. */
  readonly description: JsonValue;
}

/**
 * Reads handwritten digits at 4 x 4 pixels and standardises each pixel over the chosen digits.
 *
 * The digits are the first 10,000 of MNIST's training set, cropped to the central 20 x 20 pixels. A pixel is the mean
 * of 5 x 5 of these. Standardised it is (x - mean) / deviation, with 1/n in the deviation. A constant pixel becomes 0
 * or is left out, and `constantPixels` names it.
 *
 * Cost: some 10 ms for all digits.
 *
 * @example const { pixels, labels } = mnist4x4({ samples: 1000, seed: 1 }); // 1000 x 16
 * @param options {@link Mnist4x4Options}
 * @throws {RangeError} ERR_OPTION_RANGE if `samples` is not in 1 ... 10,000
 * @throws ERR_DATA_FILE if the file is missing or damaged
 * @see data/README.md for the source and its licence
 */
export function mnist4x4(options: Mnist4x4Options = {}): Digits {
  const { samples, seed, constantPixels, path, bytes } = readOptions("mnist4x4", options, rules);
  const { values: sums, labels: allLabels } = readLabelled({
    who: "mnist4x4",
    file: path ?? shipped.href,
    bytes,
    column: "pixels",
    type: Uint16Array,
    width: pixelsPerDigit,
    largest: largestSum,
    madeBy: "makeMnist4x4.ts",
  });
  const chosen = chooseSamples("mnist4x4", allLabels.length, samples, seed);
  const n = chosen.length;
  const labels = Uint8Array.from(chosen, (digit) => allLabels[digit]!);

  const all = Array.from({ length: pixelsPerDigit }, (_, pixel) => ({
    pixel,
    name: nameOf(pixel),
    ...moments(sums, chosen, pixel),
  }));
  const constant = all.filter((column) => column.spread === 0);
  const kept = constantPixels === "remove" ? all.filter((column) => column.spread > 0) : all;
  const k = kept.length;
  const pixels = new Float64Array(n * k);
  kept.forEach(({ pixel, total, spread }, j) => {
    if (spread === 0) return;
    const root = Math.sqrt(spread);
    for (let i = 0; i < n; i++) pixels[i * k + j] = (n * sums[chosen[i]! * pixelsPerDigit + pixel]! - total) / root;
  });
  const constantNames = constant.map((column) => column.name);
  return {
    samples: n,
    inputs: k,
    pixels,
    labels,
    oneHotLabels: oneHot(labels, 10),
    names: kept.map((column) => column.name),
    constantPixels: constantNames,
    means: Float64Array.from(kept, (column) => column.total / (25 * n)),
    deviations: Float64Array.from(kept, (column) => Math.sqrt(column.spread) / (25 * n)),
    description: {
      data: "MNIST, 4 x 4 pixels, standardised",
      samples: n,
      chosen: seed === undefined ? "the first" : "drawn without replacement",
      seed,
      constantPixels: constantNames,
      constantPixelsAre: constantNames.length === 0 ? undefined : constantPixels === "zero" ? "set to 0" : "left out",
      hash: dataHash([n, k], pixels),
    },
  };
}

const nameOf = (pixel: number): string => `row ${Math.floor(pixel / 4) + 1}, column ${(pixel % 4) + 1}`;

interface Moments {
  /** Sum of the block sums, a whole number. */
  readonly total: number;
  /** Variance of the block sums times n^2, a whole number. */
  readonly spread: number;
}

/**
 * Computes the sum and the spread n sum(x^2) - sum(x)^2 of a pixel's block sums over the chosen digits.
 *
 * Both terms stay below 10^4 * 10^4 * 6375^2 = 4.1e15, so that both results are exact. A constant pixel therefore has
 * spread 0, and (n x - total) / sqrt(spread) gives the standardised number without cancellation.
 */
function moments(sums: Uint16Array, chosen: Uint32Array, pixel: number): Moments {
  let total = 0;
  let squares = 0;
  for (const digit of chosen) {
    const sum = sums[digit * pixelsPerDigit + pixel]!;
    total += sum;
    squares += sum * sum;
  }
  return { total, spread: chosen.length * squares - total * total };
}

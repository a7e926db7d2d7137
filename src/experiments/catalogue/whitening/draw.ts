/** Draws of the data: which rows train, validate and test, and what is to be learnt from them. */
import { randomSource } from "../../../random.ts";
import type { Source } from "./source.ts";

/** Numbers of rows of a draw. */
interface DrawSizes {
  /** Training rows n. */
  readonly train: number;
  readonly validation: number;
  /** Test rows: a multiple of `testSet`. */
  readonly test: number;
  /** Test rows that the fully whitened arm whitens together with the training rows. */
  readonly testSet: number;
}

/** Rows in one of the roles, with their targets. */
export interface Part {
  readonly rows: number;
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
  readonly labels: Int32Array | undefined;
  /** Mean square of the targets, by which errors of regression are divided. Slices of a part keep its own. */
  readonly power: number;
}

/** One draw: disjoint parts. Draws of the same number with other n have the same validation and test rows. */
export interface Draw {
  readonly train: Part;
  readonly validation: Part;
  readonly test: Part;
}

/** Shares of the rows that validate and test, with at most so many rows each. */
const shares = { validation: 0.11, test: 0.2, most: 1000 } as const;

/** How many rows each role gets, and the largest n that is left. */
export function sizesOf({ count, width }: Source): Omit<DrawSizes, "train"> & { readonly most: number } {
  const testSet = Math.max(2, Math.min(50, Math.floor(0.4 * width), Math.floor(shares.test * count)));
  const wanted = Math.min(shares.most, Math.floor(shares.test * count));
  const test = Math.max(1, Math.floor(wanted / testSet)) * testSet;
  const validation = Math.max(2, Math.min(shares.most, Math.floor(shares.validation * count)));
  return { validation, test, testSet, most: count - validation - test };
}

/** Takes the rows of a draw from a permutation that depends on the number of the draw alone. */
export function drawOf(source: Source, { train, validation, test }: DrawSizes, draw: number, seed: number): Draw {
  const random = randomSource(seed, "whitening", "draw", draw);
  const order = Int32Array.from({ length: source.count }, (_, i) => i);
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const other = order[j]!;
    order[j] = order[i]!;
    order[i] = other;
  }
  const held = validation + test;
  return {
    validation: partOf(source, order.subarray(0, validation)),
    test: partOf(source, order.subarray(validation, held)),
    train: partOf(source, order.subarray(held, held + train)),
  };
}

function partOf({ inputs, width, targets, outputs, labels }: Source, rows: Int32Array): Part {
  const own = gathered(targets, outputs, rows);
  return {
    rows: rows.length,
    inputs: gathered(inputs, width, rows),
    targets: own,
    labels: labels === undefined ? undefined : Int32Array.from(rows, (row) => labels[row]!),
    power: own.reduce((sum, y) => sum + y * y, 0) / own.length,
  };
}

function gathered(values: Float64Array, width: number, rows: Int32Array): Float64Array {
  const out = new Float64Array(rows.length * width);
  rows.forEach((row, i) => {
    out.set(values.subarray(row * width, (row + 1) * width), i * width);
  });
  return out;
}

/** Some of the rows of a part, from `from` up to `to`. */
export function slice({ inputs, targets, labels, rows, power }: Part, from: number, to: number): Part {
  const [width, outputs] = [inputs.length / rows, targets.length / rows];
  return {
    rows: to - from,
    inputs: inputs.subarray(from * width, to * width),
    targets: targets.subarray(from * outputs, to * outputs),
    labels: labels?.subarray(from, to),
    power,
  };
}

/** Scores the first `shared` rows alone, if there are others. */
export function sharedScore(outputs: Float64Array, part: Part, shared: number): { readonly shared?: number } {
  if (shared <= 0 || shared >= part.rows) return {};
  const width = outputs.length / part.rows;
  return { shared: scoreOf(outputs.subarray(0, shared * width), slice(part, 0, shared)) };
}

/**
 * Scores outputs: the share of rows whose largest output is not that of their class, or without classes the mean square
 * of the error as a share of the power of the targets.
 */
export function scoreOf(outputs: Float64Array, { rows, targets, labels, power }: Part): number {
  const width = outputs.length / rows;
  let sum = 0;
  if (labels === undefined) {
    for (let at = 0; at < outputs.length; at++) sum += (outputs[at]! - targets[at]!) ** 2;
    return sum / outputs.length / (power === 0 ? 1 : power);
  }
  for (let i = 0; i < rows; i++) {
    let best = 0;
    for (let j = 1; j < width; j++) if (outputs[i * width + j]! > outputs[i * width + best]!) best = j;
    if (best !== labels[i]) sum++;
  }
  return sum / rows;
}

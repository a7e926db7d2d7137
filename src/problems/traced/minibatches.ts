import { failure } from "../../errors.ts";
import { checkOption, readOptions } from "../../options.ts";
import type { DataValues, TracedProblem } from "../problem.ts";
import { positiveInteger, seed, yesOrNo } from "../rules.ts";
import { tracedProblemRule } from "./arguments.ts";
import { forBatches } from "./exchangedData.ts";
import { orderOfEpoch } from "./orderOfEpoch.ts";

/** Options of {@link minibatches}. */
export interface MinibatchOptions {
  /** Number of rows in a batch. Default 64, or all rows if there are fewer. */
  readonly size?: number;
  /** Seed of the order. Default 1. */
  readonly seed?: number;
  /** Whether each epoch has an order of its own. If not, the rows stay as they are. Default true. */
  readonly shuffle?: boolean;
  /** Whether rows that fill no batch at the end of an epoch are left out. By default they are a smaller batch. */
  readonly dropLast?: boolean;
}

/** The problem of each step, on a batch of its own. */
export interface Minibatches<P extends TracedProblem = TracedProblem> {
  /** Gives the problem of a step. */
  (step: number): P;
  /** Number of batches in an epoch. */
  readonly perEpoch: number;
}

const dataRule = {
  expected: "an object of the numbers of each input, such as { inputs, targets }",
  is: (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value),
} as const;
const rules = {
  size: positiveInteger,
  seed,
  shuffle: { ...yesOrNo, default: true },
  dropLast: { ...yesOrNo, default: false },
} as const;

/**
 * Cuts data into minibatches: a function from the step to the problem on that step's rows, for `iterate`.
 *
 * Each epoch goes through all rows once, in an order that the seed and the number of the epoch determine. So the batch
 * of a step depends on nothing else, and a resumed run has the batches of the run that was not interrupted.
 *
 * Use it when a loss is a mean over samples and all of them at once cost too much. The problem's own data, given by
 * `data` of `fluxion/autodiff`, only say how many numbers are in a row; they may have another number of rows than a batch.
 *
 * Data larger than memory are given as rows of a file, by `arrowRows` of `fluxion/arrow`: the run has the same bits.
 *
 * The description of each batch's problem names all rows by one hash, so that an experiment that is resumed notices other
 * data.
 *
 * Cost: the data are checked once, and must not change afterwards. A step copies the rows of its batch, once, or reads
 * them; an epoch costs its order, 4 bytes and about 20 ns per row. The description takes one pass over the rows where it
 * is first read, as at the beginning of a run.
 *
 * @example
 * const inputs = gaussianData({ inputs: 3, samples: 100, seed: 1 });
 * const weights = Float64Array.of(1, -2, 3);
 * const targets = Float64Array.from({ length: 100 }, (_, i) => dot(inputs.subarray(3 * i, 3 * i + 3), weights));
 * const loss = (w: tf.Tensor1D) => {
 *   const x = data("inputs", inputs.slice(0, 30), [10, 3]) as tf.Tensor2D;
 *   return tf.mean(tf.square(tf.sub(tf.dot(x, w), data("targets", targets.slice(0, 10), [10]))));
 * };
 * const batches = minibatches(objective([[3]], loss), { inputs, targets }, { size: 10 });
 * const rows = firstRows(batches, [0, 0, 0], gradientStep(0.1), 200);
 * console.log(batches.perEpoch, [...rows.at(-1)!.point].map((w) => w.toFixed(4)).join(" "));
 * // 10 1.0000 -2.0000 3.0000
 * @param problem problem with data inputs
 * @param data numbers of some of its inputs, all with the same number of rows
 * @param options {@link MinibatchOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options or data
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, as a size above the number of rows; ERR_DATA_NAME,
 *   ERR_LENGTH, ERR_NOT_FINITE for data that do not fit
 */
export function minibatches<P extends TracedProblem>(
  problem: P,
  data: DataValues,
  options: MinibatchOptions = {},
): Minibatches<P> {
  const read = readOptions("minibatches", options, rules);
  checkOption("minibatches", "problem", problem, tracedProblemRule);
  checkOption("minibatches", "data", data, dataRule);
  const rowsOf = problem.rowsOf(forBatches(data));
  const samples = rowsOf.count;
  const { size = Math.min(64, samples), seed: key, shuffle, dropLast } = read;
  if (size > samples) {
    throw failure(
      "ERR_OPTION_RANGE",
      `minibatches: expected size to be at most the number of rows, ${samples}, got ${size}`,
    );
  }
  const perEpoch = dropLast ? Math.floor(samples / size) : Math.ceil(samples / size);
  let order: Int32Array = shuffle ? new Int32Array(0) : Int32Array.from({ length: samples }, (_, i) => i);
  let orderOf = shuffle ? -1 : undefined;
  const batchOf = (step: number): P => {
    const epoch = Math.floor(step / perEpoch);
    if (orderOf !== undefined && orderOf !== epoch) {
      // Problems of the last epoch may still read its order.
      order = orderOfEpoch(samples, key, epoch);
      orderOf = epoch;
    }
    const first = (step - epoch * perEpoch) * size;
    // `rowsOf` of a game's problem gives games.
    return rowsOf(order.subarray(first, Math.min(first + size, samples))) as P;
  };
  return Object.assign(batchOf, { perEpoch });
}

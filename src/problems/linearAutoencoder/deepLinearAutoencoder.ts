import { div, matMul, square, sub, sum } from "@tensorflow/tfjs-core";
import { data as dataInput } from "../../autodiff/index.ts";
import { failure } from "../../errors.ts";
import { triangularFactor } from "../../linalg/dense/triangularFactor.ts";
import { type Checked, readOptions } from "../../options.ts";
import { randomSource } from "../../random.ts";
import { dataHash } from "../data/dataHash.ts";
import { gaussianData } from "../data/gaussianData.ts";
import { secondMoment } from "../data/secondMoment.ts";
import { extendProblem } from "../extendProblem.ts";
import { withFormula } from "../networks/lossFormula.ts";
import { objective } from "../objective.ts";
import type { TracedProblem } from "../problem.ts";
import { float64Array, positiveInteger, yesOrNo } from "../rules.ts";
import { linearSymmetries } from "../symmetries/linearSymmetries.ts";
import { withProofOnAnyData } from "../symmetries/proved.ts";
import { type AutoencoderClasses, autoencoderClasses, type ClassMatch } from "./autoencoderClasses.ts";

export interface DeepLinearAutoencoderOptions {
  /** Numbers k per sample. Default 16 [1]. */
  readonly inputs?: number;
  /** Width p of the hidden layer. Default 4 [1]. */
  readonly hidden?: number;
  /** Number n of Gaussian samples with variances 1 ... k. Default 10,000 [1]. Not allowed beside `data`. */
  readonly samples?: number;
  /** Seed of the Gaussian samples. Default 1. Not allowed beside `data`. */
  readonly seed?: number;
  /** Data X, sample after sample, n x k. They are used as they are; means are not removed. */
  readonly data?: Float64Array;
  /** Whether the loss works on the k x k triangular factor of X instead of X. Default true. */
  readonly reduce?: boolean;
}

const rules = {
  inputs: { ...positiveInteger, default: 16 },
  hidden: { ...positiveInteger, default: 4 },
  // Without defaults: `data` excludes both.
  samples: positiveInteger,
  seed: {},
  data: float64Array,
  reduce: { ...yesOrNo, default: true },
} as const;

export interface DeepLinearAutoencoder extends TracedProblem {
  /** Gives all critical points in closed form, with the hash of these data. */
  criticalPoints(): AutoencoderClasses;
  /** Finds the class of critical points that is nearest to a point. */
  match(point: Float64Array): ClassMatch;
  /** Draws independent normal weights of variance 1 / (inputs of their layer). */
  initialPoint(seed: number): Float64Array;
}

/**
 * Builds a linear autoencoder of two layers, whose critical points are all known.
 *
 * L = ||X - X (W2 W1)^T||^2 / (k n) over samples X, n x k: the mean squared error over all entries. z = (W1, W2), with
 * the blocks `encoder` (W1, p x k) and `decoder` (W2, k x p) and without biases; the dimension is 2 k p.
 * `criticalPoints()` gives the loss, the Morse index and the kernel dimension of every class.
 *
 * The loss depends on X through X^T X only. So by default R of X = Q R, k x k, replaces X. Because Q has orthonormal
 * columns, the loss is the same to rounding, with 16 rows instead of 10,000. `description` says so; `reduce: false`
 * switches it off.
 *
 * Cost of an evaluation: about 12 k^2 p operations, or 12 n k p with `reduce: false`.
 *
 * @example const problem = deepLinearAutoencoder({ inputs: 16, hidden: 4, samples: 1000, seed: 1 });
 * @param options {@link DeepLinearAutoencoderOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for sizes that are not positive integers, or `data` beside `samples` or `seed`;
 *   ERR_LENGTH if the data are not whole samples; ERR_NOT_FINITE for NaN in the data, with its place;
 *   ERR_NOT_POSITIVE_DEFINITE for directions in which the data do not vary, with their names
 * @see [1] Frye, Simon, Wadia, Ligeralde, DeWeese and Bouchard, "Critical point-finding methods reveal gradient-flat
 *   regions of deep network losses", 2021, doi:10.1162/neco_a_01388
 */
export function deepLinearAutoencoder(options: DeepLinearAutoencoderOptions = {}): DeepLinearAutoencoder {
  const read = readOptions("deepLinearAutoencoder", options, rules);
  const { inputs: k, hidden: p, data, reduce } = read;
  const x = samplesOf(read);
  const n = x.length / k;
  const hash = dataHash([n, k], x);
  const classes = autoencoderClasses({ inputs: k, hidden: p, moment: secondMoment(x, k), hash });
  const rows = reduce ? triangularFactor(x, k) : x;
  const rowCount = rows.length / k;
  const problem = objective(
    [
      [p, k],
      [k, p],
    ],
    (encoder, decoder) => {
      const samples = dataInput("samples", rows, [rowCount, k]);
      const output = matMul(matMul(samples, encoder, false, true), decoder, false, true);
      return div(sum(square(sub(samples, output))), k * n);
    },
    {
      name: "deepLinearAutoencoder",
      names: ["encoder", "decoder"],
      description: {
        problem: "deepLinearAutoencoder",
        inputs: k,
        hidden: p,
        samples: n,
        data: data === undefined ? "Gaussian, variances 1 to inputs, means removed" : "given",
        seed: data === undefined ? (read.seed ?? 1) : undefined,
        hash,
        reduction: reduce ? "the data are replaced by their triangular factor R (X = Q R): equal to rounding" : "none",
      },
    },
  );
  const made = extendProblem(problem, {
    criticalPoints: () => classes,
    match: (point: Float64Array) => classes.match(point),
    initialPoint(seed: number) {
      const random = randomSource(seed, "deepLinearAutoencoder", "initialPoint");
      return Float64Array.from({ length: 2 * p * k }, (_, at) => random.normal() / Math.sqrt(at < p * k ? k : p));
    },
  });
  const formulated = withFormula(made, () => ({
    family: "linear network",
    widths: [k, p, k],
    blocks: problem.blocks.map(({ name }) => name),
    inputs: rows,
    targets: "inputs",
    divisor: k * n,
  }));
  return withProofOnAnyData(formulated, () => linearSymmetries(problem.blocks));
}

function samplesOf(options: Checked<DeepLinearAutoencoderOptions, typeof rules>): Float64Array {
  const { inputs, data, samples, seed } = options;
  if (data === undefined) return gaussianData({ inputs, samples: samples ?? 10_000, seed: seed ?? 1 });
  if (samples !== undefined || seed !== undefined) {
    throw failure(
      "ERR_OPTION_RANGE",
      "deepLinearAutoencoder: expected data, or samples and seed, got both; leave one out",
    );
  }
  if (data.length === 0 || data.length % inputs !== 0) {
    throw failure(
      "ERR_LENGTH",
      `deepLinearAutoencoder: expected whole samples of ${inputs} numbers, got ${data.length} numbers`,
    );
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw failure(
      "ERR_NOT_FINITE",
      `deepLinearAutoencoder: expected finite data, got ${data[bad]} in sample ${Math.floor(bad / inputs)}, ` +
        `variable ${bad % inputs}`,
    );
  }
  return data.slice();
}

import { div, matMul, square, sub, sum } from "@tensorflow/tfjs-core";
import { data as dataInput } from "../../autodiff/index.ts";
import { failure } from "../../errors.ts";
import { triangularFactor } from "../../linalg/dense/triangularFactor.ts";
import { randomSource } from "../../random.ts";
import { dataHash } from "../data/dataHash.ts";
import { gaussianData } from "../data/gaussianData.ts";
import { secondMoment } from "../data/secondMoment.ts";
import { extendProblem } from "../extendProblem.ts";
import { objective } from "../objective.ts";
import type { TracedProblem } from "../problem.ts";
import { type AutoencoderClasses, autoencoderClasses, type ClassMatch } from "./autoencoderClasses.ts";

export interface DeepLinearAutoencoderOptions {
  /** k, numbers a sample; default 16 [1]. */
  readonly inputs?: number;
  /** p, width of the hidden layer; default 4 [1]. */
  readonly hidden?: number;
  /** n, number of Gaussian samples with variances 1 ... k; default 10,000 [1]. Not beside `data`. */
  readonly samples?: number;
  /** Of the Gaussian samples; default 1. Not beside `data`. */
  readonly seed?: number;
  /** X, sample after sample, n x k; used as it is, without removing means. */
  readonly data?: Float64Array;
  /** Whether the loss works on the k x k triangular factor of X instead of X; default true. */
  readonly reduce?: boolean;
}

export interface DeepLinearAutoencoder extends TracedProblem {
  /** All critical points in closed form; bound to these data by their hash. */
  criticalPoints(): AutoencoderClasses;
  /** The class of critical points nearest to a point. */
  match(point: Float64Array): ClassMatch;
  /** Independent normal weights of variance 1 / (inputs of their layer). */
  initialPoint(seed: number): Float64Array;
}

/**
 * A linear autoencoder of two layers, whose critical points are all known.
 *
 * L = ||X - X (W2 W1)^T||^2 / (k n) over samples X, n x k: the mean squared error over all entries. z = (W1, W2), blocks
 * `encoder` (W1, p x k) and `decoder` (W2, k x p), without biases; dimension 2 k p. `criticalPoints()` has loss, Morse
 * index and kernel dimension of every class.
 *
 * The loss sees X through X^T X only, so by default X is replaced by R of X = Q R, k x k: the same loss to rounding
 * (Q has orthonormal columns), for 16 rows instead of 10,000. `description` says so; `reduce: false` switches it off.
 * Cost of an evaluation: about 12 k^2 p operations, with `reduce: false` 12 n k p.
 *
 * @example const problem = deepLinearAutoencoder({ inputs: 16, hidden: 4, samples: 1000, seed: 1 });
 * @throws {RangeError} ERR_OPTION_RANGE for sizes that are no positive integers, or `data` beside `samples` or `seed`;
 *   ERR_LENGTH if the data are no whole samples; ERR_NOT_FINITE for NaN in them, with its place;
 *   ERR_NOT_POSITIVE_DEFINITE, with names, for directions in which they do not vary
 * @see [1] Frye, Simon, Wadia, Ligeralde, DeWeese and Bouchard, "Critical point-finding methods reveal gradient-flat
 *   regions of deep network losses", 2021, doi:10.1162/neco_a_01388
 */
export function deepLinearAutoencoder(options: DeepLinearAutoencoderOptions = {}): DeepLinearAutoencoder {
  const { inputs: k = 16, hidden: p = 4, reduce = true } = options;
  for (const [name, size] of Object.entries({ inputs: k, hidden: p })) {
    if (!(Number.isInteger(size) && size > 0)) {
      throw failure(
        "ERR_OPTION_RANGE",
        `deepLinearAutoencoder: expected ${name} to be a positive integer, got ${size}`,
      );
    }
  }
  const x = samplesOf(options, k);
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
        data: options.data === undefined ? "Gaussian, variances 1 to inputs, means removed" : "given",
        seed: options.data === undefined ? (options.seed ?? 1) : undefined,
        hash,
        reduction: reduce ? "the data are replaced by their triangular factor R (X = Q R): equal to rounding" : "none",
      },
    },
  );
  return extendProblem(problem, {
    criticalPoints: () => classes,
    match: (point: Float64Array) => classes.match(point),
    initialPoint(seed: number) {
      const random = randomSource(seed, "deepLinearAutoencoder", "initialPoint");
      return Float64Array.from({ length: 2 * p * k }, (_, at) => random.normal() / Math.sqrt(at < p * k ? k : p));
    },
  });
}

function samplesOf({ data, samples, seed }: DeepLinearAutoencoderOptions, inputs: number): Float64Array {
  if (data === undefined) return gaussianData({ inputs, samples: samples ?? 10_000, seed: seed ?? 1 });
  if (samples !== undefined || seed !== undefined) {
    throw failure(
      "ERR_OPTION_RANGE",
      "deepLinearAutoencoder: expected data or samples and seed, got both; leave one out",
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

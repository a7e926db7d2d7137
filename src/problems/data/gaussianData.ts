import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import { randomSource } from "../../random.ts";
import { positiveInteger, seed, vector } from "../rules.ts";

export interface GaussianDataOptions {
  /** Number k of variables of a sample. */
  readonly inputs: number;
  /** Number n of samples. */
  readonly samples: number;
  /** Seed of the samples. Default 1. */
  readonly seed?: number;
  /** Variances of the variables, all positive. Default 1, 2, ..., k [1]. */
  readonly variances?: ArrayLike<number>;
}

const rules = {
  inputs: { ...positiveInteger, required: true },
  samples: { ...positiveInteger, required: true },
  seed,
  variances: vector,
} as const;

/**
 * Draws independent normal variables, one sample after the other (n x k), and removes the sample mean of each variable.
 *
 * The means are removed after sampling, so each column sums to zero to rounding.
 *
 * Cost: n k normal numbers.
 *
 * @example const data = gaussianData({ inputs: 16, samples: 10_000, seed: 1 }); // 10,000 x 16
 * @param options {@link GaussianDataOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options
 * @throws {RangeError} ERR_OPTION_RANGE if a size is not a positive integer, a variance is not positive, or there are
 *   not k variances
 * @see [1] Frye, Simon, Wadia, Ligeralde, DeWeese and Bouchard, "Critical point-finding methods reveal gradient-flat
 *   regions of deep network losses", 2021, doi:10.1162/neco_a_01388
 */
export function gaussianData(options: GaussianDataOptions): Float64Array {
  const { inputs, samples, seed, variances } = readOptions("gaussianData", options, rules);
  const deviations = Float64Array.from({ length: inputs }, (_, j) => Math.sqrt(variances?.[j] ?? j + 1));
  if (variances !== undefined && variances.length !== inputs) {
    throw failure("ERR_OPTION_RANGE", `gaussianData: expected ${inputs} variances, got ${variances.length}`);
  }
  deviations.forEach((deviation, j) => {
    if (!(deviation > 0 && Number.isFinite(deviation))) {
      throw failure("ERR_OPTION_RANGE", `gaussianData: expected positive variances, got ${variances?.[j]} at ${j}`);
    }
  });
  const random = randomSource(seed, "gaussianData");
  const data = new Float64Array(samples * inputs);
  for (let at = 0; at < data.length; at++) data[at] = deviations[at % inputs]! * random.normal();
  removeMeans(data, inputs);
  return data;
}

/** Subtracts its mean from each variable. It does so twice, because the first mean carries a rounding error. */
function removeMeans(data: Float64Array, inputs: number): void {
  const samples = data.length / inputs;
  for (let pass = 0; pass < 2; pass++) {
    const means = new Float64Array(inputs);
    for (let at = 0; at < data.length; at++) means[at % inputs] = means[at % inputs]! + data[at]!;
    for (let j = 0; j < inputs; j++) means[j] = means[j]! / samples;
    for (let at = 0; at < data.length; at++) data[at] = data[at]! - means[at % inputs]!;
  }
}

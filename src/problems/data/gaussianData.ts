import { failure } from "../../errors.ts";
import { randomSource } from "../../random.ts";

export interface GaussianDataOptions {
  /** k, the number of variables of a sample. */
  readonly inputs: number;
  /** n. */
  readonly samples: number;
  /** Default 1. */
  readonly seed?: number;
  /** Variances of the variables, all positive; default 1, 2, ..., k [1]. */
  readonly variances?: ArrayLike<number>;
}

/**
 * Independent normal variables, one sample after the other (n x k), from each of which its sample mean is removed.
 *
 * The means are removed after sampling, so the columns sum to zero to rounding. Cost: n k normal numbers.
 *
 * @example const data = gaussianData({ inputs: 16, samples: 10_000, seed: 1 }); // 10,000 x 16
 * @throws {RangeError} ERR_OPTION_RANGE if a size is not a positive integer, or a variance is not positive
 * @see [1] Frye, Simon, Wadia, Ligeralde, DeWeese and Bouchard, "Critical point-finding methods reveal gradient-flat
 *   regions of deep network losses", 2021, doi:10.1162/neco_a_01388
 */
export function gaussianData({ inputs, samples, seed = 1, variances }: GaussianDataOptions): Float64Array {
  for (const [name, size] of Object.entries({ inputs, samples })) {
    if (!(Number.isInteger(size) && size > 0)) {
      throw failure("ERR_OPTION_RANGE", `gaussianData: expected ${name} to be a positive integer, got ${size}`);
    }
  }
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

/** Subtracts from each variable its mean over the samples; twice, since the first mean carries a rounding error. */
function removeMeans(data: Float64Array, inputs: number): void {
  const samples = data.length / inputs;
  for (let pass = 0; pass < 2; pass++) {
    const means = new Float64Array(inputs);
    for (let at = 0; at < data.length; at++) means[at % inputs] = means[at % inputs]! + data[at]!;
    for (let j = 0; j < inputs; j++) means[j] = means[j]! / samples;
    for (let at = 0; at < data.length; at++) data[at] = data[at]! - means[at % inputs]!;
  }
}

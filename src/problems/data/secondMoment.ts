import { failure } from "../../errors.ts";
import { checkOption } from "../../options.ts";
import { float64Array, positiveInteger } from "../rules.ts";

/**
 * Computes X^T X / n of n samples that lie one after the other: the k x k matrix of uncentred second moments.
 *
 * Cost: n k^2 operations.
 *
 * @example secondMoment(Float64Array.of(1, 2, 3, 4), 2) // two samples (1, 2), (3, 4): 5, 7, 7, 10
 * @param data X, sample after sample, n x k
 * @param inputs k
 * @throws {TypeError} ERR_OPTION_TYPE for data that are not a Float64Array
 * @throws {RangeError} ERR_OPTION_RANGE for inputs that are not a positive integer; ERR_LENGTH if the data are empty or not a whole number of samples of k numbers
 */
export function secondMoment(data: Float64Array, inputs: number): Float64Array {
  checkOption("secondMoment", "data", data, float64Array);
  checkOption("secondMoment", "inputs", inputs, positiveInteger);
  const k = inputs;
  const n = data.length / k;
  if (!(Number.isInteger(n) && n > 0)) {
    throw failure("ERR_LENGTH", `secondMoment: expected whole samples of ${k} numbers, got ${data.length} numbers`);
  }
  const moment = new Float64Array(k * k);
  for (let s = 0; s < n; s++) {
    const sample = data.subarray(s * k, (s + 1) * k);
    for (let i = 0; i < k; i++) {
      const xi = sample[i]!;
      for (let j = i; j < k; j++) moment[i * k + j] = moment[i * k + j]! + xi * sample[j]!;
    }
  }
  for (let i = 0; i < k; i++) {
    for (let j = i; j < k; j++) {
      moment[i * k + j] = moment[i * k + j]! / n;
      moment[j * k + i] = moment[i * k + j]!;
    }
  }
  return moment;
}

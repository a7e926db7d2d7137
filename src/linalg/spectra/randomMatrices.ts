/** Samples of the random matrices with which spectra of Hessians are compared. Their limits are in spectralLaws.ts. */

import { list } from "../../arguments.ts";
import { failure } from "../../errors.ts";
import { checkOption } from "../../options.ts";
import { randomSource } from "../../random.ts";
import { checkNumbers } from "../arguments.ts";
import { positiveInteger } from "../rules.ts";

/**
 * Draws an n x n Wigner matrix of the Gaussian orthogonal ensemble, row-major.
 *
 * The matrix is symmetric; its entries are normal, with variance 1/n off the diagonal and 2/n on it. Its spectrum tends
 * to the semicircle on [-2, 2]. Cost: n^2 / 2 normal numbers.
 *
 * @example symmetricEigen(wigner(200, 1)).values
 * @throws ERR_OPTION_TYPE, ERR_OPTION_RANGE if n is not a positive integer
 */
export function wigner(n: number, seed: number): Float64Array {
  checkOption("wigner", "n", n, positiveInteger);
  const random = randomSource(seed, "wigner");
  const matrix = new Float64Array(n * n);
  const deviation = Math.sqrt(1 / n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      matrix[i * n + j] = deviation * random.normal();
      matrix[j * n + i] = matrix[i * n + j]!;
    }
    matrix[i * n + i] = Math.SQRT2 * deviation * random.normal();
  }
  return matrix;
}

/**
 * Draws an n x n Wishart matrix X X^T, row-major.
 *
 * X is n x k with independent normal entries of variance 1/k. The spectrum tends to Marchenko and Pastur's law of ratio
 * n / k; for n > k it has n - k zeros. Cost: n k normal numbers and n^2 k operations.
 *
 * @param samples k, the number of columns of X
 * @example symmetricEigen(wishart(200, 100, 1)).values // 100 zeros
 * @throws ERR_OPTION_TYPE, ERR_OPTION_RANGE if n or k is not a positive integer
 */
export function wishart(n: number, samples: number, seed: number): Float64Array {
  checkOption("wishart", "n", n, positiveInteger);
  checkOption("wishart", "samples", samples, positiveInteger);
  const random = randomSource(seed, "wishart");
  const deviation = Math.sqrt(1 / samples);
  const x = Float64Array.from({ length: n * samples }, () => deviation * random.normal());
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let l = 0; l < samples; l++) sum += x[i * samples + l]! * x[j * samples + l]!;
      matrix[i * n + j] = sum;
      matrix[j * n + i] = sum;
    }
  }
  return matrix;
}

/**
 * Adds matrices of one size, each times its weight.
 *
 * The sum of a Wishart and a Wigner matrix, with weights of either sign, is the model of a Hessian in [1]. Cost: 2 n^2
 * operations per matrix.
 *
 * @example weightedSum([[1, wishart(200, 400, 1)], [0.5, wigner(200, 1)]])
 * @param terms pairs of a weight and a matrix, row-major; at least one
 * @throws {RangeError} ERR_LENGTH if there are no terms, or if two matrices have different sizes
 * @see [1] Pennington and Bahri, "Geometry of neural network loss surfaces via random matrix theory", ICML 2017
 */
export function weightedSum(terms: readonly (readonly [weight: number, matrix: Float64Array])[]): Float64Array {
  checkOption("weightedSum", "terms", terms, list);
  for (const [i, term] of terms.entries()) {
    checkOption("weightedSum", `term ${i}`, term, list);
    checkNumbers("weightedSum", `the matrix of term ${i}`, term[1]);
  }
  const length = terms[0]?.[1].length ?? 0;
  if (length === 0 || terms.some(([, matrix]) => matrix.length !== length)) {
    const sizes = terms.map(([, matrix]) => matrix.length).join(", ");
    throw failure("ERR_LENGTH", `weightedSum: expected matrices of one size, got ${sizes || "none"}`);
  }
  const sum = new Float64Array(length);
  for (const [weight, matrix] of terms) {
    for (let at = 0; at < length; at++) sum[at] = sum[at]! + weight * matrix[at]!;
  }
  return sum;
}

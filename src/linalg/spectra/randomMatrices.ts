/** Samples of the random matrices with which spectra of Hessians are compared; their limits are in spectralLaws.ts. */
import { failure } from "../../errors.ts";
import { randomSource } from "../../random.ts";

/**
 * An n x n Wigner matrix of the orthogonal ensemble, row-major: symmetric, normal, of variance 1/n, on the diagonal 2/n. Its
 * spectrum tends to the semicircle on [-2, 2].
 *
 * @example symmetricEigen(wigner(200, 1)).values
 * @throws {RangeError} ERR_OPTION_RANGE for an n that is no positive integer
 */
export function wigner(n: number, seed: number): Float64Array {
  checkSize("wigner", "n", n);
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
 * An n x n Wishart matrix X X^T, row-major, X n x k with independent normal entries of variance 1/k. Its spectrum tends to
 * Marchenko and Pastur's law of ratio n / k; with n > k it has n - k zeros.
 *
 * @param samples k
 * @example symmetricEigen(wishart(200, 100, 1)).values // 100 zeros
 * @throws {RangeError} ERR_OPTION_RANGE for sizes that are no positive integers
 */
export function wishart(n: number, samples: number, seed: number): Float64Array {
  checkSize("wishart", "n", n);
  checkSize("wishart", "samples", samples);
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
 * The weighted sum of matrices of one size; with a Wishart and a Wigner matrix it is the model of a Hessian of [1], of any sign.
 *
 * @example weightedSum([[1, wishart(200, 400, 1)], [0.5, wigner(200, 1)]])
 * @throws {RangeError} ERR_LENGTH for no terms or two sizes
 * @see [1] Pennington and Bahri, "Geometry of neural network loss surfaces via random matrix theory", ICML 2017
 */
export function weightedSum(terms: readonly (readonly [weight: number, matrix: Float64Array])[]): Float64Array {
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

function checkSize(who: string, name: string, size: number): void {
  if (!(Number.isInteger(size) && size > 0)) {
    throw failure("ERR_OPTION_RANGE", `${who}: expected ${name} to be a positive integer, got ${size}`);
  }
}

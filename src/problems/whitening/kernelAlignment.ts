import { failure } from "../../errors.ts";
import { symmetricEigen } from "../../linalg/dense/dense.ts";
import { dot, isFiniteVector, norm } from "../../linalg/vector.ts";
import { readOptions, showValue } from "../../options.ts";
import { yesOrNo } from "../rules.ts";

/** Options of {@link kernelAlignment}. */
export interface KernelAlignmentOptions {
  /** Whether kernel and labels are centred, so that what all samples have in common does not count [2]. Default true. */
  readonly centred?: boolean;
}

/** How well a kernel fits labels. */
export interface KernelAlignment {
  /** Cosine between K and the kernel of the labels, from 0 to 1 for positive semidefinite kernels. */
  readonly alignment: number;
  /** Eigenvalues of the (centred) kernel, descending. */
  readonly spectrum: Float64Array;
  /** Share of the labels along each eigenvector: ||u_k^T Y||^2 / ||Y||^2. They add up to 1. */
  readonly labelShares: Float64Array;
}

const rules = { centred: { ...yesOrNo, default: true } } as const;

/**
 * Measures how well a kernel between samples fits their labels: A = <K, Y Y^T> / (||K|| ||Y Y^T||) in the Frobenius norm.
 *
 * Y is one-hot for labels, n x classes, or the targets as they are. With `centred`, K becomes H K H and Y becomes H Y,
 * H = I - 1 1^T / n [2]; without, A is that of [1]. Where much of the labels lies along the first eigenvectors, gradient
 * descent learns them in its first steps; along the last ones it learns them last, and a whitened kernel, which is the
 * identity, cannot tell one from the other.
 *
 * Cost: 9 n^3 operations, 3 n^2 numbers.
 *
 * @example
 * const kernel = sampleMoment([[1, 0], [2, 0], [-1, 0], [-2, 0]]).train;
 * const { alignment, labelShares } = kernelAlignment(kernel, [0, 0, 1, 1]);
 * console.log(alignment.toFixed(4), labelShares[0]!.toFixed(4));
 * // 0.9000 0.9000
 * @param kernel K, n x n, such as `train` of {@link sampleMoment}, or a tangent kernel
 * @param labels class of each sample, an integer from 0; or a `Float64Array` of targets, n x c
 * @param options {@link KernelAlignmentOptions}
 * @throws {RangeError} ERR_LENGTH for a kernel that is not n x n, and other numbers of labels; ERR_NOT_FINITE for NaN and
 *   infinities; ERR_OPTION_RANGE for labels that are not integers from 0, for labels that are all the same (where they
 *   are centred), and for a kernel that is zero
 * @throws {TypeError} ERR_OPTION_TYPE for a kernel that is not a Float64Array
 * @see [1] Cristianini, Shawe-Taylor, Elisseeff and Kandola, "On kernel-target alignment", NIPS 2001
 * @see [2] Cortes, Mohri and Rostamizadeh, "Algorithms for learning kernels based on centered alignment", JMLR 13, 2012
 */
export function kernelAlignment(
  kernel: Float64Array,
  labels: ArrayLike<number>,
  options: KernelAlignmentOptions = {},
): KernelAlignment {
  const who = "kernelAlignment";
  const { centred } = readOptions(who, options, rules);
  if (!(kernel instanceof Float64Array)) {
    throw failure("ERR_OPTION_TYPE", `${who}: expected the kernel to be a Float64Array, got ${showValue(kernel)}`);
  }
  const n = Math.round(Math.sqrt(kernel.length));
  if (n * n !== kernel.length || n < 2) {
    throw failure("ERR_LENGTH", `${who}: expected a kernel of n x n numbers, got ${kernel.length}`);
  }
  if (!isFiniteVector(kernel)) {
    const bad = kernel.findIndex((entry) => !Number.isFinite(entry));
    const place = `(${Math.floor(bad / n)}, ${bad % n})`;
    throw failure("ERR_NOT_FINITE", `${who}: expected finite numbers in the kernel, got ${kernel[bad]} at ${place}`);
  }
  const { values, width: c } = targetsOf(who, labels, n);
  const k = kernel.slice();
  if (centred) {
    // Rows, then columns.
    for (let i = 0; i < n; i++) subtractMean(k, i * n, 1, n);
    for (let j = 0; j < n; j++) subtractMean(k, j, n, n);
    for (let j = 0; j < c; j++) subtractMean(values, j, c, n);
  }
  const size = norm(values);
  if (size === 0) {
    const what = centred ? "labels that are not all the same" : "targets that are not all zero";
    throw failure("ERR_OPTION_RANGE", `${who}: expected ${what}, got ${showValue(labels[0])} for each sample`);
  }
  for (let i = 0; i < values.length; i++) values[i] = values[i]! / size;
  const { values: ascending, vectors } = symmetricEigen(k);
  const spectrum = ascending.slice().reverse();
  const kernelNorm = norm(spectrum);
  if (kernelNorm === 0) {
    throw failure("ERR_OPTION_RANGE", `${who}: expected samples that are related, got a kernel of zero`);
  }
  const labelShares = new Float64Array(n);
  const column = new Float64Array(n);
  for (let j = 0; j < c; j++) {
    for (let i = 0; i < n; i++) column[i] = values[i * c + j]!;
    for (let l = 0; l < n; l++) {
      labelShares[n - 1 - l] = labelShares[n - 1 - l]! + dot(vectors.subarray(l * n, (l + 1) * n), column) ** 2;
    }
  }
  return {
    // <K, Y Y^T> is the sum of lambda_k ||u_k^T Y||^2.
    alignment:
      dot(
        spectrum.map((own) => own / kernelNorm),
        labelShares,
      ) / normOfOuter(values, n, c),
    spectrum,
    labelShares,
  };
}

/** ||Y Y^T||_F = ||Y^T Y||_F. */
function normOfOuter(y: Float64Array, n: number, c: number): number {
  const gram = new Float64Array(c * c);
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < c; a++) {
      for (let b = 0; b < c; b++) gram[a * c + b] = gram[a * c + b]! + y[i * c + a]! * y[i * c + b]!;
    }
  }
  return norm(gram);
}

function subtractMean(values: Float64Array, first: number, stride: number, count: number): void {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[first + i * stride]!;
  const mean = sum / count;
  for (let i = 0; i < count; i++) values[first + i * stride] = values[first + i * stride]! - mean;
}

/** Gives targets as they are, and labels one-hot, in a new array. */
export function targetsOf(
  who: string,
  labels: ArrayLike<number>,
  n: number,
): { readonly values: Float64Array; readonly width: number } {
  if (typeof labels !== "object" || labels === null || !Number.isInteger(labels.length) || labels.length === 0) {
    throw failure("ERR_OPTION_TYPE", `${who}: expected labels or targets of the samples, got ${showValue(labels)}`);
  }
  if (labels instanceof Float64Array && labels.length % n === 0) {
    const bad = labels.findIndex((entry) => !Number.isFinite(entry));
    if (bad >= 0) {
      const row = Math.floor(bad / (labels.length / n));
      throw failure("ERR_NOT_FINITE", `${who}: expected finite targets, got ${labels[bad]} in row ${row}`);
    }
    return { values: labels.slice(), width: labels.length / n };
  }
  if (labels.length !== n) {
    throw failure("ERR_LENGTH", `${who}: expected ${n} labels, one per sample, got ${labels.length}`);
  }
  let classes = 0;
  for (let i = 0; i < n; i++) {
    const label = labels[i]!;
    if (!(Number.isInteger(label) && label >= 0 && label < 1 << 16)) {
      throw failure("ERR_OPTION_RANGE", `${who}: expected labels that are integers from 0, got ${label} in row ${i}`);
    }
    classes = Math.max(classes, label + 1);
  }
  const values = new Float64Array(n * classes);
  for (let i = 0; i < n; i++) values[i * classes + labels[i]!] = 1;
  return { values, width: classes };
}

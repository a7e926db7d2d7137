import { unitOf } from "../../elementary/index.ts";
import { dot, largestEntry, scale } from "../vector.ts";
import { reflections } from "./householder.ts";
import { negligibleLength, orthogonaliseColumns } from "./jacobiColumns.ts";
import { lapackRoutine } from "./lapack.ts";

/** What the singular value decomposition X = U diag(sigma) V^T of n samples of d numbers says of the features. */
interface SingularFactor {
  /** Singular values sigma, descending: min(n, d) of them. */
  readonly values: Float64Array;
  /** Right singular vectors, one after the other: min(n, d) of them, or d that begin with these. */
  readonly vectors: Float64Array;
}

/** Size of the smallest matrices for which LAPACK is worth the call. */
const smallest = 12;

/**
 * Computes singular values and right singular vectors of X, n x d and row-major, without forming X^T X: the errors of
 * the values are a few eps sigma_1, where those of the roots of the eigenvalues of X^T X are sqrt(eps) sigma_1.
 *
 * Above d samples X is reduced to its triangular factor; below, the work is done in the space of the samples. LAPACK
 * does it where the machine has one (`dgelqf`, `dgesdd`), else Householder reflections and one-sided Jacobi. Of each
 * vector the entry of the largest size is positive.
 *
 * Cost: 2 n d^2 + 22 d^3 operations for n >= d, else 6 d n^2 + 20 n^3; n d numbers of memory.
 *
 * @param complete whether the vectors are completed to a basis of all d. Default false
 */
export function singularFactor(x: Float64Array, n: number, d: number, complete = false): SingularFactor {
  const largest = largestEntry(x);
  const unit = largest === 0 ? 1 : unitOf(largest);
  // Each way works in a copy of its own.
  const scaled = (): Float64Array => {
    const out = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) out[i] = x[i]! / unit;
    return out;
  };
  const { values, vectors } =
    (Math.min(n, d) < smallest ? undefined : byLapack(scaled(), n, d, complete)) ??
    byRotations(scaled(), n, d, complete);
  scale(unit, values);
  for (let k = 0; k < vectors.length; k += d) makeLargestPositive(vectors.subarray(k, k + d));
  return { values, vectors };
}

/**
 * Computes the lower triangular L with L L^T = X^T X and no negative entry on its diagonal, from X itself, n x d with
 * n >= d: the transposed R of X = Q R. X may be overwritten.
 *
 * Cost: 2 n d^2 operations.
 */
export function lowerFactor(x: Float64Array, n: number, d: number): Float64Array {
  const lower = d < smallest ? undefined : lapackTriangle(x, n, d);
  const out = new Float64Array(d * d);
  if (lower !== undefined) for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) out[i * d + j] = lower[j * d + i]!;
  else {
    const { triangle } = reflections(transposed(x, n, d), n, d);
    for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) out[i * d + j] = triangle[j * d + i]!;
  }
  for (let j = 0; j < d; j++) {
    if (out[j * d + j]! >= 0) continue;
    for (let i = j; i < d; i++) out[i * d + j] = -out[i * d + j]!;
  }
  return out;
}

/** L of the column-major X^T = L Q, d x d and column-major, with zeros above the diagonal. X is overwritten. */
function lapackTriangle(x: Float64Array, n: number, d: number): Float64Array | undefined {
  const gelqf = lapackRoutine("dgelqf", 8);
  if (gelqf === undefined) return undefined;
  const tau = new Float64Array(d);
  const size = new Float64Array(1);
  if (gelqf.call(d, n, x, d, tau, size, -1) !== 0) return undefined;
  const work = new Float64Array(size[0]!);
  if (gelqf.call(d, n, x, d, tau, work, work.length) !== 0) return undefined;
  const lower = x.slice(0, d * d);
  for (let j = 1; j < d; j++) lower.fill(0, j * d, j * d + j);
  return lower;
}

/** X is overwritten. */
function byLapack(x: Float64Array, n: number, d: number, complete: boolean): SingularFactor | undefined {
  const gesdd = lapackRoutine("dgesdd", 14);
  if (gesdd === undefined) return undefined;
  // Read by columns, the samples are the columns of X^T, whose left singular vectors are wanted.
  const short = n > d ? lapackTriangle(x, n, d) : x;
  if (short === undefined) return undefined;
  const columns = Math.min(n, d);
  const values = new Float64Array(columns);
  const vectors = new Float64Array(d * (complete ? d : columns));
  const right = new Float64Array(columns * columns);
  const integers = gesdd.integers(8 * columns);
  const job = complete ? "A" : "S";
  const size = new Float64Array(1);
  const call = (work: Float64Array, length: number): number =>
    gesdd.call(job, d, columns, short, d, values, vectors, d, right, columns, work, length, integers);
  if (call(size, -1) !== 0) return undefined;
  const work = new Float64Array(size[0]!);
  return call(work, work.length) === 0 ? { values, vectors } : undefined;
}

/** X is overwritten. */
function byRotations(x: Float64Array, n: number, d: number, complete: boolean): SingularFactor {
  const k = Math.min(n, d);
  const tall = n >= d ? reflections(transposed(x, n, d), n, d) : reflections(x, d, n);
  // A second factorisation with pivots, of the small triangle, saves rotations: with R = Q1 R1 P^T, the columns of R1^T
  // are nearly orthogonal.
  const pivoted = reflections(transposed(tall.triangle, k, k), k, k, true);
  let columns: Float64Array;
  if (n >= d) {
    // Row i of R1, in the order of the features, is column i of (R1 P^T)^T.
    columns = new Float64Array(k * k);
    for (let i = 0; i < k; i++) {
      for (let j = i; j < k; j++) columns[i * k + pivoted.order[j]!] = pivoted.triangle[i * k + j]!;
    }
  } else {
    columns = transposed(tall.triangle, k, k);
  }
  orthogonaliseColumns(columns, k);
  const lengths = Float64Array.from({ length: k }, (_, j) => {
    const column = columns.subarray(j * k, (j + 1) * k);
    const length = Math.sqrt(dot(column, column));
    return length > negligibleLength ? length : 0;
  });
  const order = Array.from(lengths, (_, j) => j).sort((a, b) => lengths[b]! - lengths[a]!);
  const vectors = new Float64Array(d * (complete ? d : k));
  let found = 0;
  for (const j of order) {
    if (lengths[j] === 0) break;
    const vector = vectors.subarray(found * d, (found + 1) * d);
    for (let i = 0; i < k; i++) vector[i] = columns[j * k + i]! / lengths[j]!;
    if (n < d) tall.applyQ(vector);
    found++;
  }
  completeBasis(vectors, found, d);
  return { values: Float64Array.from(order, (j) => lengths[j]!), vectors };
}

/** Fills the places after the first `count` orthonormal vectors with vectors that are orthonormal to all before. */
function completeBasis(vectors: Float64Array, count: number, d: number): void {
  if (count * d === vectors.length) return;
  const { applyQ } = reflections(vectors.slice(0, count * d), d, count);
  for (let k = count; k * d < vectors.length; k++) {
    const vector = vectors.subarray(k * d, (k + 1) * d);
    vector[k] = 1;
    applyQ(vector);
  }
}

function transposed(x: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(x.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = x[i * columns + j]!;
  return out;
}

/**
 * Turns a vector such that its entry of the largest size is positive; of entries that are equal but for rounding, the
 * first one.
 */
export function makeLargestPositive(vector: Float64Array): void {
  const bound = (1 - 1e-9) * largestEntry(vector);
  const largest = vector.find((entry) => Math.abs(entry) >= bound);
  if (largest !== undefined && largest < 0) for (let i = 0; i < vector.length; i++) vector[i] = -vector[i]!;
}

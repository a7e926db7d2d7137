import { failure } from "../../errors.ts";
import { type SymmetricEigen, symmetricEigen } from "../../linalg/dense/dense.ts";
import { lowerFactor, makeLargestPositive, singularFactor } from "../../linalg/dense/singularFactor.ts";

/** Eigenvalues and eigenvectors of a second moment S, and how exactly they are known. */
export interface MomentFactor {
  readonly features: number;
  /** Square roots of the eigenvalues of S, descending, d of them. */
  readonly roots: Float64Array;
  /** Eigenvectors, one after the other: the first min(n, d) at least. */
  readonly vectors: Float64Array;
  /** Roots up to this share of the largest cannot be told from zero. */
  readonly noise: number;
  /** Largest rank that the number of samples allows. */
  readonly mostRank: number;
  /** Gives lower triangular L with L L^T = (1 - share) S + diagonal I. */
  readonly lower: (share: number, diagonal: number) => Float64Array;
}

const epsilon = 2 ** -52;

/**
 * Factors S = Y^T Y / divisor from the samples Y themselves, n x d.
 *
 * @param complete whether all d eigenvectors are wanted
 */
export function factorOfSamples(
  y: Float64Array,
  n: number,
  d: number,
  divisor: number,
  centred: boolean,
  complete: boolean,
): MomentFactor {
  const { values, vectors } = singularFactor(y, n, d, complete);
  const size = 1 / Math.sqrt(divisor);
  const roots = new Float64Array(d);
  for (let k = 0; k < values.length; k++) roots[k] = values[k]! * size;
  return {
    features: d,
    roots,
    vectors,
    noise: Math.max(n, d) * epsilon,
    mostRank: Math.min(d, centred ? n - 1 : n),
    lower(share, diagonal) {
      // The rows sqrt(diagonal) e_j add diagonal I to the moment of the rows.
      const extra = diagonal > 0 || n < d ? d : 0;
      const stacked = new Float64Array((n + extra) * d);
      const factor = size * Math.sqrt(1 - share);
      for (let i = 0; i < y.length; i++) stacked[i] = y[i]! * factor;
      for (let j = 0; j < extra; j++) stacked[(n + j) * d + j] = Math.sqrt(diagonal);
      return lowerFactor(stacked, n + extra, d);
    },
  };
}

/** Negative eigenvalues up to this share of the largest are rounding. */
const rounding = 1e-12;

/**
 * Factors a given S, d x d.
 *
 * @param tolerated share of the largest eigenvalue up to which negative ones count as zero
 * @throws ERR_NOT_POSITIVE_DEFINITE for an eigenvalue that is negative beyond rounding
 */
export function factorOfMoment(who: string, moment: Float64Array, d: number, tolerated = rounding): MomentFactor {
  const ascending: SymmetricEigen = symmetricEigen(moment);
  const largest = Math.max(0, ascending.values[d - 1]!);
  const least = ascending.values[0]!;
  if (least < -tolerated * Math.max(largest, -least) || (least < 0 && largest === 0)) {
    throw failure("ERR_NOT_POSITIVE_DEFINITE", `${who}: expected a second moment, got the eigenvalue ${least}`);
  }
  const roots = new Float64Array(d);
  const vectors = new Float64Array(d * d);
  for (let k = 0; k < d; k++) {
    const from = d - 1 - k;
    roots[k] = Math.sqrt(Math.max(0, ascending.values[from]!));
    vectors.set(ascending.vectors.subarray(from * d, (from + 1) * d), k * d);
    makeLargestPositive(vectors.subarray(k * d, (k + 1) * d));
  }
  return {
    features: d,
    roots,
    vectors,
    // Eigenvalues have errors of about eps times the largest, so their roots have sqrt(eps).
    noise: Math.sqrt(d * epsilon),
    mostRank: d,
    lower(share, diagonal) {
      // L L^T = S from the root of S, since the factor of S itself would break down where S is nearly singular.
      const rows = new Float64Array(2 * d * d);
      for (let k = 0; k < d; k++) {
        const root = roots[k]! * Math.sqrt(1 - share);
        for (let j = 0; j < d; j++) rows[k * d + j] = root * vectors[k * d + j]!;
        rows[(d + k) * d + k] = Math.sqrt(diagonal);
      }
      return lowerFactor(rows, 2 * d, d);
    },
  };
}

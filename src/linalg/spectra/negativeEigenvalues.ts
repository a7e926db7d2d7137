import { symmetricFactor } from "../dense/symmetricFactor.ts";
import { unitScale } from "../dense/unitScale.ts";
import { lanczos } from "../krylov/lanczos.ts";
import { linearMap } from "../makeLinearMap.ts";
import { dot } from "../vector.ts";
import { smallestAbsoluteEigenvalue } from "./smallestAbsoluteEigenvalue.ts";

/** The threshold of {@link negativeEigenvalues}: an absolute one, or a share of the largest |eigenvalue|. */
export type IndexThreshold = { readonly absolute: number } | { readonly relative: number };

/** Numbers of eigenvalues of a symmetric matrix around a threshold. */
export interface NegativeEigenvalues {
  /** Number of eigenvalues below -threshold. */
  readonly negative: number;
  /** The threshold, as a size. */
  readonly threshold: number;
  /** Number of eigenvalues whose size lies within a factor `gap` of the threshold; all of them where A = 0. */
  readonly near: number;
  /** Smallest |eigenvalue|. */
  readonly smallest: number;
  /** Largest |eigenvalue|; for n above 60 a lower bound that is right to many digits. */
  readonly largest: number;
}

/** Number of Lanczos steps for the largest |eigenvalue|. Each is a product of n^2 numbers. */
const steps = 60;

/** Size of an eigenvalue, relative to the largest, that rounding may make out of zero. */
const rounding = 1e-12;

/**
 * Counts the eigenvalues of a symmetric n x n row-major matrix below -threshold, and those near the threshold, whose
 * sign a small error could change.
 *
 * The matrix is scaled by the power of two next to its largest entry, which is exact. So a matrix times a power of two
 * has the same counts.
 *
 * Cost: n^3 / 3 operations where all eigenvalues are far above the threshold, up to 2 n^3 where they are not.
 *
 * @param gap factor, at least 1
 * @throws {RangeError} ERR_LENGTH for a matrix that is not square, ERR_NOT_FINITE if an entry is NaN or infinite
 */
export function negativeEigenvalues(matrix: Float64Array, wanted: IndexThreshold, gap: number): NegativeEigenvalues {
  const n = Math.round(Math.sqrt(matrix.length));
  const { scaled, unit } = unitScale(matrix);
  const below = (bound: number): number => symmetricFactor(scaled, bound).inertia.negative;
  const least = smallestAbsoluteEigenvalue(scaled);
  const most = largestAbsoluteEigenvalue(scaled, n);
  const bound = "absolute" in wanted ? Math.abs(wanted.absolute) / unit : wanted.relative * most;
  const found = (negative: number, near: number): NegativeEigenvalues => ({
    negative,
    near,
    threshold: bound * unit,
    smallest: least * unit,
    largest: most * unit,
  });
  if (most === 0) return found(0, n);
  // Eigenvalues up to the rounding of the factorisation have no sign, however small the threshold is.
  const upper = Math.max(gap * bound, rounding * most);
  // No eigenvalue has a size up to that, so every shift in between gives the same count.
  if (least > upper) return found(below(0), 0);
  const lower = bound / gap;
  const surely = below(-upper);
  const perhaps = below(-lower);
  const positive = below(upper) - below(lower);
  const negative = surely === perhaps ? surely : below(-bound);
  return found(negative, perhaps - surely + positive);
}

/** Computes the largest |eigenvalue| of a matrix whose entries are about 1. */
function largestAbsoluteEigenvalue(matrix: Float64Array, n: number): number {
  if (matrix.every((entry) => entry === 0)) return 0;
  const map = linearMap({
    rows: n,
    columns: n,
    symmetric: true,
    apply(v, out) {
      for (let i = 0; i < n; i++) out[i] = dot(matrix.subarray(i * n, (i + 1) * n), v);
    },
  });
  const { values } = lanczos(map, { steps: Math.min(n, steps), exhausted: "restart" });
  return Math.max(Math.abs(values[0]!), Math.abs(values.at(-1)!));
}

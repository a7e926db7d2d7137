/** What whitening is, apart from how it is computed. */
import type { JsonValue } from "../../json.ts";
import type { Dataset } from "../datasets/types.ts";
import type { Samples } from "./samples.ts";

/** Form of a whitening matrix M; all have M S M^T = I on the range of S. */
export type WhiteningKind = "pca" | "zca" | "cholesky";

/** A second moment that is known already, such as that of a distribution, or `moments` of more rows than memory holds. */
export interface KnownMoment {
  /** X^T X / n, d x d: the uncentred moment. Needed unless the whitening is centred. */
  readonly second?: Float64Array;
  /** (X - mean)^T (X - mean) / n, d x d: the centred moment. Needed where the whitening is centred, with `mean`. */
  readonly covariance?: Float64Array;
  /** Mean of each feature. */
  readonly mean?: ArrayLike<number>;
  /** Number n of samples behind the moment. Needed for a `divisor` other than "n". */
  readonly count?: number;
  /** Point near the mean; with `offset` it gives the mean, pivot + offset, in two parts, so more exactly. */
  readonly pivot?: ArrayLike<number>;
  readonly offset?: ArrayLike<number>;
}

/** Options of {@link whitening}. */
export interface WhiteningOptions {
  /**
   * Form of M. `pca`: Lambda^(-1/2) V^T, one row per kept eigenvalue, descending. `zca`: S^(-1/2), d x d, which changes
   * the samples least and leaves images looking like images. `cholesky`: the inverse of the lower triangular L with
   * S = L L^T. For networks with a dense first layer the three give the same predictions in law. Default "pca".
   */
  readonly kind?: WhiteningKind;
  /**
   * Where S comes from. `train`: the data. `all`: the data and `test` together, called full whitening [1]. Samples:
   * these ones, such as a very large sample of the distribution. A moment: a d x d `Float64Array` (uncentred), or a
   * {@link KnownMoment}, whose small eigenvalues are then known to eps times the largest only. Default "train".
   */
  readonly using?: "train" | "all" | Dataset | readonly ArrayLike<number>[] | Float64Array | KnownMoment;
  /** Samples that count besides the data with `using: "all"`. */
  readonly test?: Samples;
  /** Whether the mean is subtracted. The theorems of [1] need false. Default false. */
  readonly centred?: boolean;
  /**
   * Share a in S_a = (1 - a) S + a tr(S)/d I, which whitens instead of S: a number in [0, 1], or `ledoit-wolf`, the share
   * that is estimated from the samples [2]. With a > 0 no direction is dropped. Default 0.
   */
  readonly shrinkage?: number | "ledoit-wolf";
  /**
   * Singular values of the samples up to this share of the largest count as zero, in [0, 1). Default max(n, d) eps; for a
   * moment, which knows less, sqrt(d eps).
   */
  readonly rankTolerance?: number;
  /** N in S = X^T X / N: the number n of samples, n - 1, or 1. Default "n". */
  readonly divisor?: "n" | "n - 1" | 1;
  /** Number d of features; needed where the data are a `Float64Array`. */
  readonly features?: number;
}

/** A whitening transform y = M (x - mean). Samples are rows: row i of the result belongs to row i of what is given. */
export interface Whitening {
  readonly kind: WhiteningKind;
  /** Number d of features of a sample. */
  readonly features: number;
  /** Number of features of a whitened sample: the rank for `pca` without shrinkage, else d. */
  readonly outputs: number;
  /** Number of samples behind S; undefined for a moment that does not tell. */
  readonly count: number | undefined;
  /** Rank of S: number of its eigenvalues that are not zero by `rankTolerance`. */
  readonly rank: number;
  /** Eigenvalues of S, before shrinkage, descending, d of them. */
  readonly spectrum: Float64Array;
  /** Largest by smallest of the eigenvalues that are kept, after shrinkage. */
  readonly condition: number;
  /** Share a of the identity that was used. */
  readonly shrinkage: number;
  /** What is subtracted from each sample: zeros unless centred. */
  readonly mean: Float64Array;
  /** M, row-major, outputs x d. It is computed when it is first read. */
  readonly matrix: Float64Array;
  /**
   * Whitens samples, M (x - mean), row after row: a data set gives a data set with the same labels and targets, anything
   * else numbers, n x outputs.
   *
   * @throws {RangeError} ERR_LENGTH for samples that have not d features; ERR_NOT_FINITE for NaN or infinities in them,
   *   and for samples so large beside those of S that a result overflows
   */
  transform(data: Dataset): Dataset;
  transform(data: Samples): Float64Array;
  /**
   * Goes back, M^+ y + mean, row after row. What was dropped by a rank below d stays away.
   *
   * @throws {RangeError} ERR_LENGTH, ERR_NOT_FINITE as `transform`, with `outputs` in place of d
   */
  inverse(data: Samples): Float64Array;
  /** Data that `run.json` keeps: kind, source, options, rank. */
  readonly description: JsonValue;
}

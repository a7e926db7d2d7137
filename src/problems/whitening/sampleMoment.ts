import { exp, log } from "../../elementary/index.ts";
import { failure } from "../../errors.ts";
import { singularFactor } from "../../linalg/dense/singularFactor.ts";
import { norm } from "../../linalg/vector.ts";
import { readOptions } from "../../options.ts";
import { positiveInteger, yesOrNo } from "../rules.ts";
import { centre, centringOf } from "./centring.ts";
import { product } from "./products.ts";
import { readSamples, type Samples, samplesRule } from "./samples.ts";

/** Options of {@link sampleMoment}. */
export interface SampleMomentOptions {
  /** Test samples, for the block between training and test samples. Default: none. */
  readonly test?: Samples;
  /** Whether the mean of the training samples is subtracted from all samples. Default false. */
  readonly centred?: boolean;
  /** Singular values of the samples up to this share of the largest count as zero. Default max(n, d) eps. */
  readonly rankTolerance?: number;
  /** Number d of features; needed where the samples are a `Float64Array`. */
  readonly features?: number;
}

/** The sample-sample second moment, and what it says of the information in it. */
export interface SampleMoment {
  /** K = X X^T of the n training samples, n x n. */
  readonly train: Float64Array;
  /** X_train X_test^T, n x m; undefined without test samples. */
  readonly cross: Float64Array | undefined;
  /** Eigenvalues of K, descending, n of them. */
  readonly spectrum: Float64Array;
  /** Rank of the training samples. */
  readonly rank: number;
  /**
   * Distance of K from the multiple of the identity with its trace: ||K / (tr K / n) - I||_F / sqrt(n), between 0 and
   * sqrt(n - 1). At 0 all training samples are unrelated, and equally long.
   */
  readonly identityDistance: number;
  /**
   * Size of the block between training and test samples, ||K_cross||_F / sqrt(||K_train||_F ||K_test||_F), between 0
   * and 1. At 0 no test sample is related to a training sample; undefined without test samples.
   */
  readonly crossShare: number | undefined;
  /** Effective rank exp(-sum p_k log p_k), where p_k is the share of eigenvalue k in the trace [1]: from 1 to the rank. */
  readonly effectiveRank: number;
  /** (tr K)^2 / ||K||_F^2, from 1 to the rank: another effective rank, in which small eigenvalues count less. */
  readonly participationRatio: number;
}

const rules = {
  test: samplesRule,
  centred: { ...yesOrNo, default: false },
  rankTolerance: { min: 0, below: 1 },
  features: positiveInteger,
} as const;

/**
 * Computes the second moment between samples, K = X X^T, in blocks, and measures of the information in it.
 *
 * A network whose first layer is dense and begins in an isotropic law sees its data through K alone: the predictions on
 * training data depend on K_train, those on test data on K_cross as well [2]. Whitening moves K towards the identity, and
 * full whitening at a pooled rank of n + m makes K_cross zero.
 *
 * Samples in other units have K in the square of these units; the measures do not change.
 *
 * Cost: n (n + m) d operations, n (n + m) numbers, and the singular values of the samples.
 *
 * @example
 * const train = [[2, 0, 1], [1, 1, 0]];
 * const test = [[1, 1, 1]];
 * const raw = sampleMoment(train, { test });
 * console.log(raw.identityDistance.toFixed(4), raw.crossShare!.toFixed(4), [...raw.cross!].join(" "));
 * const white = whitening(train, { using: "all", test });
 * const features = white.outputs;
 * const seen = sampleMoment(white.transform(train), { test: white.transform(test), features });
 * console.log(seen.identityDistance < 1e-14, seen.crossShare! < 1e-14, seen.rank);
 * // 0.6999 0.8677 3 2
 * // true true 2
 * @param train training samples, one per row
 * @param options {@link SampleMomentOptions}
 * @throws as {@link whitening} for samples and options; ERR_NOT_POSITIVE_DEFINITE if all samples are zero
 * @see [1] Roy and Vetterli, "The effective rank: a measure of effective dimensionality", EUSIPCO 2007
 * @see [2] Wadia et al., "Whitening and second order optimization both make information in the dataset unusable during
 *   training, and can reduce or prevent generalization", 2021, arXiv:2008.07545
 */
export function sampleMoment(train: Samples, options: SampleMomentOptions = {}): SampleMoment {
  const who = "sampleMoment";
  const read = readOptions(who, options, rules);
  const own = readSamples(who, "the training samples", train, read.features, 2);
  const { count: n, features: d } = own;
  const centring = centringOf(own.values, n, d, read.centred);
  const { unit } = centring;
  const x = centre(own.values, centring);
  const { values: sigma } = singularFactor(x, n, d);
  const squares = Float64Array.from({ length: n }, (_, k) => (sigma[k] ?? 0) ** 2);
  const trace = squares.reduce((sum, square) => sum + square, 0);
  if (trace === 0) {
    throw failure("ERR_NOT_POSITIVE_DEFINITE", `${who}: expected samples that are not all zero, got a moment of zero`);
  }
  const bound = (read.rankTolerance ?? Math.max(n, d) * 2 ** -52) * sigma[0]!;
  const above = sigma.findIndex((value) => !(value > bound));
  const inUnits = (k: Float64Array): Float64Array => k.map((entry) => entry * unit * unit);
  let cross: Float64Array | undefined;
  let crossShare: number | undefined;
  if (read.test !== undefined) {
    const other = readSamples(who, "test", read.test, d, 1);
    const y = centre(other.values, centring);
    // Row i of the product belongs to training sample i.
    const block = product(other.count, d, y)(x, n);
    cross = inUnits(block);
    const size = norm(squares) * norm(product(other.count, d, y)(y, other.count));
    crossShare = size === 0 ? 0 : Math.min(1, norm(block) / Math.sqrt(size));
  }
  let [distance, entropy] = [0, 0];
  for (const square of squares) {
    const share = square / trace;
    distance += (n * share - 1) ** 2;
    if (share > 0) entropy -= share * log(share);
  }
  return {
    train: inUnits(product(n, d, x)(x, n)),
    cross,
    spectrum: inUnits(squares),
    rank: Math.min(above < 0 ? sigma.length : above, read.centred ? n - 1 : n),
    identityDistance: Math.sqrt(distance / n),
    crossShare,
    effectiveRank: exp(entropy),
    participationRatio: (trace / norm(squares)) ** 2,
  };
}

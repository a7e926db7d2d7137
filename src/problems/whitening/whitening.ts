import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { lapackRoutine } from "../../linalg/dense/lapack.ts";
import { readOptions } from "../../options.ts";
import { withFeatures } from "../datasets/datasetOf.ts";
import type { Dataset } from "../datasets/types.ts";
import { positiveInteger, yesOrNo } from "../rules.ts";
import { centre, meanOf } from "./centring.ts";
import { ledoitWolfShare } from "./ledoitWolf.ts";
import { type Source, sourceOf } from "./momentOf.ts";
import { product, transposed } from "./products.ts";
import { areSamples, readSamples, type Samples, samplesRule } from "./samples.ts";
import type { KnownMoment, Whitening, WhiteningKind, WhiteningOptions } from "./types.ts";

const who = "whitening";

const rules = {
  kind: { default: "pca", oneOf: ["pca", "zca", "cholesky"] },
  using: {
    default: "train",
    expected: '"train", "all", samples, or a moment',
    is: (value: unknown) => value === "train" || value === "all" || areSamples(value) || isMoment(value),
  },
  test: samplesRule,
  centred: { ...yesOrNo, default: false },
  shrinkage: { default: 0, min: 0, max: 1, or: ["ledoit-wolf"] },
  rankTolerance: { min: 0, below: 1 },
  divisor: { default: "n", oneOf: ["n", "n - 1", 1] },
  features: positiveInteger,
} as const;

function isMoment(value: unknown): value is KnownMoment {
  return typeof value === "object" && value !== null && ("second" in value || "covariance" in value);
}

/**
 * Computes a linear map after which the second moment of the samples is the identity on its range.
 *
 * With the samples x_i as rows and S = sum_i (x_i - mean)(x_i - mean)^T / n, whitened samples are M (x - mean) with
 * M S M^T = I. Without `centred` the mean is left out, as the theorems of [1] need it.
 *
 * S is not formed: M comes from the singular values of the samples themselves, so that a condition of S of 10^18, where
 * S as a matrix is singular, is still resolved. Below d samples the work is done in the space of the samples. Features
 * that are constant are dropped with the other directions without variance. The sign of an eigenvector is that with
 * which its entry of the largest size is positive.
 *
 * Use `whiten` for the same effect inside a run, on the gradient; `standardised` where features should have
 * variance 1 each but stay correlated.
 *
 * Cost: 2 n d^2 + 22 d^3 operations for n >= d, else 6 d n^2 + 20 n^3 (a half more and about 30 d^3 where the machine has
 * no LAPACK); a copy of the samples. A transform costs 2 d x outputs operations per sample, twice that for `zca`.
 *
 * @example
 * const train = [[2, 0], [0, 1], [-2, 0], [0, -1]];
 * const white = whitening(train, { kind: "pca" });
 * console.log(white.rank, [...white.spectrum].map((x) => x.toFixed(2)).join(" "));
 * console.log([...white.transform([[2, 1]])].map((x) => x.toFixed(4)).join(" "));
 * // 2 2.00 0.50
 * // 1.4142 1.4142
 * @param data samples of d features, one per row
 * @param options {@link WhiteningOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options; ERR_NOT_SYMMETRIC for a moment that is not
 *   symmetric
 * @throws {RangeError} ERR_NOT_FINITE for NaN or an infinity, with row and feature; ERR_LENGTH for fewer than two samples
 *   and for rows or moments of another size; ERR_OPTION_RANGE for a shrinkage outside [0, 1], a tolerance outside [0, 1)
 *   and options that contradict each other; ERR_NOT_POSITIVE_DEFINITE for samples without variance in any direction, a
 *   moment with a negative eigenvalue, and for `cholesky` a singular S
 * @see [1] Wadia, Duckworth, Schoenholz, Dyer and Sohl-Dickstein, "Whitening and second order optimization both make
 *   information in the dataset unusable during training, and can reduce or prevent generalization", 2021,
 *   arXiv:2008.07545
 * @see [2] Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", 2004,
 *   doi:10.1016/S0047-259X(03)00096-4
 */
export function whitening(data: Samples, options: WhiteningOptions = {}): Whitening {
  const read = readOptions(who, options, rules);
  const { kind, shrinkage, rankTolerance, ...how } = read;
  const train = readSamples(who, "the data", data, read.features, 2);
  const source = sourceOf(who, train, { ...how, complete: shrinkage !== 0 && kind !== "cholesky" });
  const { factor, centring } = source;
  const d = factor.features;
  const bound = (rankTolerance ?? factor.noise) * factor.roots[0]!;
  const above = factor.roots.findIndex((root) => !(root > bound));
  const rank = Math.min(above < 0 ? d : above, factor.mostRank);
  if (rank === 0) {
    const what = how.centred ? "samples that differ" : "samples that are not all zero";
    throw failure("ERR_NOT_POSITIVE_DEFINITE", `${who}: expected ${what}, got a second moment of zero`);
  }
  const share = shrinkage === "ledoit-wolf" ? ledoitWolf(source) : shrinkage;
  const squares = factor.roots.map((root) => root * root);
  const diagonal = (share * squares.reduce((sum, own) => sum + own, 0)) / d;
  const kept = share > 0 ? d : rank;
  /** Square roots of the eigenvalues of S_a, for those that are kept. */
  const deviations = Float64Array.from({ length: kept }, (_, k) => Math.sqrt((1 - share) * squares[k]! + diagonal));
  const form = formOf(kind, source, { share, diagonal, kept, deviations, rank });
  const { unit } = centring;
  const mean = meanOf(centring);
  const condition = (deviations[0]! / deviations[kept - 1]!) ** 2;
  const description: JsonValue = {
    ...{ whitening: kind, using: source.name, centred: how.centred, shrinkage: share, divisor: how.divisor },
    ...{ samples: source.count ?? null, features: d, outputs: form.outputs, rank, condition },
  };
  let matrix: Float64Array | undefined;
  function transform(given: Dataset): Dataset;
  function transform(given: Samples): Float64Array;
  function transform(given: Samples): Dataset | Float64Array {
    const samples = readSamples("transform", "the data", given, d, 0);
    const values = form.forward(centre(samples.values, centring), samples.count);
    const overflow = values.findIndex((x) => !Number.isFinite(x));
    if (overflow >= 0) {
      const row = Math.floor(overflow / form.outputs);
      throw failure(
        "ERR_NOT_FINITE",
        `transform: expected samples near those of the moment, got ${values[overflow]} in row ${row}, output ${overflow % form.outputs}`,
      );
    }
    if (given instanceof Float64Array || !("inputs" in given)) return values;
    return withFeatures(given, values, form.outputs, kind === "zca" ? undefined : "component", description);
  }
  return {
    ...{ kind, features: d, outputs: form.outputs, count: source.count, rank, condition, shrinkage: share, mean },
    spectrum: squares.map((own) => own * unit * unit),
    get matrix() {
      matrix ??= form.matrix().map((entry) => entry / unit);
      return matrix;
    },
    transform,
    inverse(given) {
      const { values, count } = readSamples("inverse", "the data", given, form.outputs, 0);
      const out = form.backward(values, count);
      for (let at = 0; at < out.length; at++) {
        const j = at % d;
        out[at] = (out[at]! + centring.shift[j]! + centring.pivot[j]!) * unit;
      }
      return out;
    },
    description,
  };
}

function ledoitWolf({ samples, count, factor }: Source): number {
  if (samples === undefined || count === undefined) {
    throw failure(
      "ERR_OPTION_RANGE",
      `${who}: expected samples to estimate the shrinkage from, got a moment; give the shrinkage as a number`,
    );
  }
  // The estimate is about S with the divisor n, whatever divisor is wanted.
  const total = samples.reduce((sum, own) => sum + own * own, 0) / count;
  const sum = factor.roots.reduce((all, root) => all + root * root, 0);
  const size = sum === 0 ? 0 : total / sum;
  return ledoitWolfShare(
    samples,
    count,
    factor.roots.map((root) => root * root * size),
  );
}

/** M in units, as maps of many samples. */
interface Form {
  readonly outputs: number;
  readonly forward: (y: Float64Array, count: number) => Float64Array;
  readonly backward: (y: Float64Array, count: number) => Float64Array;
  readonly matrix: () => Float64Array;
}

interface Kept {
  readonly share: number;
  readonly diagonal: number;
  /** Number of directions that are kept. */
  readonly kept: number;
  readonly deviations: Float64Array;
  readonly rank: number;
}

function formOf(kind: WhiteningKind, { factor }: Source, own: Kept): Form {
  const d = factor.features;
  if (kind === "cholesky") {
    if (own.kept < d) {
      throw failure(
        "ERR_NOT_POSITIVE_DEFINITE",
        `${who}: expected a moment of full rank for kind "cholesky", got rank ${own.rank} of ${d}; ` +
          'use kind "pca" or "zca", or a shrinkage above 0',
      );
    }
    return triangularForm(factor.lower(own.share, own.diagonal), d);
  }
  const { kept, deviations } = own;
  const vectors = factor.vectors.subarray(0, kept * d);
  const columns = transposed(vectors, kept, d);
  const toBasis = product(kept, d, vectors);
  const fromBasis = product(d, kept, columns);
  const weigh = (c: Float64Array, up: boolean): Float64Array => {
    for (let at = 0; at < c.length; ) {
      for (let k = 0; k < kept; k++, at++) c[at] = up ? c[at]! * deviations[k]! : c[at]! / deviations[k]!;
    }
    return c;
  };
  if (kind === "pca") {
    return {
      outputs: kept,
      forward: (y, count) => weigh(toBasis(y, count), false),
      backward: (y, count) => fromBasis(weigh(y.slice(), true), count),
      matrix: () => vectors.map((entry, at) => entry / deviations[Math.floor(at / d)]!),
    };
  }
  return {
    outputs: d,
    forward: (y, count) => fromBasis(weigh(toBasis(y, count), false), count),
    backward: (y, count) => fromBasis(weigh(toBasis(y, count), true), count),
    // M is symmetric: its rows are the images of the unit vectors.
    matrix: () => fromBasis(weigh(columns.slice(), false), d),
  };
}

/** M = L^-1, applied by forward substitution. */
function triangularForm(lower: Float64Array, d: number): Form {
  const solve = (y: Float64Array, count: number): Float64Array => {
    const out = y.slice();
    if (count * d * d >= worthLapack && solveByLapack(lower, out, count, d)) return out;
    for (let s = 0; s < count; s++) {
      const base = s * d;
      for (let i = 0; i < d; i++) {
        let rest = out[base + i]!;
        for (let j = 0; j < i; j++) rest -= lower[i * d + j]! * out[base + j]!;
        out[base + i] = rest / lower[i * d + i]!;
      }
    }
    return out;
  };
  return {
    outputs: d,
    forward: solve,
    backward: product(d, d, lower),
    matrix() {
      const unit = new Float64Array(d * d);
      for (let i = 0; i < d; i++) unit[i * d + i] = 1;
      return transposed(solve(unit, d), d, d);
    },
  };
}

/** Number of products from which on LAPACK is worth its call. */
const worthLapack = 1e5;

/** Solves L x = y for rows y by `dtrtrs`, in place. Read by columns, L is its transpose. */
function solveByLapack(lower: Float64Array, rows: Float64Array, count: number, d: number): boolean {
  const trtrs = lapackRoutine("dtrtrs", 10);
  return trtrs !== undefined && trtrs.call("U", "T", "N", d, count, lower, d, rows, d) === 0;
}

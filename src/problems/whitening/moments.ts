import { unitOf } from "../../elementary/index.ts";
import { failure } from "../../errors.ts";
import { dgemm, findBlas } from "../../linalg/blas/blas.ts";
import { largestEntry } from "../../linalg/vector.ts";
import { readOptions, showValue } from "../../options.ts";
import { positiveInteger } from "../rules.ts";
import { readSamples, type Samples } from "./samples.ts";
import type { KnownMoment } from "./types.ts";

/** Number of samples that are added at once. */
const blockRows = 256;

/** Options of {@link moments}. */
export interface MomentsOptions {
  /** Number d of features of a sample. */
  readonly features: number;
  /** State of earlier moments, with which these begin, as `state` gives it. Default: no samples. */
  readonly from?: MomentsState;
}

/** What {@link Moments} know, as plain data for a checkpoint. Sums are in units of `unit`. */
export interface MomentsState {
  readonly features: number;
  readonly count: number;
  readonly unit: number;
  readonly pivot: Float64Array;
  readonly offset: Float64Array;
  readonly scatter: Float64Array;
  /** Samples that are not yet among the sums. */
  readonly pending: Float64Array;
}

/** First and second moments of samples that were seen one part after the other. */
export interface Moments extends Required<KnownMoment> {
  readonly features: number;
  readonly count: number;
  readonly mean: Float64Array;
  /** X^T X / n, d x d. */
  readonly second: Float64Array;
  /** (X - mean)^T (X - mean) / n, d x d. */
  readonly covariance: Float64Array;
  readonly pivot: Float64Array;
  readonly offset: Float64Array;
  /**
   * Adds samples, one per row; none at all is allowed.
   *
   * @throws {RangeError} ERR_LENGTH for rows of another length; ERR_NOT_FINITE for NaN and infinities, with the row among
   *   all rows so far, and its feature. Then none of the samples are added
   */
  add(samples: Samples): void;
  /** Adds all samples that other moments have seen. @throws {RangeError} ERR_LENGTH for another number of features */
  merge(other: Moments): void;
  /** Gives a copy of everything that is known, from which {@link moments} go on to the same bits. */
  state(): MomentsState;
}

const rules = {
  features: { ...positiveInteger, required: true },
  from: { expected: "the state of moments", is: isState },
} as const;

function isState(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { features, count, unit, pivot, offset, scatter, pending } = value as Partial<MomentsState>;
  const has = (array: unknown, length: number): boolean => array instanceof Float64Array && array.length === length;
  if (!(Number.isInteger(features) && Number.isInteger(count) && typeof unit === "number" && unit > 0)) return false;
  const d = features!;
  if (!(has(pivot, d) && has(offset, d) && has(scatter, d * d) && pending instanceof Float64Array)) return false;
  return pending.length % d === 0 && pending.length < blockRows * d;
}

/**
 * Collects mean and second moment of samples in one pass, in memory that does not depend on their number.
 *
 * The first sample is a pivot: it is subtracted from all others, which is exact where they are near each other. Blocks of
 * 256 differences have their mean removed and are merged by the formula of Chan, Golub and LeVeque [1]. So the covariance
 * stays right to some 10^-15 of its size at a mean of 10^6 standard deviations, where one pass without a pivot keeps 11
 * digits, and X^T X / n - mean mean^T only 4. A constant feature has variance 0 exactly. The result does not depend, to
 * the last bit, on how the samples are divided among the calls of `add`; `merge` adds in another order.
 *
 * Give the result as `using` to `whitening`. Use the samples themselves where memory holds them: a moment knows its small
 * eigenvalues to eps times the largest only, and samples know them to eps^2.
 *
 * Cost: n d^2 operations, by BLAS where the machine has one; d^2 + 256 d numbers.
 *
 * @example
 * const seen = moments({ features: 2 });
 * for (let part = 0; part < 4; part++) seen.add([[1e9 + part, part], [1e9 - part, part]]);
 * console.log(seen.count, [...seen.covariance].join(" "));
 * // 8 3.5 0 0 1.25
 * @param options {@link MomentsOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options
 * @throws {RangeError} ERR_OPTION_RANGE if the number of features is not a positive integer; ERR_LENGTH for a state of
 *   another number of features
 * @see [1] Chan, Golub and LeVeque, "Algorithms for computing the sample variance", Am. Stat. 37, 1983
 */
export function moments(options: MomentsOptions): Moments {
  const { features: d, from } = readOptions("moments", options, rules);
  if (from !== undefined && from.features !== d) {
    throw failure("ERR_LENGTH", `moments: expected a state of ${d} features, got ${from.features}`);
  }
  let sums = from === undefined ? emptySums(d) : copied({ ...from, count: from.count - from.pending.length / d });
  const block = new Float64Array(blockRows * d);
  let pending = 0;
  if (from !== undefined) {
    block.set(from.pending);
    pending = from.pending.length;
  }
  /** All samples so far; the pending ones stay pending, so that blocks do not depend on who looks when. */
  const complete = (): Sums => (pending === 0 ? sums : folded(copied(sums), block.slice(0, pending)));
  const needed = (): Sums => {
    const all = complete();
    if (all.count > 0) return all;
    throw failure("ERR_LENGTH", "moments: expected a sample before the moments are read, got none");
  };
  return {
    features: d,
    get count() {
      return sums.count + pending / d;
    },
    get mean() {
      const { unit, pivot, offset } = needed();
      return pivot.map((own, j) => (own + offset[j]!) * unit);
    },
    get pivot() {
      const { unit, pivot } = needed();
      return pivot.map((own) => own * unit);
    },
    get offset() {
      const { unit, offset } = needed();
      return offset.map((own) => own * unit);
    },
    get covariance() {
      const { unit, scatter, count } = needed();
      return scatter.map((own) => (own / count) * unit * unit);
    },
    get second() {
      const { unit, scatter, count, pivot, offset } = needed();
      const mean = pivot.map((own, j) => own + offset[j]!);
      return scatter.map((own, at) => (own / count + mean[Math.floor(at / d)]! * mean[at % d]!) * unit * unit);
    },
    add(samples) {
      const read = readSamples("moments", "samples", samples, d, 0, sums.count + pending / d);
      for (let at = 0; at < read.values.length; ) {
        const taken = Math.min(block.length - pending, read.values.length - at);
        block.set(read.values.subarray(at, at + taken), pending);
        pending += taken;
        at += taken;
        if (pending < block.length) continue;
        sums = folded(sums, block);
        pending = 0;
      }
    },
    merge(other) {
      if (other?.features !== d) {
        throw failure("ERR_LENGTH", `moments: expected moments of ${d} features, got ${showValue(other?.features)}`);
      }
      const more = other.state();
      const theirs = copied({ ...more, count: more.count - more.pending.length / d });
      const all = more.pending.length === 0 ? theirs : folded(theirs, more.pending);
      sums = merged(complete(), all);
      pending = 0;
    },
    state: () => ({
      ...copied(sums),
      features: d,
      count: sums.count + pending / d,
      pending: block.slice(0, pending),
    }),
  };
}

/** Sums over samples x in units: offset is the mean of x - pivot, scatter the sum of squares about the mean. */
interface Sums {
  readonly unit: number;
  readonly count: number;
  readonly pivot: Float64Array;
  readonly offset: Float64Array;
  readonly scatter: Float64Array;
}

const emptySums = (d: number): Sums => ({
  ...{ unit: 1, count: 0, pivot: new Float64Array(d), offset: new Float64Array(d), scatter: new Float64Array(d * d) },
});

function copied({ unit, count, pivot, offset, scatter }: Sums): Sums {
  return { unit, count, pivot: pivot.slice(), offset: offset.slice(), scatter: scatter.slice() };
}

/** Adds a block of samples, which is overwritten, to sums, whose arrays are used again. */
function folded(sums: Sums, block: Float64Array): Sums {
  const d = sums.pivot.length;
  const rows = block.length / d;
  let { unit } = sums;
  if (sums.count === 0) {
    const largest = largestEntry(block);
    unit = largest === 0 ? 1 : unitOf(largest);
    for (let j = 0; j < d; j++) sums.pivot[j] = block[j]! / unit;
  }
  const mean = new Float64Array(d);
  for (let at = 0; at < block.length; ) {
    for (let j = 0; j < d; j++, at++) {
      block[at] = block[at]! / unit - sums.pivot[j]!;
      mean[j] = mean[j]! + block[at]!;
    }
  }
  for (let j = 0; j < d; j++) mean[j] = mean[j]! / rows;
  for (let at = 0; at < block.length; ) for (let j = 0; j < d; j++, at++) block[at] = block[at]! - mean[j]!;
  return merged(
    { ...sums, unit },
    { unit, count: rows, pivot: sums.pivot, offset: mean, scatter: squaresOf(block, rows, d) },
  );
}

/** Adds the sums `more` to `own`, whose arrays are used again [1]. */
function merged(own: Sums, more: Sums): Sums {
  if (more.count === 0) return own;
  if (own.count === 0 && more.pivot !== own.pivot) return copied(more);
  const d = own.pivot.length;
  const ratio = more.unit / own.unit;
  const count = own.count + more.count;
  const weight = (own.count / count) * more.count;
  const gap = own.offset.map(
    (offset, j) => more.pivot[j]! * ratio - own.pivot[j]! + (more.offset[j]! * ratio - offset),
  );
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      const at = i * d + j;
      own.scatter[at] = own.scatter[at]! + (more.scatter[at]! * ratio * ratio + gap[i]! * gap[j]! * weight);
    }
  }
  for (let j = 0; j < d; j++) own.offset[j] = own.offset[j]! + gap[j]! * (more.count / count);
  return { ...own, count };
}

/** Y^T Y of a block, n x d. */
function squaresOf(y: Float64Array, n: number, d: number): Float64Array {
  const out = new Float64Array(d * d);
  const blas = d * n < worthBlas ? undefined : findBlas();
  if (blas !== undefined) {
    dgemm(blas, { m: d, n: d, k: n, a: y, b: y, c: out, transposeA: true });
    // The halves of the product may differ in their last bits.
    for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) out[i * d + j] = out[j * d + i]!;
    return out;
  }
  for (let s = 0; s < n; s++) {
    const row = y.subarray(s * d, (s + 1) * d);
    for (let i = 0; i < d; i++) {
      const own = row[i]!;
      for (let j = i; j < d; j++) out[i * d + j] = out[i * d + j]! + own * row[j]!;
    }
  }
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) out[i * d + j] = out[j * d + i]!;
  return out;
}

/** Number of entries from which on the machine's BLAS is worth its call. */
const worthBlas = 16_384;

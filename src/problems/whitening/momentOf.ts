import { unitOf } from "../../elementary/index.ts";
import { failure } from "../../errors.ts";
import { showValue } from "../../options.ts";
import { type Centring, centre, centringOf } from "./centring.ts";
import { factorOfMoment, factorOfSamples, type MomentFactor } from "./momentFactor.ts";
import { areSamples, type CheckedSamples, readSamples } from "./samples.ts";
import type { KnownMoment, WhiteningOptions } from "./types.ts";

/** The second moment behind a whitening, in units in which squares stay within range. */
export interface Source {
  readonly centring: Centring;
  readonly factor: MomentFactor;
  /** Number of samples; undefined for a moment that does not tell. */
  readonly count: number | undefined;
  /** The samples, centred and in units; undefined for a moment. */
  readonly samples: Float64Array | undefined;
  /** Name of the source for `run.json`. */
  readonly name: string;
}

type Divisor = NonNullable<WhiteningOptions["divisor"]>;

const divisorOf = (divisor: Divisor, n: number): number => (divisor === "n" ? n : divisor === "n - 1" ? n - 1 : 1);

/** Factors the moment of samples. */
function sourceOfSamples(
  { values, count, features }: CheckedSamples,
  name: string,
  options: { readonly centred: boolean; readonly divisor: Divisor; readonly complete: boolean },
): Source {
  const centring = centringOf(values, count, features, options.centred);
  const samples = centre(values, centring);
  const divisor = divisorOf(options.divisor, count);
  const factor = factorOfSamples(samples, count, features, divisor, options.centred, options.complete);
  return { centring, factor, count, samples, name };
}

/** Factors a moment that is given. */
function sourceOfMoment(
  who: string,
  given: KnownMoment | Float64Array,
  d: number,
  { centred, divisor }: { readonly centred: boolean; readonly divisor: Divisor },
): Source {
  const known = given instanceof Float64Array ? { second: given } : given;
  const { count } = known;
  if (count !== undefined && !(Number.isInteger(count) && count >= 2)) {
    throw failure("ERR_LENGTH", `${who}: expected a moment of at least two samples, got ${showValue(count)}`);
  }
  if (divisor !== "n" && count === undefined) {
    throw failure(
      "ERR_OPTION_RANGE",
      `${who}: expected using.count together with divisor ${JSON.stringify(divisor)}, got none`,
    );
  }
  const moment = centred ? centredMoment(who, known) : uncentredMoment(who, known, d);
  checkMoment(who, moment, d);
  const factor = count === undefined ? 1 : count / divisorOf(divisor, count);
  let largest = 0;
  for (const entry of moment) largest = Math.max(largest, Math.abs(entry));
  const unit = largest === 0 ? 1 : unitOf(Math.sqrt(largest));
  const centring = centred ? givenCentring(who, known, d, unit) : zeroCentring(d, unit);
  const scaled = moment.map((entry) => (entry / unit / unit) * factor);
  return { centring, factor: factorOfMoment(who, scaled, d), count, samples: undefined, name: "moment" };
}

const zeroCentring = (d: number, unit: number): Centring => ({
  unit,
  pivot: new Float64Array(d),
  shift: new Float64Array(d),
});

function givenCentring(who: string, known: KnownMoment, d: number, unit: number): Centring {
  const parts = known.pivot !== undefined && known.offset !== undefined ? [known.pivot, known.offset] : [known.mean!];
  const [pivot, shift] = parts.map((part) => {
    if (part.length !== d) {
      throw failure("ERR_LENGTH", `${who}: expected a mean of ${d} features, got ${part.length}`);
    }
    const bad = Array.from(part).findIndex((x) => !Number.isFinite(x));
    if (bad >= 0) throw failure("ERR_NOT_FINITE", `${who}: expected a finite mean, got ${part[bad]} at feature ${bad}`);
    return Float64Array.from(part, (x) => x / unit);
  });
  return { unit, pivot: pivot!, shift: shift ?? new Float64Array(d) };
}

function centredMoment(who: string, { covariance, mean, second }: KnownMoment): Float64Array {
  if (covariance !== undefined && mean !== undefined) return covariance;
  const got = second === undefined ? "none" : "an uncentred moment";
  throw failure(
    "ERR_OPTION_RANGE",
    `${who}: expected using to hold covariance and mean, because the whitening is centred, got ${got}`,
  );
}

function uncentredMoment(who: string, { second, covariance, mean }: KnownMoment, d: number): Float64Array {
  if (second !== undefined) return second;
  if (covariance !== undefined && mean?.length === d && covariance.length === d * d) {
    return covariance.map((entry, at) => entry + mean[Math.floor(at / d)]! * mean[at % d]!);
  }
  throw failure(
    "ERR_OPTION_RANGE",
    `${who}: expected using to hold second, or covariance and mean, because the whitening is not centred, got neither`,
  );
}

function checkMoment(who: string, moment: unknown, d: number): void {
  if (!(moment instanceof Float64Array)) {
    throw failure("ERR_OPTION_TYPE", `${who}: expected a moment to be a Float64Array, got ${showValue(moment)}`);
  }
  if (moment.length !== d * d) {
    throw failure("ERR_LENGTH", `${who}: expected a ${d} x ${d} moment, got ${moment.length} numbers`);
  }
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      const entry = moment[i * d + j]!;
      if (!Number.isFinite(entry)) {
        throw failure("ERR_NOT_FINITE", `${who}: expected finite numbers in the moment, got ${entry} at (${i}, ${j})`);
      }
      const other = moment[j * d + i]!;
      if (Math.abs(entry - other) > 1e-8 * (Math.abs(entry) + Math.abs(other))) {
        const where = `${entry} at (${i}, ${j}) and ${other} at (${j}, ${i})`;
        throw failure("ERR_NOT_SYMMETRIC", `${who}: expected a symmetric moment, got ${where}`);
      }
    }
  }
}

/** Finds what `using` means and factors it. */
export function sourceOf(
  who: string,
  train: CheckedSamples,
  options: {
    readonly using: NonNullable<WhiteningOptions["using"]>;
    readonly test: WhiteningOptions["test"];
    readonly centred: boolean;
    readonly divisor: Divisor;
    readonly complete: boolean;
  },
): Source {
  const { using, test } = options;
  const d = train.features;
  if (using !== "all" && test !== undefined) {
    throw failure("ERR_OPTION_RANGE", `${who}: expected test only together with using: "all", got another using`);
  }
  if (using === "train") return sourceOfSamples(train, "train", options);
  if (using === "all") {
    if (test === undefined) {
      throw failure("ERR_OPTION_RANGE", `${who}: expected test samples together with using: "all", got none`);
    }
    const more = readSamples(who, "test", test, d, 1);
    const values = new Float64Array(train.values.length + more.values.length);
    values.set(train.values);
    values.set(more.values, train.values.length);
    return sourceOfSamples({ values, count: train.count + more.count, features: d }, "all", options);
  }
  if (!(using instanceof Float64Array) && areSamples(using)) {
    return sourceOfSamples(readSamples(who, "using", using, d, 2), "other samples", options);
  }
  return sourceOfMoment(who, using as KnownMoment | Float64Array, d, options);
}

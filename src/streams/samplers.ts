/** Starts for searches, drawn from the trajectory of an optimiser. */
import type { Row } from "../arrow/row.ts";
import { failure } from "../errors.ts";
import { randomSource } from "../random.ts";

export interface SampleOptions {
  /** How many, drawn with replacement. Default 1. */
  readonly count?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Variance of the isotropic Gaussian added to each point: the square of its standard deviation. Default 0. */
  readonly variance?: number;
}

/** A start and where it comes from. */
export interface Sample {
  readonly point: Float64Array;
  /** Of the row it was drawn from. */
  readonly step: number;
  /** The loss there, before any noise. */
  readonly value: number;
}

/**
 * Draws points uniformly in height [1]: the losses are mapped to [0, 1], u is drawn uniformly there, and the row of least loss at or
 * above u is taken. Where all losses are equal, every draw is the first row.
 *
 * Rows need a point and a finite value; others are left out.
 *
 * @example const starts = uniformHeight(await lastValueFrom(trajectory.pipe(toArray())), { count: 20, seed: 1, variance: 1e-2 });
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, or where no row has a point and a finite value
 * @see [1] Pennington and Bahri, "Geometry of neural network loss surfaces via random matrix theory", ICML 2017
 */
export function uniformHeight(rows: readonly Row[], options: SampleOptions = {}): Sample[] {
  const usable = usableRows("uniformHeight", rows, (row) => Number.isFinite(row.value));
  // Stable: of equal losses the earliest row.
  const sorted = [...usable].sort((a, b) => a.value - b.value);
  const low = sorted[0]!.value;
  const range = sorted.at(-1)!.value - low;
  return draw("uniformHeight", options, (u) => {
    const height = low + u * range;
    // Rounding may put the height above the highest row.
    return sorted.find((row) => row.value >= height) ?? sorted.at(-1)!;
  });
}

/**
 * Draws points uniformly over the iterations of a trajectory; rows need a point.
 *
 * @example uniformIteration(rows, { count: 50, seed: 3 })
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, or where no row has a point
 */
export function uniformIteration(rows: readonly Row[], options: SampleOptions = {}): Sample[] {
  const usable = usableRows("uniformIteration", rows, () => true);
  return draw("uniformIteration", options, (u) => usable[Math.floor(u * usable.length)]!);
}

type RowWithPoint = Row & { readonly point: Float64Array };

function usableRows(who: string, rows: readonly Row[], wanted: (row: Row) => boolean): RowWithPoint[] {
  const usable = rows.filter((row): row is RowWithPoint => row.point !== undefined && wanted(row));
  if (usable.length > 0) return usable;
  throw failure(
    "ERR_OPTION_RANGE",
    `${who}: expected rows with points${who === "uniformHeight" ? " and finite values" : ""}, got none among ${rows.length}; record the trajectory with { points: "all" }`,
  );
}

function draw(who: string, options: SampleOptions, at: (u: number) => RowWithPoint): Sample[] {
  const { count = 1, seed = 0, variance = 0 } = options;
  if (!(Number.isInteger(count) && count >= 0)) {
    throw failure("ERR_OPTION_RANGE", `${who}: expected count to be a non-negative integer, got ${count}`);
  }
  if (!(variance >= 0 && variance < Number.POSITIVE_INFINITY)) {
    throw failure("ERR_OPTION_RANGE", `${who}: expected variance to be finite and not negative, got ${variance}`);
  }
  const deviation = Math.sqrt(variance);
  return Array.from({ length: count }, (_, i) => {
    // One source a draw: the i-th start is the same however many are drawn.
    const random = randomSource(seed, who, i);
    const row = at(random.uniform());
    const point = deviation === 0 ? row.point.slice() : row.point.map((z) => z + deviation * random.normal());
    return { point, step: row.step, value: row.value };
  });
}

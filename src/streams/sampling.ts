/** Starts for searches, drawn from the trajectory of an optimiser. */
import type { Row } from "../arrow/row.ts";
import { failure } from "../errors.ts";
import { readOptions } from "../options.ts";
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

type RowWithPoint = Row & { readonly point: Float64Array };

export function usableRows(who: string, rows: readonly Row[], wanted: (row: Row) => boolean): RowWithPoint[] {
  const usable = rows.filter((row): row is RowWithPoint => row.point !== undefined && wanted(row));
  if (usable.length > 0) return usable;
  throw failure(
    "ERR_OPTION_RANGE",
    `${who}: expected rows with points${who === "sampleByHeight" ? " and finite values" : ""}, got none among ${rows.length}; record the trajectory with { points: "all" }`,
  );
}

const rules = {
  count: { default: 1, integer: true, min: 0 },
  seed: { default: 0 },
  variance: { default: 0, min: 0 },
} as const;

/** @param key what the random numbers of this way of sampling are made for */
export function draw(who: string, key: string, options: SampleOptions, at: (u: number) => RowWithPoint): Sample[] {
  const { count, seed, variance } = readOptions(who, options, rules);
  const deviation = Math.sqrt(variance);
  return Array.from({ length: count }, (_, i) => {
    // One source a draw: the i-th start is the same however many are drawn.
    const random = randomSource(seed, key, i);
    const row = at(random.uniform());
    const point = deviation === 0 ? row.point.slice() : row.point.map((z) => z + deviation * random.normal());
    return { point, step: row.step, value: row.value };
  });
}

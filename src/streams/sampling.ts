/** Draws starts for searches from the trajectory of an optimiser. */
import { list } from "../arguments.ts";
import type { Row } from "../arrow/row.ts";
import { failure } from "../errors.ts";
import { checkOption, readOptions } from "../options.ts";
import { randomSource } from "../random.ts";

/** Options of {@link sampleByHeight} and {@link sampleByIteration}. */
export interface SampleOptions {
  /** Number of samples, drawn with replacement. Default 1. */
  readonly count?: number;
  /** Seed of the draws. Default 0. */
  readonly seed?: number;
  /** Variance of the isotropic Gaussian noise that is added to each point. Default 0. */
  readonly variance?: number;
}

/** A start and the row that it comes from. */
export interface Sample {
  /** The start, with the noise. */
  readonly point: Float64Array;
  /** Step of the row that it was drawn from. */
  readonly step: number;
  /** Loss at that row, without the noise. */
  readonly value: number;
}

type RowWithPoint = Row & { readonly point: Float64Array };

/**
 * Selects the rows that can be drawn.
 *
 * @throws ERR_OPTION_RANGE where there are none
 */
export function usableRows(who: string, rows: readonly Row[], wanted: (row: Row) => boolean): RowWithPoint[] {
  checkOption(who, "rows", rows, list);
  const usable = rows.filter((row): row is RowWithPoint => row?.point !== undefined && wanted(row));
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

/** Gives the sample of each index, from 0: the one that a list of samples has there. */
export type Drawer = (index: number) => Sample;

/**
 * Draws rows and adds the noise, one at a time. Each draw has a source of its own, so that a sample is a function of
 * its index, however many are drawn.
 *
 * @param key key of the random numbers of this kind of sampling
 * @param at gives the row for a uniform u in [0, 1)
 */
export function drawer(who: string, key: string, options: SampleOptions, at: (u: number) => RowWithPoint): Drawer {
  const { seed, variance } = readOptions(who, options, rules);
  const deviation = Math.sqrt(variance);
  return (index) => {
    const random = randomSource(seed, key, index);
    const row = at(random.uniform());
    const point = deviation === 0 ? row.point.slice() : row.point.map((z) => z + deviation * random.normal());
    return { point, step: row.step, value: row.value };
  };
}

/** Draws as many samples as the options say. */
export function all(who: string, options: SampleOptions, draw: Drawer): Sample[] {
  const { count } = readOptions(who, options, rules);
  return Array.from({ length: count }, (_, index) => draw(index));
}

import { type RowMeasure, readOptions } from "../../authoring/index.ts";
import { nameRule, type RaisingOptions, raising, watched, watchedRule } from "../support/events/raising.ts";
import { positiveInteger } from "../support/rules.ts";

/** Options of {@link plateau}. */
export interface PlateauOptions extends RaisingOptions {
  /** What should move: a column, or a number that every row has. Default: the loss, and ||F||^2 where there is none. */
  readonly of?: string;
  /** Number of measured rows of a stretch, at least 2. Default 100. */
  readonly rows?: number;
  /** Share in (0, 1) of the way of the whole run below which a stretch is level. Default 1e-3. */
  readonly share?: number;
}

const rules = {
  name: { ...nameRule, default: "plateau" },
  of: watchedRule,
  rows: { ...positiveInteger, min: 2, default: 100 },
  share: { default: 1e-3, above: 0, below: 1 },
} as const;

/**
 * Raises an event where a curve has become level: over a stretch of `rows` measured rows its range is at most `share` of
 * its range since the run began.
 *
 *     max_S x - min_S x <= share (max x - min x)
 *
 * Stretches S follow one another, so the event comes at the end of one; a plateau of several raises one event. Adding a
 * constant to x, or multiplying x by one, changes nothing. A run that has converged is level too. The default share is
 * what cannot be seen on a chart of 1000 pixels. Numbers that are not finite are passed over. The measured number is the
 * quotient.
 *
 * Use {@link stagnation} for curves that move without getting better.
 *
 * Cost: negligible.
 *
 * @example
 * iterate(quartic(), [1, 2], chain(untilStep(999), plateau(), gradientStep(0.01)))
 *   .subscribe((row) => eventsOf(row).forEach((event) => console.log(event.id)));
 * // run/plateau/199
 * @param options {@link PlateauOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range; in the stream for a column that the run lacks
 */
export function plateau(options: PlateauOptions = {}): RowMeasure {
  const { name, of, rows, share } = readOptions("plateau", options, rules);
  return raising({
    name,
    meaning: `range of ${of ?? "the loss"} in the last ${rows} rows over that of the run:`,
    init: (first): Memory => ({
      of: of ?? (Number.isNaN(first.value) ? "squaredFieldNorm" : "value"),
      ...{ low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY },
      ...{ lowest: Number.POSITIVE_INFINITY, highest: Number.NEGATIVE_INFINITY, count: 0 },
    }),
    test(row, memory) {
      const value = watched("plateau", memory.of, row);
      if (value === undefined || !Number.isFinite(value)) return undefined;
      memory.low = Math.min(memory.low, value);
      memory.high = Math.max(memory.high, value);
      memory.count++;
      if (memory.count < rows) return undefined;
      memory.lowest = Math.min(memory.lowest, memory.low);
      memory.highest = Math.max(memory.highest, memory.high);
      const range = memory.high - memory.low;
      const whole = memory.highest - memory.lowest;
      // The next stretch begins where this one ends, so that a jump between them is seen.
      memory.low = value;
      memory.high = value;
      memory.count = 0;
      // A curve that has never moved is level from the start.
      if (whole === 0) return 0;
      return range <= share * whole ? range / whole : false;
    },
  });
}

interface Memory {
  readonly of: string;
  /** Range of the present stretch. */
  low: number;
  high: number;
  /** Range of the stretches so far. */
  lowest: number;
  highest: number;
  count: number;
}

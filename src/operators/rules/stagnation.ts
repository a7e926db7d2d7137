import { type RowMeasure, readOptions } from "../../authoring/index.ts";
import { nameRule, type RaisingOptions, raising, watched, watchedRule } from "../support/events/raising.ts";
import { positiveInteger } from "../support/rules.ts";

/** Options of {@link stagnation}. */
export interface StagnationOptions extends RaisingOptions {
  /** What should fall: a column, or a number that every row has. Default "squaredFieldNorm". */
  readonly of?: string;
  /** Number of rows in which it was measured without a better one. Default 100. */
  readonly patience?: number;
  /** Share in [0, 1) of the best number by which a better one must be below it. Default 1e-4, as in PyTorch [1]. */
  readonly improvement?: number;
}

const rules = {
  name: { ...nameRule, default: "stagnation" },
  of: { ...watchedRule, default: "squaredFieldNorm" },
  patience: { ...positiveInteger, default: 100 },
  improvement: { default: 1e-4, min: 0, below: 1 },
} as const;

/**
 * Raises an event where `patience` measured rows have passed without a better one: x_k < b - improvement |b|, b being
 * the best x so far.
 *
 * Oscillation counts as stagnation, since nothing better is found; {@link plateau} is about curves that are level. NaN
 * and infinities are never better. A squared norm of 0 cannot get better, and is none. Multiplying x by a positive
 * constant changes nothing. The measured number is that of rows since the best one; the event comes again only after a
 * better row.
 *
 * Cost: negligible.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(300), stagnation(), gradientStep(0.01)))
 *   .subscribe((row) => eventsOf(row).forEach((event) => console.log(describeEvent(event))));
 * // run: stagnation at step 100 (rows since the best squaredFieldNorm: 100)
 * @param options {@link StagnationOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range; in the stream for a column that the run lacks
 * @see [1] PyTorch, torch.optim.lr_scheduler.ReduceLROnPlateau: threshold=0.0001, threshold_mode="rel"
 */
export function stagnation(options: StagnationOptions = {}): RowMeasure {
  const { name, of, patience, improvement } = readOptions("stagnation", options, rules);
  return raising({
    name,
    meaning: `rows since the best ${of}:`,
    init: () => ({ best: Number.POSITIVE_INFINITY, since: 0 }),
    test(row, memory) {
      const value = watched("stagnation", of, row);
      if (value === undefined) return undefined;
      const { best } = memory;
      const first = best === Number.POSITIVE_INFINITY;
      if (Number.isFinite(value) && (first || value < best - improvement * Math.abs(best))) {
        memory.best = value;
        memory.since = 0;
        return false;
      }
      memory.since++;
      const reached = best === 0 && of === "squaredFieldNorm";
      return memory.since >= patience && !reached ? memory.since : false;
    },
  });
}

import { type RowMeasure, readOptions } from "../../authoring/index.ts";
import { nameRule, type RaisingOptions, raising } from "../support/events/raising.ts";

/** Options of {@link flat}. */
export interface FlatOptions extends RaisingOptions {}

const rules = { name: { ...nameRule, default: "flat" } } as const;

/**
 * Raises an event where a run becomes approximately gradient-flat: the column `flat` of {@link detectFlatness} turns
 * from 0 to 1, or {@link classifyEnd} calls the end a gradient-flat region.
 *
 * There F lies nearly in the kernel of J without being zero, and second-order methods make no headway. What counts as
 * flat, with its thresholds and their source, is what these measures say; stand behind them. Where a run has neither of
 * them, there is no event. The measured number is ||F||^2.
 *
 * Use {@link flatRegions} for the length of each flat stretch.
 *
 * Cost: negligible.
 *
 * @example
 * iterate(quartic(), [2.5, 0.5], chain(untilStep(50), newtonMR(), flat()))
 *   .subscribe((row) => eventsOf(row).forEach((event) => console.log(event.id)));
 * // run/flat/32
 * // run/flat/34
 * @param options {@link FlatOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE for a name that is not a word
 */
export function flat(options: FlatOptions = {}): RowMeasure {
  const { name } = readOptions("flat", options, rules);
  return raising({
    name,
    meaning: "||F||^2 where F is nearly in the kernel of J:",
    init: () => undefined,
    test(row) {
      const { flat: isFlat, end } = row.columns;
      if (isFlat === undefined && end === undefined) return undefined;
      const ended = end !== undefined && row.run.columns.end?.values?.[end] === "gradient-flat region";
      return isFlat === 1 || ended ? row.squaredFieldNorm : false;
    },
  });
}

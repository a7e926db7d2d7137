import { checkOption, type Row, type RowMeasure, readOptions } from "../../authoring/index.ts";
import { nameRule, type RaisingOptions, raising, watched, watchedRule } from "../support/events/raising.ts";

/** Options of {@link when}. */
export interface WhenOptions extends RaisingOptions {
  /** Column whose number the event shows, or a number that every row has. Default: 1 is shown. */
  readonly of?: string;
  /** What the event means, in words. Default: the name of the column. */
  readonly meaning?: string;
}

const rules = {
  name: { ...nameRule, default: "when" },
  of: watchedRule,
  meaning: { expected: "a text", is: (text: unknown) => typeof text === "string" && text !== "" },
} as const;

/**
 * Raises an event at the first row of each stretch in which a predicate holds.
 *
 * The predicate sees the row as plain data, so that the rule works on live runs and on replays. A column that was not
 * measured is undefined, and `undefined < 1` is false, which ends a stretch; test for it where a column is measured
 * every few steps. The predicate must not change the row.
 *
 * Cost: that of the predicate.
 *
 * @example
 * const small = when((row) => row.squaredFieldNorm < 1, { name: "small", of: "squaredFieldNorm" });
 * iterate(quartic(), [1, 2], chain(untilStep(99), small, gradientStep(0.02)))
 *   .subscribe((row) => eventsOf(row).forEach((event) => console.log(describeEvent(event))));
 * // run: small at step 24 (squaredFieldNorm 0.93752)
 * @param predicate a function of the row that tells whether the condition holds
 * @param options {@link WhenOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE for a name that is not a word; in the stream for a column that the run lacks
 */
export function when(predicate: (row: Row) => boolean, options: WhenOptions = {}): RowMeasure {
  checkOption("when", "predicate", predicate, predicateRule);
  const { name, of, meaning = of ?? "the condition holds:" } = readOptions("when", options, rules);
  return raising({
    name,
    meaning,
    init: () => undefined,
    test(row) {
      if (!predicate(row)) return false;
      return of === undefined ? 1 : (watched("when", of, row) ?? Number.NaN);
    },
  });
}

const predicateRule = {
  expected: "a function of the row",
  is: (value: unknown) => typeof value === "function",
} as const;

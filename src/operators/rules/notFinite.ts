import { type RowMeasure, readOptions } from "../../authoring/index.ts";
import { nameRule, type RaisingOptions, raising, watched, watchedRule } from "../support/events/raising.ts";

/** Options of {@link notFinite}. */
export interface NotFiniteOptions extends RaisingOptions {
  /** Column to watch. Default: the loss and the field. */
  readonly of?: string;
}

/** What {@link notFinite} found, in the column `notFiniteEvent`. */
const places: readonly string[] = ["loss", "field", "loss and field", "column"];

const rules = { name: { ...nameRule, default: "notFinite" }, of: watchedRule } as const;

/**
 * Raises an event at the first row with a number that is NaN or infinite where a finite one should stand.
 *
 * The field is not finite where ||F||^2 is not, which may also mean that the square overflows. The loss is not finite
 * where L is NaN or infinite although it was finite in an earlier row; a field without a potential has no loss, and
 * its NaN says nothing. With `of` one column is watched instead. `notFiniteEvent` says which it was.
 *
 * The rule does not end the run; the loop does where F is not finite, with the status "diverged". Use
 * {@link divergence} to be told before numbers overflow.
 *
 * Cost: negligible.
 *
 * @example
 * const squareRoot = variationalInequality(([x], out) => out.set([Math.sqrt(x!) + 1]), wholeSpace(1));
 * iterate(squareRoot, [1.5], chain(notFinite(), gradientStep(1)))
 *   .subscribe((row) => eventsOf(row).forEach((event) => console.log(describeEvent(event))));
 * // run: notFinite at step 1 (where the number is not finite: field)
 * @param options {@link NotFiniteOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE for a name that is not a word; in the stream for a column that the run lacks
 */
export function notFinite(options: NotFiniteOptions = {}): RowMeasure {
  const { name, of } = readOptions("notFinite", options, rules);
  return raising({
    name,
    meaning: "where the number is not finite:",
    values: places,
    init: () => ({ potential: false }),
    test(row, memory) {
      if (of !== undefined) {
        const value = watched("notFinite", of, row);
        if (value === undefined) return undefined;
        return Number.isFinite(value) ? false : 3;
      }
      const loss = memory.potential && !Number.isFinite(row.value);
      if (Number.isFinite(row.value)) memory.potential = true;
      if (Number.isFinite(row.squaredFieldNorm)) return loss ? 0 : false;
      return loss ? 2 : 1;
    },
  });
}

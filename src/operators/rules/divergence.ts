import { type RowMeasure, readOptions } from "../../authoring/index.ts";
import { nameRule, type RaisingOptions, raising, watched, watchedRule } from "../support/events/raising.ts";
import { flag } from "../support/rules.ts";

/** Options of {@link divergence}. */
export interface DivergenceOptions extends RaisingOptions {
  /** Column to watch instead of ||F||. */
  readonly of?: string;
  /** Factor above 1 by which the first number must be exceeded. Default 1e4, as in PETSc [1]. */
  readonly factor?: number;
  /** Whether the event ends the run, with the status "diverged". Default false. */
  readonly stop?: boolean;
}

const rules = {
  name: { ...nameRule, default: "divergence" },
  of: watchedRule,
  factor: { default: 1e4, above: 1 },
  stop: flag,
} as const;

/**
 * Raises an event where the run diverges: ||F_k|| > factor ||F_0||, and the loss, where there is one, is above L_0 too.
 *
 * Without the second condition a descent that begins near a saddle would seem to diverge as it leaves it. Where F_0 is
 * 0, the first ||F|| that is not takes its place. With `of` the condition is |x_k| > factor |x_0| for that column,
 * without the loss. The measured number is the quotient; multiplying the problem by a constant changes nothing.
 *
 * Use {@link notFinite} to be told of NaN.
 *
 * Cost: negligible.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(40), divergence({ stop: true }), gradientStep(1)))
 *   .pipe(takeLast(1))
 *   .subscribe((row) => console.log(row.step, row.status, row.columns.divergenceEvent!.toFixed(0)));
 * // 27 diverged 11585
 * @param options {@link DivergenceOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range; in the stream for a column that the run lacks
 * @see [1] PETSc, SNESSetDivergenceTolerance: "the default tolerance is 1.e4"
 */
export function divergence(options: DivergenceOptions = {}): RowMeasure {
  const { name, of, factor, stop } = readOptions("divergence", options, rules);
  return raising({
    name,
    meaning: `${of === undefined ? "||F||" : `|${of}|`} over its first value`,
    init: (): Memory => ({ reference: 0, loss: Number.NaN }),
    test(row, memory) {
      const value = of === undefined ? Math.sqrt(row.squaredFieldNorm) : watched("divergence", of, row);
      if (Number.isNaN(memory.loss)) memory.loss = row.value;
      if (value === undefined || Number.isNaN(value)) return undefined;
      const size = Math.abs(value);
      if (memory.reference === 0) {
        if (Number.isFinite(size)) memory.reference = size;
        return false;
      }
      const descends = of === undefined && row.value <= memory.loss;
      return size > factor * memory.reference && !descends ? size / memory.reference : false;
    },
    status: stop ? "diverged" : undefined,
  });
}

interface Memory {
  /** First number that was not 0. */
  reference: number;
  /** First loss; NaN without a potential. */
  loss: number;
}

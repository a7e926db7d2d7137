import { defineUpdate, readOptions, rowVector, settingOf, type Update } from "../../authoring/index.ts";

/** Options of {@link clipByValue}. */
export interface ClipByValueOptions {
  /** Bound of the size of each entry of the direction, positive; it can be steered. */
  readonly maxEntry: number;
}

const rules = { maxEntry: { required: true, above: 0 } } as const;

/**
 * Cuts each entry of the direction d to the interval [-c, c] with c = `maxEntry`:
 *
 *     d_i <- min(c, max(-c, d_i)).
 *
 * Unlike {@link clipByNorm}, which keeps the way that d points, it turns d towards a diagonal. A direction whose
 * entries are all small enough stays the same array, and NaN stays NaN. Before an operator with a memory it cuts what
 * enters the memory.
 *
 * The column `clippedEntries` holds the number of entries that were cut. It is empty on a last row, where no step is
 * chosen.
 *
 * Cost: n comparisons; where it cuts, another n and a vector.
 *
 * @example
 * const update = chain(untilStep(2), clipByValue({ maxEntry: 10 }), gradientStep(0.1));
 * iterate(quartic(), [1, 2], update)
 *   .subscribe((it) => console.log(it.step, it.value.toFixed(4), it.columns.clippedEntries));
 * // 0 80.6500 1
 * // 1 50.2524 1
 * // 2 40.3412 undefined
 * @param options {@link ClipByValueOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, also for a missing `maxEntry`; ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function clipByValue(options: ClipByValueOptions): Update {
  const chosen = readOptions("clipByValue", options, rules);
  return defineUpdate({
    name: "clipByValue",
    refines: "direction",
    columns: { clippedEntries: { meaning: "number of entries of the direction that were cut to the bound" } },
    settings: { maxEntry: settingOf(rules.maxEntry, chosen.maxEntry) },
    step(it, _, { maxEntry }) {
      const { direction } = it;
      let clippedEntries = 0;
      for (let i = 0; i < direction.length; i++) if (Math.abs(direction[i]!) > maxEntry) clippedEntries++;
      if (clippedEntries === 0) return { columns: { clippedEntries } };
      const clipped = rowVector(it);
      for (let i = 0; i < clipped.length; i++) clipped[i] = Math.min(maxEntry, Math.max(-maxEntry, direction[i]!));
      return { direction: clipped, columns: { clippedEntries } };
    },
  });
}

import { gap, indexAt, indexThreshold, thresholdText } from "../../operators/support/indexAt.ts";
import { defineMeasure } from "../../streams/defineMeasure.ts";
import type { Measure } from "../../streams/types.ts";

/**
 * Measures the Morse index at the first row where ||F||^2 is at or below each cutoff, and at the last row.
 *
 * Columns `morseIndex`, `indexThreshold` and `nearThreshold`, the same as those of the operator `morseIndex`. Cost: n
 * products and 2/3 n^3 to 2 n^3 operations for each cutoff, and nothing at the other rows.
 *
 * @param threshold size in the units of J beyond which a negative eigenvalue counts. Default: 1e-6 of the largest
 *   |eigenvalue|
 */
export function indexAtCutoffs(cutoffs: readonly number[], threshold?: number): Measure {
  const wanted = indexThreshold(threshold);
  return defineMeasure({
    name: "indexAtCutoffs",
    columns: {
      morseIndex: { meaning: `number of eigenvalues of J below ${thresholdText(wanted)}` },
      indexThreshold: { meaning: "size beyond which a negative eigenvalue counts as negative" },
      nearThreshold: { meaning: `number of eigenvalues of J whose size is within a factor of ${gap} of it` },
    },
    init: () => ({ passed: 0 }),
    step(it, state) {
      const passed = cutoffs.filter((cutoff) => it.squaredFieldNorm <= cutoff).length;
      const wantsIt = passed > state.passed || it.status !== "running";
      if (!wantsIt || !Number.isFinite(it.squaredFieldNorm)) return { state };
      const counts = indexAt(it.at, wanted);
      return {
        state: { passed: Math.max(passed, state.passed) },
        columns: {
          morseIndex: counts?.negative,
          indexThreshold: counts?.threshold,
          nearThreshold: counts?.near,
        },
      };
    },
  });
}

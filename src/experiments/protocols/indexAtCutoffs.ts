import { denseOf } from "../../linalg/dense/dense.ts";
import { symmetricFactor } from "../../linalg/dense/symmetricFactor.ts";
import { defineMeasure } from "../../streams/defineMeasure.ts";
import type { Measure } from "../../streams/types.ts";

/** Threshold below which an eigenvalue counts as negative [1]. */
const threshold = -1e-5;

/**
 * Measures the Morse index at the first row where ||F||^2 is at or below each cutoff, and at the last row.
 *
 * Column `morseIndex`, the same as that of the operator `morseIndex`. Cost: n products and 2/3 n^3 operations for each
 * cutoff, and nothing at the other rows.
 *
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export function indexAtCutoffs(cutoffs: readonly number[]): Measure {
  return defineMeasure({
    name: "indexAtCutoffs",
    columns: { morseIndex: { meaning: `number of eigenvalues of J below ${threshold}` } },
    init: () => ({ passed: 0 }),
    step(it, state) {
      const passed = cutoffs.filter((cutoff) => it.squaredFieldNorm <= cutoff).length;
      const wanted = passed > state.passed || it.status !== "running";
      if (!wanted || !Number.isFinite(it.squaredFieldNorm)) return { state };
      const { negative } = symmetricFactor(denseOf(it.at.linearize()), threshold).inertia;
      return { state: { passed: Math.max(passed, state.passed) }, columns: { morseIndex: negative } };
    },
  });
}

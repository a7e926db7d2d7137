import { defineRowMeasure, type RowMeasure, readOptions } from "../../authoring/index.ts";
import { type EndThresholds, endClasses, explainEnd } from "./explainEnd.ts";

const rules = {
  squaredFieldNorm: { min: 0, infinite: true },
  relativeResidual: { min: 0, infinite: true },
  relativeCokernelResidual: { min: 0, infinite: true },
} as const;

/**
 * Writes on the last row of a run what its end is: critical point, gradient-flat region, stagnated, diverged or unfinished.
 *
 * Columns: `end`, and `indexTrusted`: 1 where ||F||^2 <= 1e-10, so that the count of negative eigenvalues is that of a critical point, 0
 * where the tolerance is too loose for that. The rules are `explainEnd`'s, which gives the numbers that decided too. Put it after what it
 * reads: `newtonDirection` and `detectFlatness` (or `newtonMR`), stop conditions. Works after the loop and on replays.
 *
 * A last row is one whose status is not "running"; a stream that `take` cuts has none. State: the residuals solved last. Costs nothing.
 *
 * @example chain(untilCritical({ squaredFieldNorm: 1e-20 }), untilStep(500), newtonMR(), classifyEnd())
 * @param thresholds {@link EndThresholds}
 * @throws {RangeError} ERR_OPTION_RANGE for thresholds that are negative or no numbers
 */
export function classifyEnd(thresholds: EndThresholds = {}): RowMeasure {
  const given = readOptions("classifyEnd", thresholds, rules);
  return defineRowMeasure({
    name: "classifyEnd",
    columns: {
      end: { meaning: "what the end of the run is", kind: "category", values: endClasses },
      indexTrusted: { meaning: "1: ||F||^2 is small enough to trust the Morse index, 0: it is not" },
    },
    init: (_first, previous?: { relativeResidual?: number; relativeCokernelResidual?: number }) => previous ?? {},
    step(row, state) {
      const { relativeResidual, relativeCokernelResidual } = row.columns;
      const solved = relativeResidual !== undefined && relativeCokernelResidual !== undefined;
      const known = solved ? { relativeResidual, relativeCokernelResidual } : state;
      if (row.status === "running") return solved ? { state: known } : undefined;
      const { verdict, indexTrusted } = explainEnd(row, { columns: { ...known } }, given);
      return { columns: { end: endClasses.indexOf(verdict), indexTrusted: indexTrusted ? 1 : 0 } };
    },
  });
}

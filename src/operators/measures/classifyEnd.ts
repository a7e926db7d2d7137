import { defineRowMeasure, type RowMeasure, readOptions } from "../../authoring/index.ts";
import { type EndThresholds, endClasses, explainEnd } from "./explainEnd.ts";

const rules = {
  squaredFieldNorm: { min: 0, infinite: true },
  relativeResidual: { min: 0, infinite: true },
  relativeCokernelResidual: { min: 0, infinite: true },
} as const;

/**
 * Classifies the end of a run in its last row: critical point, gradient-flat region, stagnated, diverged or unfinished.
 *
 * Columns: `end`, and `indexTrusted`, which is 1 where ||F||^2 <= 1e-10, so that the count of negative eigenvalues is
 * that of a critical point, and 0 where the tolerance is too loose for that. The rules are those of `explainEnd`. Put
 * the measure after what it reads: `newtonDirection` and `detectFlatness` (or `newtonMR`), and stop conditions. It
 * works after the loop and on replays. The last row is the one whose status is not "running"; a stream cut by `take`
 * does not have one.
 *
 * Use {@link explainEnd} when the numbers that decided are wanted too, {@link flatRegions} when the whole way matters
 * rather than its end.
 *
 * State: the residuals of the last system solved. The cost is negligible.
 *
 * @example
 * const finder = newtonMR({ direction: { maxNorm: 100 }, flatness: { by: "curvature" } });
 * const ending = classifyEnd({ relativeCokernelResidual: 0.05 });
 * for (const start of [[-3.5, 1], [2.5, 0.5]]) {
 *   const search = chain(untilCritical({ squaredFieldNorm: 1e-20 }), finder, ending);
 *   const { columns } = await lastValueFrom(iterate(quartic(), start, search));
 *   console.log(endClasses[columns.end!], columns.indexTrusted);
 * }
 * // critical point 1
 * // gradient-flat region 0
 * @param thresholds {@link EndThresholds}
 * @throws {RangeError} ERR_OPTION_RANGE for thresholds that are negative or not numbers
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

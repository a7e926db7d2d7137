import { defineRowMeasure, type Iterate, type Row, type RowMeasure, readOptions } from "../../authoring/index.ts";
import { flatDistance } from "../support/ends/flatDistance.ts";
import { nearestZero } from "../support/ends/nearestZero.ts";
import { curvatureChange, growLengths, relativeField, relativeStep } from "../support/ends/relativeField.ts";
import { type EndExplanation, type EndThresholds, endClasses, explainEnd } from "./explainEnd.ts";

const rules = {
  relativeField: { min: 0 },
  squaredFieldNorm: { min: 0, infinite: true },
  relativeResidual: { min: 0, infinite: true },
  relativeCokernelResidual: { min: 0, infinite: true },
  relativeStep: { min: 0, infinite: true },
} as const;

interface State {
  readonly relativeResidual?: number | undefined;
  readonly relativeCokernelResidual?: number | undefined;
  /** Largest |z_j| so far of each parameter; undefined if rows have no points. */
  readonly lengths: Float64Array | undefined;
}

/**
 * Classifies the end of a run in its last row: critical point, gradient-flat region, stagnated, diverged, unfinished or
 * not judged.
 *
 * Columns, in the last row:
 * - `end`, by the rules of `explainEnd`;
 * - `indexTrusted`, 1 where the point is critical, `morseIndex` has found a gap around its threshold, and J is the same
 *   at the critical point itself, 0 otherwise;
 * - `relativeField`, the largest |F_i| / R_i with R_i^2 = sum_j (J_ij l_j)^2, by which the point is called critical;
 * - `relativeDistance`, where F is that small, the largest entry of Newton's step in lengths l_j; where it is above 0.01
 *   no zero is near, and the point is not critical;
 * - `pointDistance`, the same relative to the parameters at the point, or to 1e-3 of their lengths; where it is above
 *   0.01 the index of the critical point may be another one, and is not trusted;
 * - `stepContraction`, the larger ratio of the next two Newton steps to the ones before them; above 0.95 they lead to no
 *   zero, above 0.1 not to a regular one. For n > 100 it is undefined where 200 products do not solve for a step, as is
 *   `removableShare`;
 * - `unresolvedCurvatures`, the number of curvatures within rounding of zero, in units of the parameters, where these are
 *   of so different size that J as it is hides one; for n <= 100;
 * - `removableShare`, the share of F that Newton's method removes by the second-order model, 1 beside a zero and 0 at a
 *   flat point, in whatever units; above 0.1 F is not flat, whatever the residuals are;
 * - `flatDistance`, where a search found no step and nothing else calls it flat: the distance to a minimum of ||F|| that
 *   is not zero, in lengths l_j; undefined where there is none within 0.01, and for n > 100;
 * - `relativeStep`, ||F||^2 / (||J F|| ||l||), which is large where no step of the parameters' size removes F;
 * - `curvatureChange`, by which J changes within the distance at which the critical point may still lie;
 * - `lengths`, the vector of l_j, the largest |z_j| of the rows so far.
 *
 * Where `certificate` has written its columns, its word counts instead of these numbers: a zero that is proved makes the
 * end a critical point, and one that is excluded makes it none; `indexTrusted` says then whether `morseIndex` counted
 * right.
 *
 * Put the measure after what it reads: `newtonDirection` and `detectFlatness` (or `newtonMR`), `morseIndex`,
 * `certificate`, and stop conditions. It works after the loop and on replays, where J is not known: there it reads a stored `relativeField`, or
 * judges by `squaredFieldNorm`. The last row is the one whose status is not "running"; a stream cut by `take` does not
 * have one.
 *
 * Use {@link explainEnd} when the numbers that decided are wanted too, {@link flatRegions} when the whole way matters
 * rather than its end.
 *
 * State: the residuals of the last system solved, and the lengths. Cost: n operations per row; at the last one 23
 * products and an evaluation, and Newton's step: n products and 9 n^3 operations for n <= 100, up to six times, and
 * up to 400 products for each of these steps above. Where the search found no step, `flatDistance` takes 3 n products
 * and 9 n^3 operations for each of at most 80 steps.
 *
 * @example
 * const finder = newtonMR({ direction: { maxNorm: 100 }, flatness: { by: "curvature" } });
 * const ending = classifyEnd({ relativeCokernelResidual: 0.05 });
 * for (const start of [[-3.5, 1], [2.5, 0.5]]) {
 *   const search = chain(untilCritical({ squaredFieldNorm: 1e-20 }), finder, morseIndex({ when: "end" }), ending);
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
      indexTrusted: { meaning: "1: critical point with a gap in the spectrum around the index's threshold, 0: not" },
      relativeField: { meaning: "largest |F_i| / R_i, R_i the change of F_i when every parameter moves by its length" },
      relativeDistance: { meaning: "largest entry of Newton's step, in lengths of the parameters, where F is small" },
      pointDistance: { meaning: "the same relative to the parameters at the point, or to 1e-3 of their lengths" },
      stepContraction: { meaning: "length of the next Newton step, in lengths of this one, or of the one after both" },
      unresolvedCurvatures: { meaning: "number of curvatures of which rounding leaves not even the size" },
      removableShare: { meaning: "share of F that Newton's method removes, by the second-order model of F" },
      flatDistance: { meaning: "distance to a minimum of ||F|| that is not zero, in lengths of the parameters" },
      relativeStep: { meaning: "length of a step along F that removes it, ||F||^2 / ||J F||, in lengths of the point" },
      curvatureChange: { meaning: "relative change of J within the share relativeField of the parameters' lengths" },
      lengths: { meaning: "length of each parameter: its largest absolute value on the way", kind: "vector" },
    },
    init: (first, previous?: State): State =>
      previous ?? { lengths: first.point === undefined ? undefined : new Float64Array(first.point.length) },
    step(row, state) {
      const { relativeResidual, relativeCokernelResidual } = row.columns;
      const solved = relativeResidual !== undefined && relativeCokernelResidual !== undefined;
      const { lengths } = state;
      if (lengths !== undefined && row.point !== undefined) growLengths(lengths, row.point);
      const known = solved ? { relativeResidual, relativeCokernelResidual, lengths } : state;
      if (row.status === "running") return solved ? { state: known } : undefined;
      let measured = measuredField(row, lengths);
      const residuals = {
        relativeResidual: known.relativeResidual,
        relativeCokernelResidual: known.relativeCokernelResidual,
      };
      const explain = (): EndExplanation => explainEnd(withColumns(row, measured), { columns: residuals }, given);
      let { verdict, indexTrusted } = explain();
      if (verdict === "stagnated" && measured !== undefined) {
        measured = { ...measured, flatDistance: distanceToFlat(row, lengths!, given.relativeCokernelResidual) };
        ({ verdict, indexTrusted } = explain());
      }
      return {
        columns: { end: endClasses.indexOf(verdict), indexTrusted: indexTrusted ? 1 : 0, ...(measured ?? notMeasured) },
        vectors: { lengths: measured === undefined ? undefined : lengths?.slice() },
      };
    },
  });
}

const notMeasured = {
  relativeField: undefined,
  relativeDistance: undefined,
  pointDistance: undefined,
  stepContraction: undefined,
  unresolvedCurvatures: undefined,
  removableShare: undefined,
  flatDistance: undefined,
  relativeStep: undefined,
  curvatureChange: undefined,
} as const;

type MeasuredField = Readonly<Record<keyof typeof notMeasured, number | undefined>>;

/** The relative size of F where the row comes from a loop, and has J; undefined on replays and for a run without F. */
function measuredField(row: Row, lengths: Float64Array | undefined): MeasuredField | undefined {
  const { at } = row as Row & Partial<Pick<Iterate, "at">>;
  if (at === undefined || lengths === undefined || row.status === "diverged") return undefined;
  const relative = relativeField(at, lengths);
  const { stepChange = 0, ...zero } = nearestZero(at, lengths, relative);
  const change = curvatureChange(at, lengths, relative);
  return {
    relativeField: relative,
    ...zero,
    flatDistance: undefined,
    relativeStep: relativeStep(at, lengths),
    curvatureChange: change === undefined ? undefined : Math.max(change, stepChange),
  };
}

/** The distance to a minimum of ||F|| that is not zero, where the row comes from a loop. */
function distanceToFlat(row: Row, lengths: Float64Array, tolerance = 5e-4): number | undefined {
  const { at } = row as Row & Partial<Pick<Iterate, "at">>;
  return at === undefined ? undefined : flatDistance(at, lengths, tolerance);
}

function withColumns(row: Row, measured: Row["columns"] | undefined): Parameters<typeof explainEnd>[0] {
  const { squaredFieldNorm, status, step, because } = row;
  return { squaredFieldNorm, status, step, because, columns: { ...row.columns, ...measured } };
}

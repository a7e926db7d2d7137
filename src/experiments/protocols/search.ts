/** Searches from a point for a critical point, and judges where the search ends. */
import { defer, type Observable, tap } from "rxjs";
import type { Row } from "../../arrow/row.ts";
import type { JsonValue } from "../../json.ts";
import { spectralNorm } from "../../linalg/spectra/norms.ts";
import { norm } from "../../linalg/vector.ts";
import { classifyEnd } from "../../operators/measures/classifyEnd.ts";
import { type EndExplanation, type EndThresholds, explainEnd } from "../../operators/measures/explainEnd.ts";
import { morseIndex } from "../../operators/measures/morseIndex.ts";
import { untilCritical } from "../../operators/measures/untilCritical.ts";
import { untilStep } from "../../operators/measures/untilStep.ts";
import { type NewtonMROptions, newtonMR } from "../../operators/newton/newtonMR.ts";
import type { Problem } from "../../problems/problem.ts";
import { chain } from "../../streams/chain.ts";
import { defineMeasure } from "../../streams/defineMeasure.ts";
import type { Measure, Update } from "../../streams/types.ts";
import { type Course, followCourse } from "../framework/course.ts";
import type { ExperimentContext, ExperimentRunOptions, Finding } from "../framework/definition.ts";
import { indexAtCutoffs } from "./indexAtCutoffs.ts";
import { withPaperSolver } from "./paperSettings.ts";

/** Options of {@link criticalPointSearch}. */
export interface SearchOptions {
  /** Name of the run. */
  readonly name: string;
  /** Largest number of Newton steps. */
  readonly iterations: number;
  /** Value of ||F||^2 at which the search ends. Default 1e-28, close to rounding, so that the index is right. */
  readonly stopBelow?: number;
  /** Thresholds of the verdict. */
  readonly thresholds?: EndThresholds;
  /** Options of Newton-MR, unless `finder` is given; those of the solver are the papers' where they are left out. */
  readonly newton?: NewtonMROptions;
  /** Update that searches. Default: Newton-MR. */
  readonly finder?: Update;
  /** Cutoffs on ||F||^2; the Morse index is measured at the first row at or below each, and always at the last row. */
  readonly indexAt?: readonly number[];
  /** Cutoffs on ||F||^2 whose crossings `compare` receives. Default: 1e-10 and those of `indexAt`. */
  readonly cutoffs?: readonly number[];
  /** Further description that `run.json` keeps. */
  readonly description?: JsonValue;
  /** Points that the run's file keeps. Default all. */
  readonly points?: ExperimentRunOptions["points"];
  /** Function that gives further numbers for the summary. It is called once, when the search has ended by itself. */
  readonly compare?: (last: Row, judgement: EndExplanation, course: Course) => Finding["numbers"];
}

/**
 * Searches from a point for a critical point, by Newton-MR or another finder, and reports a verdict to the summary.
 *
 * It measures the Morse index and the curvature along the gradient at the last point only, which costs n + 21 products
 * and 2/3 n^3 operations.
 *
 * @example
 * const context = experimentContext({
 *   seed: 1,
 *   signal: new AbortController().signal,
 *   onFinding: ({ run, verdict }) => console.log(run, verdict),
 * });
 * criticalPointSearch(context, quartic(), [-3.5, 1], { name: "search", iterations: 50 }).subscribe();
 * // search critical point
 */
export function criticalPointSearch(
  context: ExperimentContext,
  problem: Problem,
  start: ArrayLike<number>,
  options: SearchOptions,
): Observable<Row> {
  const { name, iterations, stopBelow = 1e-28, thresholds, newton, description, points, compare } = options;
  const { finder = newtonMR(withPaperSolver(newton)), indexAt = [], cutoffs = [1e-10, ...indexAt] } = options;
  const update = chain(
    untilCritical({ squaredFieldNorm: stopBelow }),
    untilStep(iterations),
    finder,
    gradientCurvature(),
    indexAt.length === 0 ? morseIndex({ when: "end" }) : indexAtCutoffs(indexAt),
    classifyEnd(thresholds),
  );
  return defer(() => {
    let last: Row | undefined;
    let solved: Row | undefined;
    const course = followCourse(cutoffs);
    const run: ExperimentRunOptions = {
      name,
      ...(description === undefined ? {} : { description }),
      ...(points === undefined ? {} : { points }),
    };
    return context.iterate(problem, start, update, run).pipe(
      tap({
        next(row) {
          last = row;
          if (row.columns.relativeResidual !== undefined) solved = row;
          course.take(row);
        },
        complete() {
          // A search that the user has stopped has found nothing yet.
          if (last === undefined || last.status === "running") return;
          const judgement = explainEnd(last, solved, thresholds);
          context.report(findingOf(name, last, judgement, compare?.(last, judgement, course)));
        },
      }),
    );
  });
}

function findingOf(run: string, last: Row, judgement: EndExplanation, further: Finding["numbers"]): Finding {
  const { verdict, because, warnings, relativeResidual, relativeCokernelResidual } = judgement;
  return {
    run,
    verdict,
    because: [because, ...warnings].join("; "),
    numbers: {
      loss: last.value,
      "|grad|^2": last.squaredFieldNorm,
      r: relativeResidual,
      r_H: relativeCokernelResidual,
      index: last.columns.morseIndex,
      steps: last.step,
      ...further,
    },
  };
}

/** Measures ||J F|| / (||J|| ||F||) on the last row. Cost: 21 products, once. */
function gradientCurvature(): Measure {
  return defineMeasure({
    name: "gradientCurvature",
    columns: {
      gradientCurvature: { meaning: "||J F|| / (||J||_2 ||F||) on the last row, ||J||_2 by 20 Lanczos steps" },
    },
    step(it) {
      if (it.status === "running" || !Number.isFinite(it.squaredFieldNorm)) return;
      const { field } = it.at;
      const jacobian = it.at.linearize();
      const product = new Float64Array(field.length);
      jacobian.apply(field, product);
      const curved = norm(product);
      // At a critical point 0 / 0 counts as 0, that is as flat. The ratio and the estimate are both lower bounds of
      // ||J||, so the larger one is used.
      const ratio = curved === 0 ? 0 : curved / norm(field);
      return { columns: { gradientCurvature: ratio === 0 ? 0 : ratio / Math.max(ratio, spectralNorm(jacobian)) } };
    },
  });
}

/** Searches from a point for a critical point, and judges where the search ends. */

import { defer, type Observable, tap } from "rxjs";
import { list, thing } from "../../arguments.ts";
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
import { checkOption } from "../../options.ts";
import type { Problem } from "../../problems/problem.ts";
import { problemRule } from "../../problems/traced/arguments.ts";
import { chain } from "../../streams/chain.ts";
import { defineMeasure } from "../../streams/defineMeasure.ts";
import type { Measure, Update } from "../../streams/types.ts";
import { contextRule } from "../framework/context.ts";
import { type Course, followCourse } from "../framework/course.ts";
import type { ExperimentContext, ExperimentRunOptions, Finding } from "../framework/definition.ts";
import { indexAtCutoffs } from "./indexAtCutoffs.ts";
import { withPaperSolver } from "./paperSettings.ts";

/** The end of a search or of one of its repetitions. */
export interface SearchEnd {
  /** Last row. */
  readonly last: Row;
  /** Verdict on the last row. */
  readonly judgement: EndExplanation;
  /** What was followed on the way. */
  readonly course: Course;
}

/** Options of {@link criticalPointSearch}. */
export interface SearchOptions {
  /** Name of the run. */
  readonly name: string;
  /** Largest number of Newton steps. */
  readonly iterations: number;
  /**
   * Value of ||F||^2 at which the search ends, in the units of the problem. Default: where ||F|| is 1e-12 of its
   * largest value so far, close to rounding, so that the index is right.
   */
  readonly stopBelow?: number;
  /** Thresholds of the verdict. */
  readonly thresholds?: EndThresholds;
  /** Size beyond which a negative eigenvalue counts, in the units of J. Default: 1e-6 of the largest |eigenvalue|. */
  readonly indexThreshold?: number;
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
  /**
   * Function that gives further numbers for the summary. It is called once, when the search has ended by itself. It also
   * receives the ends of the repetitions that `--repeat` asked for, or an empty list.
   */
  readonly compare?: (
    last: Row,
    judgement: EndExplanation,
    course: Course,
    repetitions: readonly SearchEnd[],
  ) => Finding["numbers"];
}

/**
 * Searches from a point for a critical point, by Newton-MR or another finder, and reports a verdict to the summary.
 *
 * At the last point only it measures the Morse index, the relative size of F and the curvature along the gradient,
 * which costs n + 41 products and 2/3 n^3 to 2 n^3 operations.
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
  checkOption("criticalPointSearch", "context", context, contextRule);
  checkOption("criticalPointSearch", "problem", problem, problemRule);
  checkOption("criticalPointSearch", "start", start, list);
  checkOption("criticalPointSearch", "options", options, thing("an object of options", { iterations: "number" }));
  const { name, iterations, stopBelow, thresholds, indexThreshold, newton, description, points, compare } = options;
  const { finder = newtonMR(withPaperSolver(newton)), indexAt = [], cutoffs = [1e-10, ...indexAt] } = options;
  const update = chain(
    untilCritical(stopBelow === undefined ? { relativeTolerance: stopShare } : { squaredFieldNorm: stopBelow }),
    untilStep(iterations),
    finder,
    gradientCurvature(),
    indexAt.length === 0
      ? morseIndex({ when: "end", ...(indexThreshold === undefined ? {} : { threshold: indexThreshold }) })
      : indexAtCutoffs(indexAt, indexThreshold),
    classifyEnd(thresholds),
  );
  return defer(() => {
    const own = followSearch(cutoffs, thresholds);
    const others: ReturnType<typeof followSearch>[] = [];
    const run: ExperimentRunOptions = {
      name,
      description: described(description, { ...thresholds, stopBelow, indexThreshold }, iterations),
      ...(points === undefined ? {} : { points }),
      onRepetition(row, repetition) {
        others[repetition - 1] ??= followSearch(cutoffs, thresholds);
        others[repetition - 1]!.take(row);
      },
    };
    return context.iterate(problem, start, update, run).pipe(
      tap({
        next: own.take,
        complete() {
          const end = own.end();
          // A search that the user has stopped has found nothing yet.
          if (end === undefined) return;
          const repetitions = others.flatMap((other) => other.end() ?? []);
          const further = compare?.(end.last, end.judgement, end.course, repetitions);
          context.report(findingOf(name, end, further));
        },
      }),
    );
  });
}

/** Follows a search: `take` receives each row, and `end` judges the last one; undefined while it is running. */
function followSearch(
  cutoffs: readonly number[],
  thresholds: EndThresholds | undefined,
): { take(row: Row): void; end(): SearchEnd | undefined } {
  let last: Row | undefined;
  let solved: Row | undefined;
  const course = followCourse(cutoffs);
  return {
    take(row) {
      last = row;
      if (row.columns.relativeResidual !== undefined) solved = row;
      course.take(row);
    },
    end() {
      if (last === undefined || last.status === "running") return undefined;
      return { last, judgement: explainEnd(last, solved, thresholds), course };
    },
  };
}

/** Share of the largest ||F|| at which a search ends. */
const stopShare = 1e-12;

/**
 * The description with the thresholds in the units of the problem, so that figures can say what was critical, and with
 * the largest number of steps, so that whoever watches sees how much is left.
 */
function described(
  description: JsonValue | undefined,
  thresholds: Readonly<Record<string, number | undefined>>,
  stepsMost: number,
): JsonValue {
  const given = Object.fromEntries(Object.entries(thresholds).filter(([, value]) => value !== undefined));
  const own = { seeks: "critical point", stepsMost, thresholds: given as Readonly<Record<string, number>> };
  if (description === undefined) return own;
  const isObject = typeof description === "object" && description !== null && !Array.isArray(description);
  return isObject ? { ...description, ...own } : { search: description, ...own };
}

function findingOf(run: string, { last, judgement, course }: SearchEnd, further: Finding["numbers"]): Finding {
  const { verdict, because, meaning, warnings, relativeField, relativeResidual, relativeCokernelResidual } = judgement;
  const plateau = course.plateau();
  const level =
    plateau === undefined
      ? []
      : [
          `plateau: from step ${plateau.from} to ${plateau.to} of ${last.step}, |grad|^2 stayed within a factor of 2 ` +
            `(${plateau.low.toPrecision(3)} to ${plateau.high.toPrecision(3)})`,
        ];
  return {
    run,
    verdict,
    because: [because, ...level, ...warnings].join("; "),
    meaning,
    numbers: {
      loss: last.value,
      "|grad|^2": last.squaredFieldNorm,
      "relative grad": relativeField,
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

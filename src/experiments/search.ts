/** From a point to the nearest critical point, or to where Newton-MR is caught; and from a trajectory to such a point. */
import { defer, type Observable, tap } from "rxjs";
import type { Row } from "../arrow/row.ts";
import type { JsonValue } from "../json.ts";
import { spectralNorm } from "../linalg/norms.ts";
import { norm } from "../linalg/vector.ts";
import { classifyEnd } from "../operators/classifyEnd.ts";
import { type EndThresholds, type Judgement, judgeEnd } from "../operators/judgeEnd.ts";
import { morseIndex } from "../operators/morseIndex.ts";
import { type NewtonMROptions, newtonMR } from "../operators/newtonMR.ts";
import type { Problem } from "../problems/problem.ts";
import { measure } from "../streams/author.ts";
import { method } from "../streams/combinators.ts";
import type { Measure } from "../streams/types.ts";
import { untilCritical } from "../streams/untilCritical.ts";
import { untilStep } from "../streams/untilStep.ts";
import type { ExperimentContext, Finding } from "./definition.ts";

export interface SearchOptions {
  /** Of the run. */
  readonly name: string;
  /** Newton steps at most. */
  readonly iterations: number;
  /** Ends the search at once where ||F||^2 is at most this. Default 1e-28: almost at rounding, so that the index is right. */
  readonly stopBelow?: number;
  readonly thresholds?: EndThresholds;
  readonly newton?: NewtonMROptions;
  readonly description?: JsonValue;
  /** Further numbers for the summary. */
  readonly compare?: (last: Row, judgement: Judgement) => Finding["numbers"];
}

/**
 * Newton-MR from a point, with a verdict at the end that goes to the summary.
 *
 * Measures Morse index and curvature along the gradient at the last point only: n products, and 2/3 n^3 operations.
 *
 * @example criticalPointSearch(context, quartic(), [-3.5, 1], { name: "search", iterations: 50 })
 */
export function criticalPointSearch(
  context: ExperimentContext,
  problem: Problem,
  start: ArrayLike<number>,
  options: SearchOptions,
): Observable<Row> {
  const { name, iterations, stopBelow = 1e-28, thresholds, newton, description, compare } = options;
  const update = method(
    untilCritical({ squaredNorm: stopBelow }),
    untilStep(iterations),
    newtonMR(newton),
    gradientCurvature(),
    morseIndex({ when: "end" }),
    classifyEnd(thresholds),
  );
  return defer(() => {
    let last: Row | undefined;
    let solved: Row | undefined;
    return context
      .iterate(problem, start, update, { name, ...(description === undefined ? {} : { description }) })
      .pipe(
        tap({
          next(row) {
            last = row;
            if (row.columns.relativeResidual !== undefined) solved = row;
          },
          complete() {
            // A search that the user stopped has found nothing yet.
            if (last === undefined || last.status === "running") return;
            context.report(findingOf(name, last, judgeEnd(last, solved, thresholds), compare));
          },
        }),
      );
  });
}

function findingOf(run: string, last: Row, judgement: Judgement, compare: SearchOptions["compare"]): Finding {
  const { verdict, because, warnings, relativeResidual, relativeCokernelResidual } = judgement;
  return {
    run,
    verdict,
    because: [because, ...warnings].join("; "),
    numbers: {
      loss: last.value,
      "|grad|^2": last.squaredNorm,
      r: relativeResidual,
      r_H: relativeCokernelResidual,
      index: last.columns.morseIndex,
      steps: last.step,
      ...compare?.(last, judgement),
    },
  };
}

/** ||J F|| / (||J|| ||F||) on the last row, where it costs 21 products. */
function gradientCurvature(): Measure {
  return measure({
    name: "gradientCurvature",
    columns: {
      gradientCurvature: { meaning: "||J F|| / (||J||_2 ||F||) on the last row, ||J||_2 by 20 Lanczos steps" },
    },
    step(it) {
      if (it.status === "running" || !Number.isFinite(it.squaredNorm)) return;
      const { field } = it.at;
      const jacobian = it.at.linearize();
      const product = new Float64Array(field.length);
      jacobian.apply(field, product);
      const curved = norm(product);
      // 0 / 0 is 0: a critical point is flat. The estimate of ||J|| is a lower bound, so is the other one.
      const ratio = curved === 0 ? 0 : curved / norm(field);
      return { columns: { gradientCurvature: ratio === 0 ? 0 : ratio / Math.max(ratio, spectralNorm(jacobian)) } };
    },
  });
}

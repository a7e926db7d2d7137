/** Compares methods on one game: runs each of them, and judges the ends by numbers that do not depend on the method. */

import { defer, type Observable, tap } from "rxjs";
import { thing } from "../../../arguments.ts";
import type { Row } from "../../../arrow/row.ts";
import type { JsonValue } from "../../../json.ts";
import { generalEigenvalues } from "../../../linalg/dense/generalEigenvalues.ts";
import { spectralNorm } from "../../../linalg/spectra/norms.ts";
import { predictedFactor } from "../../../linalg/spectra/stationaryMethods.ts";
import { norm } from "../../../linalg/vector.ts";
import { average } from "../../../operators/measures/average.ts";
import { distanceTo } from "../../../operators/measures/distanceTo.ts";
import { nashConv } from "../../../operators/measures/gaps/nashConv.ts";
import { type NaturalResidualOptions, naturalResidual } from "../../../operators/measures/gaps/naturalResidual.ts";
import { untilStep } from "../../../operators/measures/untilStep.ts";
import { warnNotMonotone } from "../../../operators/measures/warnNotMonotone.ts";
import { escapeKinds } from "../../../operators/support/escape.ts";
import { localStepSize } from "../../../operators/support/localStepSize.ts";
import { naturalResidualNorm } from "../../../operators/support/naturalResidualNorm.ts";
import { checkOption } from "../../../options.ts";
import type { CertifiedProblem, SolvedProblem } from "../../../problems/games/index.ts";
import { playersOf } from "../../../problems/playersOf.ts";
import type { Problem } from "../../../problems/problem.ts";
import { chain } from "../../../streams/chain.ts";
import { evaluate } from "../../../streams/loop/evaluation.ts";
import type { Update } from "../../../streams/types.ts";
import { contextRule } from "../../framework/context.ts";
import type { ExperimentContext, ExperimentRunOptions, Finding } from "../../framework/definition.ts";
import { type GameMethodName, gameMethods } from "./methods.ts";

/** A game, its start, and what to report about a point. */
export interface Contest {
  /** Problem of the game. */
  readonly problem: Problem & Partial<SolvedProblem> & Partial<CertifiedProblem>;
  /** Start of all runs. It is projected onto the constraint. */
  readonly start: ArrayLike<number>;
  /** Problem of each step, for minibatches; `problem` then judges the start. Default: `problem` at every step. */
  readonly batches?: (step: number) => Problem;
  /** Name of what `problem.certificate` measures, which is not used with minibatches. Default "certificate". */
  readonly certificate?: string;
  /** Lipschitz constant L. Default: ||J|| at the start. */
  readonly lipschitz?: number;
  /** Whether F is linear, so that the spectrum of J predicts the rate. Default false. */
  readonly linear?: boolean;
  /**
   * Whether each player's gain by a best response is measured. Default: true if the strategies are bounded and the
   * costs are known.
   */
  readonly exploitability?: boolean;
  /** Function that gives further numbers for the summary. */
  readonly numbers?: (point: Float64Array) => Readonly<Record<string, number | string | undefined>>;
}

/** Options of {@link race}. */
export interface RaceOptions {
  /** Methods to compare, one run each. */
  readonly method: readonly GameMethodName[];
  /** Step size eta. Default: a little below each method's limit for L. */
  readonly stepSize?: number | undefined;
  /** Largest number of steps of a run. */
  readonly iterations: number;
  /** Relative natural residual at which a run ends, in [0, 1). */
  readonly tolerance: number;
  /** Natural residual in the units of the field at which a run ends. Default: `tolerance` ends it. */
  readonly absoluteTolerance?: number | undefined;
  /** Scale eta of natural residuals. Default: 1 / (2 L) near the start. */
  readonly scale?: number | undefined;
}

/** Largest number of rows of a run at which measures are taken that need evaluations of their own. */
const measuredRows = 500;
const largestSpectrum = 60;

/**
 * Runs each method once. The runs are named after the methods, and use as many threads as `--workers` says.
 *
 * L is ||J|| at the start, which is exact for linear fields. If ||J|| grows along the path, methods with a fixed step
 * size may need a smaller one.
 *
 * @example
 * const context = experimentContext({ seed: 1, signal: new AbortController().signal });
 * const contest = { problem: bilinear(), start: [1, 1] };
 * race(context, contest, { method: ["gda", "extragradient"], iterations: 100, tolerance: 1e-10 })
 *   .pipe(filter((row) => row.step === 100))
 *   .subscribe((row) => console.log(row.run.name, row.squaredFieldNorm < 1 ? "converges" : "diverges"));
 * // gda diverges
 * // extragradient converges
 */
export function race(context: ExperimentContext, contest: Contest, options: RaceOptions): Observable<Row> {
  checkOption("race", "context", context, contextRule);
  checkOption(
    "race",
    "contest",
    contest,
    thing("a contest, with problem and start", { problem: "object", start: "list" }),
  );
  checkOption("race", "options", options, thing("an object with a list of methods", { method: "list" }));
  const names = [...new Set(options.method)];
  return defer(() => {
    const start = Float64Array.from(contest.start);
    contest.problem.constraint?.project(start, start);
    const lipschitz = contest.lipschitz ?? (spectralNorm(contest.problem.linearize(start)) || 1);
    const scale = options.scale ?? localStepSize(evaluate(contest.problem, start));
    return context.campaign(names.length, (index) =>
      compete(context, contest, options, names[index]!, { lipschitz, scale }, start),
    );
  });
}

function compete(
  context: ExperimentContext,
  contest: Contest,
  options: RaceOptions,
  name: GameMethodName,
  { lipschitz, scale }: { readonly lipschitz: number; readonly scale: number },
  start: Float64Array,
): Observable<Row> {
  const { problem, batches } = contest;
  const { make, reach, constrainedReach, monotone } = gameMethods[name];
  const share = problem.constraint === undefined ? reach : (constrainedReach ?? reach);
  const stepSize = options.stepSize ?? (share ?? 1) / lipschitz;
  let warned = false;
  const warn = (message: string): void => {
    warned = true;
    context.note(`warning: ${name}: ${message}`);
  };
  const update = chain(
    // A point at which one minibatch has a small residual is not a solution.
    naturalResidual({ scale, ...(batches === undefined ? toleranceOf(options) : {}) }),
    untilStep(options.iterations),
    make({ stepSize, lipschitz, scale: options.scale }),
    ...(monotone && batches === undefined ? [warnNotMonotone({ warn })] : []),
    ...(batches === undefined ? measuresOf(contest, options.iterations, scale) : []),
  );
  const run: ExperimentRunOptions = {
    name,
    description: {
      method: name,
      ...(share === undefined ? {} : { stepSize, lipschitz }),
      players: playersOf(problem).map((player) => player.name),
      ...theoryOf(contest, name, stepSize, start),
    },
  };
  let last: Row | undefined;
  let mean: Float64Array | undefined;
  return context.iterate(batches ?? problem, start, update, run).pipe(
    tap({
      next: (row) => {
        last = row;
        mean = row.vectors.average ?? mean;
      },
      complete() {
        if (last !== undefined && last.status !== "running")
          context.report(findingOf(contest, last, mean, { warned, scale, start }));
      },
    }),
  );
}

/** The tolerance that ends a run. */
function toleranceOf({ tolerance, absoluteTolerance }: RaceOptions): NaturalResidualOptions {
  if (absoluteTolerance !== undefined) return { tolerance: absoluteTolerance };
  return { relativeTolerance: tolerance };
}

function measuresOf(contest: Contest, iterations: number, scale: number): readonly Update[] {
  const { problem } = contest;
  const every = Math.max(1, Math.ceil(iterations / measuredRows));
  const bounded = problem.game !== undefined && problem.constraint?.bounded === true;
  return [
    average({ every }),
    naturalResidual({ of: "average", every, scale }),
    ...(problem.solutions === undefined ? [] : [distanceTo(problem.solutions)]),
    ...((contest.exploitability ?? bounded) ? [nashConv({ every })] : []),
  ];
}

/** Computes what theory predicts for the run, so that figures can show it beside the result. */
function theoryOf(
  { problem, linear }: Contest,
  name: GameMethodName,
  stepSize: number,
  start: Float64Array,
): { readonly theory?: JsonValue } {
  if (problem.constraint !== undefined) return {};
  const { stationary, order, telescopes } = gameMethods[name];
  const small = linear === true && problem.dimension <= largestSpectrum;
  const factor =
    stationary === undefined || !small
      ? undefined
      : predictedFactor(stationary, stepSize, generalEigenvalues(problem.linearize(start)));
  const theory = {
    ...(factor === undefined ? {} : { factor }),
    ...(order === undefined ? {} : { order }),
    ...(telescopes === true && linear === true ? { averageOrder: -1 } : {}),
  };
  return Object.keys(theory).length === 0 ? {} : { theory };
}

function findingOf(
  contest: Contest,
  last: Row,
  mean: Float64Array | undefined,
  { warned, scale, start }: { readonly warned: boolean; readonly scale: number; readonly start: Float64Array },
): Finding {
  const { problem, certificate: certificateName = "certificate" } = contest;
  const { point, columns, status } = last;
  const residual = columns.naturalResidual;
  const length = point === undefined ? Number.NaN : Math.max(norm(start), norm(point));
  const verdict = { converged: "solved", diverged: "diverged", stagnated: "stagnated" }[status as string];
  return {
    run: last.run.name,
    verdict: verdict ?? "unfinished",
    numbers: {
      steps: last.step,
      evaluations: last.evaluations,
      "natural residual": residual,
      "relative residual": residual === undefined || residual === 0 ? residual : (scale * residual) / length,
      ...(columns.escape === undefined ? {} : { "the run leaves, as it is": escapeKinds[columns.escape] }),
      ...((columns.inexactProjections ?? 0) > 0 ? { "inexact projections": columns.inexactProjections } : {}),
      ...(mean === undefined ? {} : { "of the average": naturalResidualNorm(evaluate(problem, mean), scale) }),
      ...(problem.solutions === undefined ? {} : { "to the solution": columns.distance }),
      ...(point === undefined || problem.certificate === undefined || contest.batches !== undefined
        ? {}
        : { [certificateName]: problem.certificate(point) }),
      ...(warned ? { modulus: columns.leastModulus } : {}),
      ...(point === undefined ? {} : contest.numbers?.(point)),
    },
  };
}

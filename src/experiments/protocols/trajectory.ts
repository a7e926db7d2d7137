/** Trajectories of an optimiser, from which most searches draw their starts. */

import { concat, concatMap, defer, EMPTY, type Observable, range, tap } from "rxjs";
import { z } from "zod";
import { callable, textual, thing } from "../../arguments.ts";
import type { Row } from "../../arrow/row.ts";
import { checkOption } from "../../options.ts";
import type { Problem } from "../../problems/problem.ts";
import { problemRule } from "../../problems/traced/arguments.ts";
import { randomSource } from "../../random.ts";
import type { Update } from "../../streams/types.ts";
import { contextRule } from "../framework/context.ts";
import type { ExperimentContext } from "../framework/definition.ts";

/** Options of {@link withTrajectory}. */
export interface TrajectoryOptions {
  /** Start of the trajectory. */
  readonly start: ArrayLike<number>;
  /** Update that makes the trajectory. */
  readonly update: Update;
  /** Name of the run. Default "trajectory". */
  readonly name?: string;
}

/**
 * Emits the rows of a trajectory and then, unless the experiment is stopped, those of the searches that `then` makes.
 *
 * @example
 * const context = experimentContext({ seed: 1, signal: new AbortController().signal });
 * const problem = quartic();
 * const descent = { start: [-3.5, 1], update: chain(untilStep(100), gradientStep(1e-3)) };
 * withTrajectory(context, problem, descent, (rows) => {
 *   const starts = sampleByHeight(rows, { count: 3, seed: context.seed });
 *   return context.campaign(3, (i) =>
 *     criticalPointSearch(context, problem, starts[i]!.point, { name: searchName(i, 3), iterations: 50 }),
 *   );
 * })
 *   .pipe(filter((row) => row.status !== "running"))
 *   .subscribe((end) => console.log(end.run.name, end.status));
 * // trajectory stopped
 * // search-01 converged
 * // search-02 converged
 * // search-03 converged
 */
export function withTrajectory(
  context: ExperimentContext,
  problem: Problem,
  options: TrajectoryOptions,
  then: (trajectory: readonly Row[]) => Observable<Row>,
): Observable<Row> {
  checkHanded("withTrajectory", context, problem, then);
  checkOption("withTrajectory", "options", options, oneRule);
  const { start, update, name = "trajectory" } = options;
  return defer(() => {
    const trajectory: Row[] = [];
    return concat(
      context
        .iterate(problem, start, update, { name, repeat: false, whole: true })
        .pipe(tap((row) => trajectory.push(row))),
      defer(() => (context.signal.aborted ? EMPTY : then(trajectory))),
    );
  });
}

/** Options of {@link withTrajectories}. */
export interface TrajectoriesOptions {
  /** Number of trajectories. */
  readonly count: number;
  /** Start of each trajectory, by index from 0. */
  readonly start: (index: number) => ArrayLike<number>;
  /** Update that makes the trajectories. */
  readonly update: Update;
  /** Number of steps after which the update ends at the latest, for those who watch. Default: nothing is said of it. */
  readonly stepsMost?: number;
}

/**
 * Does the same as {@link withTrajectory} with several trajectories, one after the other. Their runs are called
 * `trajectory-01`, `trajectory-02`, ..., or `trajectory` if there is only one.
 *
 * @example
 * const context = experimentContext({ seed: 1, signal: new AbortController().signal });
 * const problem = deepLinearAutoencoder({ inputs: 4, hidden: 2 });
 * const start = (i: number) => smallStart(problem.dimension, context.seed, i);
 * const update = chain(untilStep(50), gradientStep(0.01));
 * withTrajectories(context, problem, { count: 2, start, update }, (trajectories) =>
 *   context.campaign(2, (i) => {
 *     const [sample] = sampleByHeight(trajectories[i]!, { count: 1, seed: context.seed });
 *     return criticalPointSearch(context, problem, sample!.point, { name: searchName(i, 2), iterations: 50 });
 *   }),
 * )
 *   .pipe(filter((row) => row.step === 0))
 *   .subscribe((row) => console.log(row.run.name));
 * // trajectory-01
 * // trajectory-02
 * // search-01
 * // search-02
 */
export function withTrajectories(
  context: ExperimentContext,
  problem: Problem,
  options: TrajectoriesOptions,
  then: (trajectories: readonly (readonly Row[])[]) => Observable<Row>,
): Observable<Row> {
  checkHanded("withTrajectories", context, problem, then);
  checkOption("withTrajectories", "options", options, severalRule);
  const { count, start, update, stepsMost } = options;
  const about = stepsMost === undefined ? {} : { description: { stepsMost } };
  return defer(() => {
    const trajectories: Row[][] = Array.from({ length: count }, () => []);
    const rows = range(0, count).pipe(
      concatMap((index) =>
        context
          .iterate(problem, start(index), update, {
            name: searchName(index, count, "trajectory"),
            repeat: false,
            whole: true,
            ...about,
          })
          .pipe(tap((row) => trajectories[index]!.push(row))),
      ),
    );
    return concat(
      rows,
      defer(() => (context.signal.aborted ? EMPTY : then(trajectories))),
    );
  });
}

/**
 * Draws a start as the optimisers of [1] do: all n parameters, biases included, are independent and normal with
 * variance 1 / n.
 *
 * The origin is a critical point of a linear network. From a start so close to it, a trajectory passes saddle after
 * saddle on its way down. The publications do not state this distribution; the code published with them does.
 *
 * @param index number of the start, from 0; each number gives another start
 * @param factor factor of all parameters; with 0.3 the deep linear autoencoder gives entropies like those of [1]
 * @example
 * const problem = deepLinearAutoencoder({ inputs: 4, hidden: 2 });
 * const starts = [0, 1, 2].map((i) => smallStart(problem.dimension, 1, i));
 * console.log(starts.map((start) => start.length).join(" "));
 * // 16 16 16
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export function smallStart(dimension: number, seed: number, index: number, factor = 1): Float64Array {
  checkOption("smallStart", "dimension", dimension, { integer: true, min: 0 });
  checkOption("smallStart", "seed", seed, {});
  checkOption("smallStart", "index", index, { integer: true, min: 0 });
  checkOption("smallStart", "factor", factor, {});
  const random = randomSource(seed, "smallStart", index);
  return Float64Array.from({ length: dimension }, () => (factor * random.normal()) / Math.sqrt(dimension));
}

/** Fields that the schemas of all protocols with trajectories and Newton-MR share. */
export const protocolShape = {
  startScale: z
    .number()
    .positive()
    .default(1)
    .describe("factor of all parameters where a trajectory starts; 0.3 comes closer to the published entropies"),
  returnedIterate: z
    .enum(["passed", "last"])
    .default("passed")
    .describe("iterate of MINRES-QLP: the one that passed its test, or the one after it, as in the published code"),
} as const;

/**
 * Names a search, so that names sort in the order of the searches: `search-07` if there are 20, `search` if there is
 * only one.
 *
 * @example
 * console.log(searchName(6, 20), searchName(0, 1), searchName(6, 1000, "newton"));
 * // search-07 search newton-0007
 * @param index number of the search, from 0
 * @param count number of searches
 */
export function searchName(index: number, count: number, prefix = "search"): string {
  checkOption("searchName", "index", index, { integer: true, min: 0 });
  checkOption("searchName", "count", count, { integer: true, min: 1 });
  checkOption("searchName", "prefix", prefix, textual);
  if (count === 1) return prefix;
  return `${prefix}-${String(index + 1).padStart(Math.max(2, String(count).length), "0")}`;
}

/**
 * Runs `act` when everything before it has ended, unless the experiment was stopped.
 *
 * @example
 * const conclude = (line: string) => console.log(line);
 * const context = experimentContext({ seed: 1, signal: new AbortController().signal, onConclusion: conclude });
 * let count = 0;
 * const rows = context.iterate(bilinear(), [1, 1], chain(untilStep(10), gradientStep(0.1))).pipe(tap(() => count++));
 * concat(rows, atTheEnd(context, () => context.conclude(`${count} rows`))).subscribe();
 * // 11 rows
 */
export function atTheEnd(context: ExperimentContext, act: () => void): Observable<never> {
  checkOption("atTheEnd", "context", context, thing("the context of an experiment", { signal: "object" }));
  checkOption("atTheEnd", "act", act, callable);
  return defer(() => {
    if (!context.signal.aborted) act();
    return EMPTY;
  });
}

const oneRule = thing("an object with start and update", { start: "list", update: "function" });
const severalRule = thing("an object with count, start and update", {
  count: "number",
  start: "function",
  update: "function",
});

function checkHanded(who: string, context: ExperimentContext, problem: Problem, then: unknown): void {
  checkOption(who, "context", context, contextRule);
  checkOption(who, "problem", problem, problemRule);
  checkOption(who, "then", then, callable);
}

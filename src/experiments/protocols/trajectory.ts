/** What most searches begin with: an optimiser's trajectory, from which their starts are drawn. */
import { concat, concatMap, defer, EMPTY, type Observable, range, tap } from "rxjs";
import type { Row } from "../../arrow/row.ts";
import type { Problem } from "../../problems/problem.ts";
import { randomSource } from "../../random.ts";
import type { Update } from "../../streams/types.ts";
import type { ExperimentContext } from "../framework/definition.ts";

export interface TrajectoryOptions {
  readonly start: ArrayLike<number>;
  readonly update: Update;
  /** Of the run. Default "trajectory". */
  readonly name?: string;
}

/**
 * The rows of a trajectory, then those of what its rows lead to; nothing of that once the experiment is stopped.
 *
 * @example withTrajectory(context, problem, { start, update }, (rows) => context.campaign(20, (i) => search(sampleByHeight(rows)[i])))
 */
export function withTrajectory(
  context: ExperimentContext,
  problem: Problem,
  { start, update, name = "trajectory" }: TrajectoryOptions,
  then: (trajectory: readonly Row[]) => Observable<Row>,
): Observable<Row> {
  return defer(() => {
    const trajectory: Row[] = [];
    return concat(
      context.iterate(problem, start, update, { name }).pipe(tap((row) => trajectory.push(row))),
      defer(() => (context.signal.aborted ? EMPTY : then(trajectory))),
    );
  });
}

export interface TrajectoriesOptions {
  readonly count: number;
  readonly start: (index: number) => ArrayLike<number>;
  readonly update: Update;
}

/** As {@link withTrajectory}, for several, one after the other: `trajectory-01`, `trajectory-02`, ...; `trajectory` of one. */
export function withTrajectories(
  context: ExperimentContext,
  problem: Problem,
  { count, start, update }: TrajectoriesOptions,
  then: (trajectories: readonly (readonly Row[])[]) => Observable<Row>,
): Observable<Row> {
  return defer(() => {
    const trajectories: Row[][] = Array.from({ length: count }, () => []);
    const rows = range(0, count).pipe(
      concatMap((index) =>
        context
          .iterate(problem, start(index), update, { name: searchName(index, count, "trajectory") })
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
 * Where the optimisers of [1] start: all parameters, biases too, independent and normal of variance 1 / n, n their number.
 *
 * So near the origin, which for a linear network is a critical point, a trajectory passes saddle after saddle on its way down. The
 * publications do not state this law; the code published with them has it.
 *
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export function smallStart(dimension: number, seed: number, index: number): Float64Array {
  const random = randomSource(seed, "smallStart", index);
  return Float64Array.from({ length: dimension }, () => random.normal() / Math.sqrt(dimension));
}

/** `search-07` of 20; `search` of one. */
export function searchName(index: number, count: number, prefix = "search"): string {
  if (count === 1) return prefix;
  return `${prefix}-${String(index + 1).padStart(Math.max(2, String(count).length), "0")}`;
}

/** Runs `act` when everything before it is over, unless the experiment was stopped. */
export function atTheEnd(context: ExperimentContext, act: () => void): Observable<never> {
  return defer(() => {
    if (!context.signal.aborted) act();
    return EMPTY;
  });
}

/** What most searches begin with: an optimiser's trajectory, from which their starts are drawn. */
import { concat, defer, EMPTY, type Observable, tap } from "rxjs";
import type { Row } from "../arrow/row.ts";
import type { Problem } from "../problems/problem.ts";
import type { Update } from "../streams/types.ts";
import type { ExperimentContext } from "./definition.ts";

export interface TrajectoryOptions {
  readonly start: ArrayLike<number>;
  readonly update: Update;
  /** Of the run. Default "trajectory". */
  readonly name?: string;
}

/**
 * The rows of a trajectory, then those of what its rows lead to; nothing of that once the experiment is stopped.
 *
 * @example withTrajectory(context, problem, { start, update }, (rows) => context.campaign(20, (i) => search(uniformHeight(rows)[i])))
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

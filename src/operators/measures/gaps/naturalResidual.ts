import { type Columns, defineMeasure, failure, type Measure, norm, readOptions } from "../../../authoring/index.ts";
import { beginWatch, escapeColumns, type Watch, watchEscape } from "../../support/escape.ts";
import { localStepSize } from "../../support/localStepSize.ts";
import { columnName, type MeasuredPointOptions, measuredPoint, pointRules } from "../../support/measuredPoint.ts";
import { naturalResidualNorm } from "../../support/naturalResidualNorm.ts";
import { nearSolution } from "../../support/nearSolution.ts";

/** Options of {@link naturalResidual}. */
export interface NaturalResidualOptions extends MeasuredPointOptions {
  /**
   * Scale eta > 0, or `"local"`: 1 / (2 L) with the Lipschitz quotient L of the field near the first point. Default 1,
   * as the residual is defined; with `relativeTolerance` `"local"`.
   */
  readonly scale?: number | "local";
  /**
   * Tolerance in the units of the field: the run ends with the first measured row at or below it. Default: the run does
   * not end.
   */
  readonly tolerance?: number;
  /**
   * Tolerance without units: the run ends where ||z - Pi_C(z - eta F(z))|| is at most this times the length of the
   * problem, the larger of ||z|| and the start's. Give this or `tolerance`.
   */
  readonly relativeTolerance?: number;
}

const rules = {
  ...pointRules,
  scale: { above: 0, or: ["local"] },
  tolerance: { min: 0, infinite: true },
  relativeTolerance: { min: 0, below: 1 },
} as const;

/** Share of the first residual to which a residual must have fallen, unless the first one is small enough itself. */
const leastFall = 0.1;

/**
 * Measures the natural residual ||z - Pi_C(z - eta F(z))|| / eta, which is zero exactly at the solutions of VI(F, C)
 * and equals ||F|| without a constraint.
 *
 * Column `naturalResidual`; with `of: "average"`, `averageNaturalResidual`. It is computed without adding eta F to z,
 * so that no step is lost beside a large z. For mu-strongly monotone, L-Lipschitz F and eta = 1 the distance to the
 * solution is at most (1 + L) / mu times the residual.
 *
 * With `tolerance` or `relativeTolerance` it is the stop condition for constrained problems. Placed first inside the
 * update it then saves the last step's cost. It ends a run in one of three ways:
 *
 * - `converged`: the residual is within the tolerance at the first row or has fallen to a tenth of what it was there,
 *   and a solution is near. Where the field only fades, as exp(-z) does, J fades with it; such rows do not end the run.
 * - `stagnated`: the same, but the projection onto C of this row was not exact (see `inexactProjections` of a set).
 * - `diverged`: the iterates leave for infinity. At the steps 32, 64, 128, ... the way of the second half of the steps
 *   is examined: C does not end in this direction d, and up to 2^20 times the way the projected step points along d.
 *   For a monotone F this proves that there is no solution. The vector column `escapeDirection` holds d, `escapeSlope`
 *   the largest <F, d> on the way, which is negative, and `escape` says what it means: `unbounded`, a cost falls for
 *   ever, or `infeasible`, no point satisfies the conditions. With `of` the iterates are not examined.
 *
 * Use {@link untilCritical} to stop on problems without a constraint, {@link primalGap} or {@link mintyGap} for the
 * gaps that theory bounds, {@link nashConv} or {@link dualityGap} for the players' gains.
 *
 * Cost: one projection; with `of` one evaluation; at a row within the tolerance and at steps that are powers of two a
 * few evaluations more. The run does not count them. State with a tolerance: a point, n numbers.
 *
 * @example
 * const start = [0.6, 0.3, 0.1, 0.2, 0.5, 0.3];
 * iterate(rockPaperScissors(), start, chain(naturalResidual({ tolerance: 1e-3 }), extragradient({ stepSize: 0.4 })))
 *   .pipe(takeLast(2))
 *   .subscribe((it) => console.log(it.step, it.status, it.columns.naturalResidual!.toFixed(5)));
 * // 45 running 0.00113
 * // 46 converged 0.00098
 * @param options {@link NaturalResidualOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, or both tolerances; in the stream, for a vector
 *   column that the run does not have
 */
export function naturalResidual(options: NaturalResidualOptions = {}): Measure {
  const { scale, tolerance, relativeTolerance, ...where } = readOptions("naturalResidual", options, rules);
  if (tolerance !== undefined && relativeTolerance !== undefined) {
    throw failure(
      "ERR_OPTION_RANGE",
      "naturalResidual: expected tolerance or relativeTolerance, got both; leave one out",
    );
  }
  const measured = measuredPoint("naturalResidual", where);
  const name = columnName("naturalResidual", where.of);
  const stops = tolerance !== undefined || relativeTolerance !== undefined;
  const watches = stops && where.of === undefined;
  const given = scale ?? (relativeTolerance === undefined ? 1 : "local");
  const eta = given === "local" ? "eta" : given;
  const columns: Columns = {
    [name]: {
      meaning:
        `||z - Pi_C(z - ${eta} F(z))|| / ${eta}${where.of === undefined ? "" : ` at ${where.of}`}` +
        (given === "local" ? ", eta = 1 / (2 L) at the first point" : ""),
    },
    ...(watches ? escapeColumns : {}),
  };
  return defineMeasure({
    name: "naturalResidual",
    columns,
    init: (first, previous?: State): State =>
      previous ?? {
        eta: given === "local" ? undefined : given,
        start: norm(first.point),
        first: undefined,
        largest: 0,
        last: 0,
        watch: watches ? beginWatch(first.point) : undefined,
      },
    step(it, before) {
      const state = { ...before };
      const watched = state.watch === undefined ? undefined : watchEscape(it, state.watch);
      if (watched !== undefined) state.watch = watched.state;
      const at = measured(it);
      if (at === undefined) return { state, ...watched?.result };
      const { constraint } = at.problem;
      const inexact = constraint?.inexactProjections?.();
      state.eta ??= localStepSize(at);
      const residual = naturalResidualNorm(at, state.eta);
      state.first ??= residual;
      if (residual > state.largest) state.largest = residual;
      const result = { state, ...watched?.result, columns: { [name]: residual, ...watched?.result?.columns } };
      if (result.status !== undefined || !stops) return result;
      const length = Math.max(state.start, norm(at.point));
      const bound = tolerance ?? (relativeTolerance! * length) / state.eta;
      // Where z leaves for infinity, any residual becomes small against it; one that has not fallen says nothing then.
      const fallen = before.first === undefined || residual <= leastFall * state.first;
      const reached = residual <= bound && fallen && nearSolution(at, residual, { ...state, length });
      if (residual > 0) state.last = residual;
      if (!reached) return result;
      const exact = (it.columns.inexactProjections ?? 0) === 0 && inexact === constraint?.inexactProjections?.();
      return { ...result, status: exact ? ("converged" as const) : ("stagnated" as const) };
    },
  });
}

interface State {
  /** Scale of the residual; undefined before the first measured row, where it comes from the problem. */
  eta: number | undefined;
  /** ||z|| at the start. */
  readonly start: number;
  /** Residual of the first measured row; undefined before it. */
  first: number | undefined;
  /** Largest residual so far. */
  largest: number;
  /** Last residual that was not 0. */
  last: number;
  /** What is known of the way of the iterates; undefined where it is not watched. */
  watch: Watch | undefined;
}

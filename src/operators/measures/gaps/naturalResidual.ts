import { defineMeasure, distance, type Measure, readOptions } from "../../../authoring/index.ts";
import { columnName, type MeasuredPointOptions, measuredPoint, pointRules } from "../../support/measuredPoint.ts";
import { projectedStep } from "../../support/projectedStep.ts";

/** Options of {@link naturalResidual}. */
export interface NaturalResidualOptions extends MeasuredPointOptions {
  /** Scale eta > 0. Default 1. */
  readonly scale?: number;
  /**
   * Tolerance: the run ends with the first measured row at or below it, status "converged". Default: the run does not
   * end.
   */
  readonly tolerance?: number;
}

const rules = {
  ...pointRules,
  scale: { default: 1, above: 0 },
  tolerance: { min: 0, infinite: true },
} as const;

/**
 * Measures the natural residual ||z - Pi_C(z - eta F(z))|| / eta, which is zero exactly at the solutions of VI(F, C)
 * and equals ||F|| without a constraint.
 *
 * Column `naturalResidual`; with `of: "average"`, `averageNaturalResidual`. For mu-strongly monotone, L-Lipschitz F and
 * eta = 1 the distance to the solution is at most (1 + L) / mu times the residual. With `tolerance` it is the stop
 * condition for constrained problems. Placed first inside the update it then saves the last step's cost.
 *
 * Use {@link untilCritical} to stop on problems without a constraint, {@link primalGap} or {@link mintyGap} for the
 * gaps that theory bounds, {@link nashConv} or {@link dualityGap} for the players' gains.
 *
 * Cost: one projection; with `of` one evaluation, which the run does not count.
 *
 * @example
 * const start = [0.6, 0.3, 0.1, 0.2, 0.5, 0.3];
 * iterate(rockPaperScissors(), start, chain(naturalResidual({ tolerance: 1e-3 }), extragradient({ stepSize: 0.4 })))
 *   .pipe(takeLast(2))
 *   .subscribe((it) => console.log(it.step, it.status, it.columns.naturalResidual!.toFixed(5)));
 * // 45 running 0.00113
 * // 46 converged 0.00098
 * @param options {@link NaturalResidualOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range; in the stream, for a vector column that the run does
 *   not have
 */
export function naturalResidual(options: NaturalResidualOptions = {}): Measure {
  const { scale, tolerance, ...where } = readOptions("naturalResidual", options, rules);
  const measured = measuredPoint("naturalResidual", where);
  const name = columnName("naturalResidual", where.of);
  return defineMeasure({
    name: "naturalResidual",
    columns: {
      [name]: {
        meaning: `||z - Pi_C(z - ${scale} F(z))|| / ${scale}${where.of === undefined ? "" : ` at ${where.of}`}`,
      },
    },
    step(it) {
      const at = measured(it);
      if (at === undefined) return;
      const { problem, point, field } = at;
      const residual =
        problem.constraint === undefined
          ? Math.sqrt(at.squaredFieldNorm)
          : distance(point, projectedStep(problem, point, scale, field)) / scale;
      const reached = tolerance !== undefined && residual <= tolerance;
      return { columns: { [name]: residual }, ...(reached ? { status: "converged" as const } : {}) };
    },
  });
}

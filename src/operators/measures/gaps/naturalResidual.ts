import { defineMeasure, distance, type Measure, readOptions } from "../../../authoring/index.ts";
import { columnName, type MeasuredPointOptions, measuredPoint, pointRules } from "../../support/measuredPoint.ts";
import { projectedStep } from "../../support/projectedStep.ts";

export interface NaturalResidualOptions extends MeasuredPointOptions {
  /** eta > 0. Default 1. */
  readonly scale?: number;
  /** Ends with the first row at or below this, status "converged". Default: never. */
  readonly tolerance?: number;
}

const rules = {
  ...pointRules,
  scale: { default: 1, above: 0 },
  tolerance: { min: 0, infinite: true },
} as const;

/**
 * The natural residual ||z - Pi_C(z - eta F(z))|| / eta: zero exactly at the solutions of VI(F, C), ||F|| without a
 * constraint.
 *
 * Column `naturalResidual`, with `of: "average"` `averageNaturalResidual`. For mu-strongly monotone, L-Lipschitz F and eta
 * = 1 the distance to the solution is at most (1 + L) / mu times it. Where `until` is given it is the stop condition for
 * constrained problems, as `untilCritical` is for others; first inside the update it saves the last step's cost.
 *
 * Cost: one projection; for another point than the row's own one evaluation, which the run does not count.
 *
 * @example iterate(problem, start, chain(naturalResidual({ tolerance: 1e-10 }), extragradient({ stepSize: 0.1 })))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @throws {RangeError} ERR_OPTION_RANGE, in the stream, for a vector column that the run does not have
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

import { measure } from "../../../streams/author.ts";
import type { Measure } from "../../../streams/types.ts";
import { checkOption, checkOptions } from "../../support/checkOption.ts";
import { checkMeasured, columnName, type MeasuredPointOptions, measuredAt } from "../../support/measuredPoint.ts";
import { checkStepSize, distance, projectedStep } from "../../support/moves.ts";

export interface NaturalResidualOptions extends MeasuredPointOptions {
  /** eta > 0. Default 1. */
  readonly scale?: number;
  /** Ends with the first row at or below this, status "converged". Default: never. */
  readonly until?: number;
}

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
 * @example iterate(problem, start, method(naturalResidual({ until: 1e-10 }), extragradient({ stepSize: 0.1 })))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @throws {RangeError} ERR_OPTION_RANGE, in the stream, for a vector column that the run does not have
 */
export function naturalResidual(options: NaturalResidualOptions = {}): Measure {
  checkOptions("naturalResidual", options);
  const { of, scale = 1, until } = options;
  checkMeasured("naturalResidual", options);
  checkStepSize("naturalResidual", scale);
  checkOption("naturalResidual", until === undefined || until >= 0, "until", "of 0 or more", until);
  const name = columnName("naturalResidual", of);
  return measure({
    name: "naturalResidual",
    columns: {
      [name]: { meaning: `||z - Pi_C(z - ${scale} F(z))|| / ${scale}${of === undefined ? "" : ` at ${of}`}` },
    },
    step(it) {
      const at = measuredAt("naturalResidual", it, options);
      if (at === undefined) return;
      const { problem, point, field } = at;
      const residual =
        problem.constraint === undefined
          ? Math.sqrt(at.squaredNorm)
          : distance(point, projectedStep(problem, point, scale, field)) / scale;
      const reached = until !== undefined && residual <= until;
      return { columns: { [name]: residual }, ...(reached ? { status: "converged" as const } : {}) };
    },
  });
}

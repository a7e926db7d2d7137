import { defineMeasure, failure, type Iterate, type Measure, readOptions } from "../../authoring/index.ts";
import { showValue } from "../../options.ts";
import { columnName, type MeasuredPointOptions, pointRules } from "../support/measuredPoint.ts";
import { measuredSteps } from "../support/measuredSteps.ts";

/**
 * Measures the Euclidean distance to a known solution, or to the nearest of several.
 *
 * Column `distance`; with `of: "average"`, `averageDistance`.
 *
 * Use {@link naturalResidual} or a gap ({@link primalGap}, {@link dualityGap}) when the solution is not known.
 *
 * Cost: 3 n operations per solution.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(2), extragradient({ stepSize: 0.5 })))
 *   .pipe(distanceTo([0, 0]))
 *   .subscribe((it) => console.log(it.step, it.columns.distance!.toFixed(4)));
 * // 0 1.4142
 * // 1 1.2748
 * // 2 1.1490
 * @param solutions one point, or a list of points
 * @param options {@link MeasuredPointOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for an empty list; in the stream ERR_LENGTH for a solution that has not the
 *   length of the point
 */
export function distanceTo(
  solutions: ArrayLike<number> | readonly ArrayLike<number>[],
  options: MeasuredPointOptions = {},
): Measure {
  const { of, ...when } = readOptions("distanceTo", options, pointRules);
  const measured = measuredSteps("distanceTo", when);
  const isList = Array.isArray(solutions) || ArrayBuffer.isView(solutions);
  const known = isList && !isPoint(solutions) ? solutions : [solutions as ArrayLike<number>];
  if (known.length === 0 || known.some((solution) => !(solution?.length > 0) || typeof solution[0] !== "number")) {
    throw failure(
      "ERR_OPTION_RANGE",
      `distanceTo: expected a solution, or a list of them, got ${showValue(solutions)}`,
    );
  }
  const name = columnName("distance", of);
  return defineMeasure({
    name: "distanceTo",
    columns: { [name]: { meaning: `distance to the nearest known solution${of === undefined ? "" : `, of ${of}`}` } },
    step(it: Iterate) {
      const point = of === undefined ? it.point : it.vectors[of];
      if (!measured(it) || point === undefined) return;
      let least = Number.POSITIVE_INFINITY;
      for (const solution of known) {
        if (solution.length !== point.length) {
          throw failure(
            "ERR_LENGTH",
            `distanceTo: expected a solution of length ${point.length}, got ${solution.length}; the problem is ${it.at.problem.name}`,
          );
        }
        let sum = 0;
        for (let i = 0; i < point.length; i++) sum += (point[i]! - solution[i]!) ** 2;
        if (!(sum >= least)) least = sum;
      }
      return { columns: { [name]: Math.sqrt(least) } };
    },
  });
}

function isPoint(solutions: ArrayLike<number> | readonly ArrayLike<number>[]): solutions is ArrayLike<number> {
  return typeof solutions[0] === "number";
}

import {
  defineMeasure,
  failure,
  isFiniteVector,
  type Measure,
  type Problem,
  readOptions,
} from "../../../authoring/index.ts";
import { type HeldOutOptions, heldOutRules } from "../../support/heldOut.ts";
import { chosenPoint, columnName } from "../../support/measuredPoint.ts";

/**
 * Measures a loss on held-out data at the present point, in the rows that `every` says.
 *
 * Column `testLoss`, or with `on: "validation"` `validationLoss`; rows that are not measured, and points that are not
 * finite, have none. The loss is a problem on other data, such as `problem.with({ inputs, targets })`, penalty included;
 * or any function of the point, such as `loss` of what `trainable` gives for held-out data.
 *
 * Use {@link accuracy} and {@link calibration} for classes.
 *
 * Cost per measurement: an evaluation of the problem, gradient included, or of the function.
 *
 * @example
 * const heldOut = (point: Float64Array) => (point[0]! + 1) ** 2;
 * const update = chain(untilStep(4), gradientStep(0.005), testLoss(heldOut, { every: 2 }));
 * for (const { step, columns } of firstRows(quartic(), [1, 2], update, 5)) console.log(step, columns.testLoss?.toFixed(3));
 * // 0 4.000
 * // 1 undefined
 * // 2 3.840
 * // 3 undefined
 * // 4 3.679
 * @param loss problem with a potential on held-out data, or a function of the point
 * @param options {@link HeldOutOptions}
 * @throws {TypeError} ERR_OPTION_TYPE for something else; ERR_UNSUPPORTED for a problem without a potential
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 */
export function testLoss(loss: Problem | ((point: Float64Array) => number), options: HeldOutOptions = {}): Measure {
  const { on, ...where } = readOptions("testLoss", options, heldOutRules);
  const chosen = chosenPoint("testLoss", where);
  const value = evaluatorOf(loss);
  const name = columnName(`${on}Loss`, where.of);
  return defineMeasure({
    name: "testLoss",
    columns: { [name]: { meaning: `loss on the ${on} data${where.of === undefined ? "" : `, of ${where.of}`}` } },
    step(it) {
      const point = chosen(it);
      if (point === undefined || !isFiniteVector(point)) return undefined;
      return { columns: { [name]: value(point) } };
    },
  });
}

function evaluatorOf(loss: Problem | ((point: Float64Array) => number)): (point: Float64Array) => number {
  if (typeof loss === "function") return loss;
  if (typeof loss !== "object" || loss === null || typeof loss.evaluate !== "function") {
    throw failure("ERR_OPTION_TYPE", `testLoss: expected a problem or a function of the point, got ${typeof loss}`);
  }
  if (loss.hasPotential !== true && !loss.symmetric) {
    throw failure("ERR_UNSUPPORTED", `testLoss: expected a problem with a loss, got ${loss.name}, which is a field`);
  }
  const field = new Float64Array(loss.dimension);
  return (point) => loss.evaluate(point, field);
}

import { defineMeasure, isFiniteVector, type Measure, readOptions } from "../../../authoring/index.ts";
import { checkedTruth, type HeldOutOptions, heldOutRules, outputsPerRow, type Predict } from "../../support/heldOut.ts";
import { chosenPoint, columnName } from "../../support/measuredPoint.ts";

/**
 * Measures the share of rows whose largest output is that of their class, in the rows of the run that `every` says.
 *
 * Column `testAccuracy`, or with `on: "validation"` `validationAccuracy`; rows that are not measured, and outputs that
 * are not finite, have none. Of equal outputs the first counts. One output per row is the log odds of class 1 against
 * class 0, which is predicted where it is positive.
 *
 * Use {@link calibration} when probabilities matter, {@link testLoss} for the loss itself.
 *
 * Cost per measurement: the outputs, and a pass over them.
 *
 * @example
 * const scores = (point: Float64Array) => Float64Array.of(point[0]!, 0, 0, point[1]!); // two rows, two classes
 * const [first] = firstRows(quartic(), [1, 2], chain(gradientStep(0.01), accuracy(scores, [0, 0])), 1);
 * console.log(first!.columns.testAccuracy);
 * // 0.5
 * @param predict function that gives the outputs at a point, rows x classes, as `predictions` does
 * @param labels class of each row, an integer from 0
 * @param options {@link HeldOutOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range and for labels that are not integers from 0; in the
 *   stream for labels above the classes, and ERR_LENGTH if there are not as many outputs in each row
 */
export function accuracy(predict: Predict, labels: ArrayLike<number>, options: HeldOutOptions = {}): Measure {
  const { on, ...where } = readOptions("accuracy", options, heldOutRules);
  const chosen = chosenPoint("accuracy", where);
  const truth = checkedTruth("accuracy", predict, labels);
  const name = columnName(`${on}Accuracy`, where.of);
  return defineMeasure({
    name: "accuracy",
    columns: { [name]: { meaning: `share of the ${on} data that is classified correctly` } },
    step(it) {
      const point = chosen(it);
      if (point === undefined || !isFiniteVector(point)) return undefined;
      const outputs = predict(point);
      const width = outputsPerRow("accuracy", outputs, truth);
      if (!isFiniteVector(outputs)) return undefined;
      let correct = 0;
      for (let i = 0; i < truth.length; i++) {
        let best = width === 1 && outputs[i]! > 0 ? 1 : 0;
        for (let c = 1; c < width; c++) if (outputs[i * width + c]! > outputs[i * width + best]!) best = c;
        if (best === truth[i]) correct++;
      }
      return { columns: { [name]: correct / truth.length } };
    },
  });
}

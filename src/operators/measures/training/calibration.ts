import { defineMeasure, failure, isFiniteVector, type Measure, readOptions } from "../../../authoring/index.ts";
import { exp, log } from "../../../elementary/index.ts";
import { checkedTruth, type HeldOutOptions, heldOutRules, outputsPerRow, type Predict } from "../../support/heldOut.ts";
import { chosenPoint, columnName } from "../../support/measuredPoint.ts";
import { positiveInteger } from "../../support/rules.ts";

/** Options of {@link calibration}. */
export interface CalibrationOptions extends HeldOutOptions {
  /** Number of bins of equal width into which confidences fall. Default 15 [1]. */
  readonly bins?: number;
  /** What the outputs are: logits, of which the softmax is taken, or probabilities. Default "logits". */
  readonly outputs?: "logits" | "probabilities";
}

const rules = {
  ...heldOutRules,
  bins: { ...positiveInteger, default: 15 },
  outputs: { default: "logits", oneOf: ["logits", "probabilities"] },
} as const;

/**
 * Measures how far predicted probabilities can be trusted, in the rows of the run that `every` says.
 *
 * With p_ic the probability of class c in row i of n, y_i its label, and the confidence c_i = max_c p_ic, the columns are
 * - `testCalibrationError`, the expected calibration error [1]: the sum over the bins ((m - 1) / M, m / M] of
 *   |B_m| / n |accuracy(B_m) - mean confidence(B_m)|;
 * - `testLogLoss`, the mean of -log p_(i, y_i), without a penalty;
 * - `testBrierScore`, the mean over rows of the sum over classes of (p_ic - [c = y_i])^2 [2], between 0 and 2.
 *
 * With `on: "validation"` they begin with `validation`. One output per row is that of class 1 against class 0. Rows that
 * are not measured, and outputs that are not finite, have none; a true class of probability 0 gives infinity.
 *
 * Cost per measurement: the outputs, and n exponentials per class.
 *
 * @example
 * const scores = (point: Float64Array) => Float64Array.of(point[0]!, 0, 0, point[1]!); // two rows, two classes
 * const [first] = firstRows(quartic(), [1, 2], chain(gradientStep(0.01), calibration(scores, [0, 1])), 1);
 * const { testCalibrationError, testLogLoss, testBrierScore } = first!.columns;
 * console.log([testCalibrationError, testLogLoss, testBrierScore].map((x) => x!.toFixed(4)).join(" "));
 * // 0.1941 0.2201 0.0865
 * @param predict function that gives the outputs at a point, rows x classes, as `predictions` does
 * @param labels class of each row, an integer from 0
 * @param options {@link CalibrationOptions}
 * @throws {RangeError} as {@link accuracy}; in the stream ERR_OPTION_RANGE for probabilities outside [0, 1]
 * @see [1] Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", 2017, arXiv:1706.04599
 * @see [2] Brier, "Verification of forecasts expressed in terms of probability", 1950,
 *   doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2
 */
export function calibration(predict: Predict, labels: ArrayLike<number>, options: CalibrationOptions = {}): Measure {
  const { on, bins, outputs: kind, ...where } = readOptions("calibration", options, rules);
  const chosen = chosenPoint("calibration", where);
  const truth = checkedTruth("calibration", predict, labels);
  const named = (what: string): string => columnName(on + what, where.of);
  return defineMeasure({
    name: "calibration",
    columns: {
      [named("CalibrationError")]: { meaning: `expected calibration error on the ${on} data, ${bins} bins` },
      [named("LogLoss")]: { meaning: `mean of -log of the probability of the true class, ${on} data` },
      [named("BrierScore")]: { meaning: `mean squared distance of probabilities from the truth, ${on} data` },
    },
    step(it) {
      const point = chosen(it);
      if (point === undefined || !isFiniteVector(point)) return undefined;
      const outputs = predict(point);
      const width = outputsPerRow("calibration", outputs, truth);
      if (!isFiniteVector(outputs)) return undefined;
      const { error, logLoss, brier } = scores(outputs, width, truth, { bins, kind });
      return {
        columns: {
          [named("CalibrationError")]: error,
          [named("LogLoss")]: logLoss,
          [named("BrierScore")]: brier,
        },
      };
    },
  });
}

interface Scores {
  readonly error: number;
  readonly logLoss: number;
  readonly brier: number;
}

function scores(
  outputs: Float64Array,
  width: number,
  truth: Int32Array,
  { bins, kind }: { readonly bins: number; readonly kind: "logits" | "probabilities" },
): Scores {
  const classes = Math.max(2, width);
  const p = new Float64Array(classes);
  const excess = new Float64Array(bins);
  let logLoss = 0;
  let brier = 0;
  for (const [i, label] of truth.entries()) {
    const surprise =
      kind === "logits" ? softmax(outputs, i, width, label, p) : probabilities(outputs, i, width, label, p);
    logLoss += surprise;
    let best = 0;
    for (let c = 0; c < classes; c++) {
      if (p[c]! > p[best]!) best = c;
      brier += (p[c]! - (c === label ? 1 : 0)) ** 2;
    }
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(p[best]! * bins) - 1));
    excess[bin] = excess[bin]! + (best === label ? 1 : 0) - p[best]!;
  }
  const n = truth.length;
  return { error: excess.reduce((sum, own) => sum + Math.abs(own), 0) / n, logLoss: logLoss / n, brier: brier / n };
}

/** Writes the softmax of a row into `p`, and gives -log p of the label, which stays exact where p underflows. */
function softmax(outputs: Float64Array, row: number, width: number, label: number, p: Float64Array): number {
  // One logit z is the two logits (0, z).
  const logit = (c: number): number => (width === 1 ? (c === 0 ? 0 : outputs[row]!) : outputs[row * width + c]!);
  let largest = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < p.length; c++) largest = Math.max(largest, logit(c));
  let sum = 0;
  for (let c = 0; c < p.length; c++) {
    p[c] = exp(logit(c) - largest);
    sum += p[c]!;
  }
  for (let c = 0; c < p.length; c++) p[c] = p[c]! / sum;
  return log(sum) + (largest - logit(label));
}

function probabilities(outputs: Float64Array, row: number, width: number, label: number, p: Float64Array): number {
  for (let c = 0; c < p.length; c++) {
    const own = outputs[width === 1 ? row : row * width + c]!;
    if (!(own >= 0 && own <= 1)) {
      throw failure("ERR_OPTION_RANGE", `calibration: expected probabilities in [0, 1], got ${own} in row ${row}`);
    }
    p[c] = width === 1 && c === 0 ? 1 - own : own;
  }
  return -log(p[label]!);
}

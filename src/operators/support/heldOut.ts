/** What the measures on held-out data share: their options, names of columns, and the checks of labels and outputs. */
import { failure } from "../../authoring/index.ts";
import { type MeasuredSteps, stepRules } from "./measuredSteps.ts";

/** Options that measures on held-out data share. */
export interface HeldOutOptions extends MeasuredSteps {
  /** Name of the data, with which the columns begin: letters and digits, such as `validation`. Default "test". */
  readonly on?: string;
  /** Name of the vector column that holds the point to measure, such as `average`. Default: the row's own point. */
  readonly of?: string;
}

/** The rules of {@link HeldOutOptions}. */
export const heldOutRules = {
  ...stepRules,
  on: {
    default: "test",
    expected: "a name of letters and digits, such as validation",
    is: (value: unknown) => typeof value === "string" && /^[a-z][A-Za-z0-9]*$/.test(value),
    range: true,
  },
  of: { expected: "the name of a vector column", is: (name: unknown) => typeof name === "string" },
} as const;

/** A model's outputs at a point, row after row. */
export type Predict = (point: Float64Array) => Float64Array;

/** Checks the arguments of a measure of classifications, and copies the labels. */
export function checkedTruth(who: string, predict: Predict, labels: ArrayLike<number>): Int32Array {
  if (typeof predict !== "function") {
    throw failure(
      "ERR_OPTION_TYPE",
      `${who}: expected a function that gives the outputs at a point, got ${typeof predict}`,
    );
  }
  if (typeof labels !== "object" || labels === null || !(labels.length > 0)) {
    throw failure(
      "ERR_LENGTH",
      `${who}: expected labels of the rows, got ${labels === undefined ? "none" : "an empty list"}`,
    );
  }
  for (let i = 0; i < labels.length; i++) {
    if (Number.isInteger(labels[i]) && labels[i]! >= 0) continue;
    throw failure("ERR_OPTION_RANGE", `${who}: expected labels that are integers from 0, got ${labels[i]} in row ${i}`);
  }
  return Int32Array.from(labels);
}

/** Counts the outputs of a row, and checks that labels are among the classes. One output stands for two classes. */
export function outputsPerRow(who: string, outputs: Float64Array, labels: Int32Array): number {
  const width = outputs.length / labels.length;
  if (!(Number.isInteger(width) && width > 0)) {
    throw failure(
      "ERR_LENGTH",
      `${who}: expected as many outputs in each of ${labels.length} rows, one per label, got ${outputs.length} numbers`,
    );
  }
  const classes = Math.max(2, width);
  const row = labels.findIndex((label) => label >= classes);
  if (row >= 0) {
    throw failure(
      "ERR_OPTION_RANGE",
      `${who}: expected labels from 0 to ${classes - 1}, as there are ${width} outputs per row, got ${labels[row]} in row ${row}`,
    );
  }
  return width;
}

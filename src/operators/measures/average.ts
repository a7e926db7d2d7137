import { defineMeasure, type Iterate, type Measure, readOptions } from "../../authoring/index.ts";
import { pow } from "../../elementary/index.ts";
import { type MeasuredSteps, measuredSteps, stepRules } from "../support/measuredSteps.ts";

/** Options of {@link average}; every row is counted, whatever `every` says. */
export interface AverageOptions extends MeasuredSteps {
  /**
   * - `uniform`: the mean of all points since the start;
   * - `steps`: weighted by the step sizes, so it must stand after the operator that chooses them; what the theory of decaying
   *   step sizes averages;
   * - `polynomial`: row k weighs (k + 1)^power, which forgets the start;
   * - `suffix`: the mean since the last power of two but one: of the last half at least and of three quarters at most.
   *
   * Default `uniform`.
   */
  readonly kind?: "uniform" | "steps" | "polynomial" | "suffix";
  /** Of `polynomial`, >= 0. Default 1. */
  readonly power?: number;
}

const rules = {
  kind: { default: "uniform", oneOf: ["uniform", "steps", "polynomial", "suffix"] },
  power: { default: 1, min: 0 },
  ...stepRules,
} as const;

/**
 * The average of the iterates, in the vector column `average`.
 *
 * Counts from the start or the last restart, the present point included. For monotone problems the gap of the uniform
 * average is O(1 / k) under extragradient and its relatives, O(1 / sqrt(k)) under descent-ascent with steps like 1 /
 * sqrt(k), also where the last iterate cycles. Measures such as `naturalResidual({ of: "average" })` after it read the
 * column.
 *
 * State: one or two means, n numbers each. Cost: 3 n operations a row and a copy of n numbers.
 *
 * @example iterate(bilinear(), [1, 1], alternatingDescentAscent({ stepSize: 0.1 })).pipe(average(), take(1000))
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function average(options: AverageOptions = {}): Measure {
  const { kind, power, ...when } = readOptions("average", options, rules);
  const measured = measuredSteps("average", when);
  return defineMeasure({
    name: "average",
    columns: { average: { meaning: `${kind} average of the points`, kind: "vector" } },
    init: (first): State => begin(first.point.length),
    followsRestarts: true,
    step(it, state) {
      if (kind === "suffix" && state.count > 0 && (state.count & (state.count - 1)) === 0) {
        // The present epoch becomes the one before.
        state.before.set(state.mean);
        state.beforeWeight = state.weight;
        state.weight = 0;
      }
      state.count++;
      const weight = weightOf(it, state.count, kind, power);
      state.weight += weight;
      const share = weight === 0 ? 0 : weight / state.weight;
      const { mean } = state;
      for (let i = 0; i < mean.length; i++) mean[i] = mean[i]! + share * (it.point[i]! - mean[i]!);
      if (!measured(it)) return { state };
      return { state, vectors: { average: combined(state) } };
    },
  });
}

interface State {
  /** Of the present epoch. */
  readonly mean: Float64Array;
  weight: number;
  /** Mean of the epoch before (`suffix`). */
  readonly before: Float64Array;
  beforeWeight: number;
  count: number;
}

function begin(n: number): State {
  return { mean: new Float64Array(n), weight: 0, before: new Float64Array(n), beforeWeight: 0, count: 0 };
}

function weightOf(it: Iterate, count: number, kind: AverageOptions["kind"], power: number): number {
  if (kind === "polynomial") return pow(count, power);
  if (kind !== "steps") return 1;
  // The last row has no step.
  return Number.isFinite(it.stepSize) ? it.stepSize : 0;
}

function combined({ mean, weight, before, beforeWeight }: State): Float64Array {
  if (beforeWeight === 0) return mean.slice();
  const share = weight / (weight + beforeWeight);
  return mean.map((m, i) => share * m + (1 - share) * before[i]!);
}

import { defineMeasure, type Iterate, type Measure, readOptions } from "../../authoring/index.ts";
import { pow } from "../../elementary/index.ts";
import { type MeasuredSteps, measuredSteps, stepRules } from "../support/measuredSteps.ts";
import { naturalNumber } from "../support/rules.ts";

/** Options of {@link average}. Every row counts in the average, whatever `every` says. */
export interface AverageOptions extends MeasuredSteps {
  /**
   * Weights of the average.
   *
   * - `uniform`: the mean of all points since the start;
   * - `steps`: weighted by the step sizes, as in the theory of decaying step sizes; the measure must then stand after
   *   the operator that chooses them;
   * - `polynomial`: row k has the weight (k + 1)^power, so the start is forgotten;
   * - `suffix`: the mean since the last power of two but one, which is that of at least the last half and at most three
   *   quarters of the rows;
   * - `exponential`: the average moves by the share 1 - decay towards each point, and begins at the first one.
   *
   * Default `uniform`.
   */
  readonly kind?: "uniform" | "steps" | "polynomial" | "suffix" | "exponential";
  /** Power of `polynomial`, >= 0. Default 1. */
  readonly power?: number;
  /** Factor by which `exponential` forgets per row, in [0, 1). Default 0.999. */
  readonly decay?: number;
  /** Number of the step whose row is the first that counts; earlier rows have no average. Default 0. */
  readonly from?: number;
}

const rules = {
  kind: { default: "uniform", oneOf: ["uniform", "steps", "polynomial", "suffix", "exponential"] },
  power: { default: 1, min: 0 },
  decay: { default: 0.999, min: 0, below: 1 },
  from: { ...naturalNumber, default: 0 },
  ...stepRules,
} as const;

/**
 * Writes the average of the iterates into the vector column `average`.
 *
 * It counts from the start, from step `from` or from the last restart, the present point included. Averages of
 * training, Polyak's [1] (`uniform`, with a start that is left out) and the moving one (`exponential`), are those of
 * PyTorch's `AveragedModel`. For monotone problems the gap of the
 * uniform average is O(1 / k) under extragradient and its relatives, and O(1 / sqrt(k)) under descent-ascent with steps
 * like 1 / sqrt(k), also where the last iterate cycles. Measures that stand after it read the column, as in the
 * example.
 *
 * Use {@link restarts} when the method itself is to go on from the average.
 *
 * Cost: 3 n operations per row and a copy of n numbers. State: one or two means, n numbers each.
 *
 * @example
 * iterate(bilinear(), [1, 1], alternatingDescentAscent({ stepSize: 0.1 }))
 *   .pipe(average(), naturalResidual({ of: "average" }), take(1001), filter((it) => [10, 100, 1000].includes(it.step)))
 *   .subscribe((it) => console.log(it.step, it.columns.averageNaturalResidual!.toFixed(4)));
 * // 10 1.3297
 * // 100 0.2522
 * // 1000 0.0054
 * @param options {@link AverageOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @see [1] Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992, doi:10.1137/0330046
 */
export function average(options: AverageOptions = {}): Measure {
  const { kind, power, decay, from, ...when } = readOptions("average", options, rules);
  const measured = measuredSteps("average", when);
  return defineMeasure({
    name: "average",
    columns: { average: { meaning: `${kind} average of the points`, kind: "vector" } },
    init: (first): State => begin(first.point.length),
    followsRestarts: true,
    step(it, state) {
      if (it.step < from) return undefined;
      if (kind === "suffix" && state.count > 0 && (state.count & (state.count - 1)) === 0) {
        // The present epoch becomes the last one.
        state.before.set(state.mean);
        state.beforeWeight = state.weight;
        state.weight = 0;
      }
      state.count++;
      const weight = weightOf(it, state.count, kind, power);
      state.weight += weight;
      const share = kind === "exponential" && state.count > 1 ? 1 - decay : weight === 0 ? 0 : weight / state.weight;
      const { mean } = state;
      for (let i = 0; i < mean.length; i++) mean[i] = mean[i]! + share * (it.point[i]! - mean[i]!);
      if (!measured(it)) return { state };
      return { state, vectors: { average: combined(state) } };
    },
  });
}

interface State {
  /** Mean of the present epoch. */
  readonly mean: Float64Array;
  /** Sum of the weights in the present epoch. */
  weight: number;
  /** Mean of the last epoch (`suffix`). */
  readonly before: Float64Array;
  /** Sum of the weights in the last epoch. */
  beforeWeight: number;
  /** Number of rows so far. */
  count: number;
}

function begin(n: number): State {
  return { mean: new Float64Array(n), weight: 0, before: new Float64Array(n), beforeWeight: 0, count: 0 };
}

function weightOf(it: Iterate, count: number, kind: AverageOptions["kind"], power: number): number {
  if (kind === "polynomial") return pow(count, power);
  if (kind !== "steps") return 1;
  // The last row does not step.
  return Number.isFinite(it.stepSize) ? it.stepSize : 0;
}

/** The mean over both epochs, a fresh array. */
function combined({ mean, weight, before, beforeWeight }: State): Float64Array {
  if (beforeWeight === 0) return mean.slice();
  const share = weight / (weight + beforeWeight);
  return mean.map((m, i) => share * m + (1 - share) * before[i]!);
}

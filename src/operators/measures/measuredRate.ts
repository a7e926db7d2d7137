import { defineRowMeasure, failure, type RowMeasure, readOptions } from "../../authoring/index.ts";
import { exp, log } from "../../elementary/index.ts";

/** Options of {@link measuredRate}. */
export interface MeasuredRateOptions {
  /** Name of the number column whose decay is measured, or `squaredFieldNorm`. Default `squaredFieldNorm`. */
  readonly column?: string;
  /** Number of rows that the fit looks back on, at least 3. Default 50. */
  readonly window?: number;
}

const rules = {
  column: {
    default: "squaredFieldNorm",
    expected: "the name of a column",
    is: (value: unknown) => typeof value === "string",
  },
  window: { default: 50, integer: true, min: 3 },
} as const;

/**
 * Measures the rate at which a column falls over the last rows, for comparison with what a theory predicts.
 *
 * It fits by least squares over the rows of the window that have a positive value.
 * - `measuredFactor`: exp of the slope of log(value) over the step, the factor per step of linear convergence. For
 *   `squaredFieldNorm` its root is taken, so that it is the factor of ||F||.
 * - `measuredOrder`: the slope of log(value) over log(step), -1 for O(1 / k), of the value itself.
 *
 * Both are written once the window is full.
 *
 * Use {@link jacobianSpectrum} for the factor that the linear theory predicts.
 *
 * Cost: negligible per row. State: the window.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(60), extragradient({ stepSize: 0.5 })))
 *   .pipe(measuredRate(), takeLast(2))
 *   .subscribe((it) => console.log(it.step, it.columns.measuredFactor!.toFixed(6)));
 * // 59 0.901388
 * // 60 0.901388
 * @param options {@link MeasuredRateOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range; in the stream, for a column that the run does not
 *   have
 */
export function measuredRate(options: MeasuredRateOptions = {}): RowMeasure {
  const { column, window } = readOptions("measuredRate", options, rules);
  return defineRowMeasure({
    name: "measuredRate",
    columns: {
      measuredFactor: { meaning: `factor of ${column === "squaredFieldNorm" ? "||F||" : column} per step, fitted` },
      measuredOrder: { meaning: `slope of log ${column} over log step, fitted` },
    },
    init: (): { steps: number[]; logarithms: number[] } => ({ steps: [], logarithms: [] }),
    step(row, state) {
      const own = column === "squaredFieldNorm";
      if (!own && row.run.columns[column] === undefined) {
        const names = ["squaredFieldNorm", ...Object.keys(row.run.columns)].join(", ");
        throw failure("ERR_OPTION_RANGE", `measuredRate: expected a column of the run (${names}), got "${column}"`);
      }
      const value = own ? row.squaredFieldNorm : row.columns[column];
      if (value === undefined) return;
      if (value > 0 && Number.isFinite(value) && row.step > 0) {
        state.steps.push(row.step);
        state.logarithms.push(log(value));
        if (state.steps.length > window) {
          state.steps.shift();
          state.logarithms.shift();
        }
      }
      if (state.steps.length < window) return { state };
      const slope = slopeOf(state.steps, state.logarithms);
      return {
        state,
        columns: {
          measuredFactor: exp(own ? slope / 2 : slope),
          measuredOrder: slopeOf(state.steps.map(log), state.logarithms),
        },
      };
    },
  });
}

/** Slope of the least-squares line. */
function slopeOf(x: readonly number[], y: readonly number[]): number {
  const n = x.length;
  const meanX = x.reduce((sum, value) => sum + value, 0) / n;
  const meanY = y.reduce((sum, value) => sum + value, 0) / n;
  let above = 0;
  let below = 0;
  for (let i = 0; i < n; i++) {
    above += (x[i]! - meanX) * (y[i]! - meanY);
    below += (x[i]! - meanX) ** 2;
  }
  return above / below;
}

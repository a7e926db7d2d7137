import { defineMeasure, failure, type Measure, readOptions } from "../../../authoring/index.ts";
import { positiveInteger } from "../../support/rules.ts";

/** Options of {@link earlyStopping}. */
export interface EarlyStoppingOptions {
  /** Column to watch, such as `validationLoss`. Default: the row's own `value`. */
  readonly of?: string;
  /** Number of measurements without improvement at which the run ends; Infinity to keep the best point only. Default 10. */
  readonly patience?: number;
  /** Amount by which a measurement has to be better than the best one to count as an improvement, >= 0. Default 0. */
  readonly minimumImprovement?: number;
  /** Whether smaller or larger numbers are better. Default "smaller". */
  readonly better?: "smaller" | "larger";
}

const rules = {
  of: { expected: "the name of a column", is: (name: unknown) => typeof name === "string" },
  patience: { ...positiveInteger, default: 10, infinite: true },
  minimumImprovement: { default: 0, min: 0 },
  better: { default: "smaller", oneOf: ["smaller", "larger"] },
} as const;

/** Reasons why a run under {@link earlyStopping} ended, in the column `stoppedBecause`. */
export const stopReasons: readonly string[] = ["no improvement", "other"];

/**
 * Ends a run when a held-out measurement has not improved for a while, and keeps the point at which it was best.
 *
 * It counts the rows in which the column has a number, whatever their cadence; NaN and infinities never improve. After
 * `patience` of them without improvement the row's status is "stopped", and `stoppedBecause` says "no improvement"; of a
 * run that ended in another way it says "other". Columns of measured rows: `best`, `bestStep`, and `sinceBest`, the
 * number of measurements since. The last row has the vector `bestPoint`, whatever ended the run, so that it is in the
 * run's file: `replay` gives it back, and `iterate` begins there.
 *
 * Put it behind the measure that it reads and behind other stop conditions, inside the loop, where it saves no cost but
 * where checkpoints hold its state: a resumed run stops at the same step with the same best point.
 *
 * Cost: a copy of n numbers per improvement. State: the best point.
 *
 * @example
 * const heldOut = (point: Float64Array) => (point[0]! - 0.8) ** 2;
 * const update = chain(gradientStep(0.005), testLoss(heldOut, { on: "validation" }), earlyStopping({ of: "validationLoss", patience: 3 }));
 * const end = firstRows(quartic(), [1, 2], update, 100).at(-1)!;
 * console.log(end.step, end.status, end.columns.bestStep, end.vectors.bestPoint![0]!.toFixed(3));
 * // 12 stopped 9 0.808
 * @param options {@link EarlyStoppingOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range; in the stream for a column that the run does not have
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Measure {
  const { of, patience, minimumImprovement, better } = readOptions("earlyStopping", options, rules);
  const sign = better === "smaller" ? 1 : -1;
  return defineMeasure({
    name: "earlyStopping",
    columns: {
      best: { meaning: `best ${of ?? "value"} so far` },
      bestStep: { meaning: `step of the best ${of ?? "value"}` },
      sinceBest: { meaning: "measurements since the best one" },
      stoppedBecause: { meaning: "why the run ended", kind: "category", values: stopReasons },
      bestPoint: { meaning: `point of the best ${of ?? "value"}`, kind: "vector" },
    },
    init: (): State => ({ best: Number.POSITIVE_INFINITY, step: Number.NaN, since: 0, point: new Float64Array(0) }),
    step(it, state) {
      if (of !== undefined && !Object.hasOwn(it.run.columns, of)) {
        const known = Object.keys(it.run.columns).join(", ");
        throw failure("ERR_OPTION_RANGE", `earlyStopping: expected a column of the run, got "${of}"; it has ${known}`);
      }
      const measured = of === undefined ? it.value : it.columns[of];
      let next = state;
      if (measured !== undefined) {
        const value = sign * measured;
        const improved = value < state.best && !(state.best - value < minimumImprovement) && Number.isFinite(value);
        next = improved
          ? { best: value, step: it.step, since: 0, point: it.point.slice() }
          : { ...state, since: state.since + 1 };
      }
      const known = next.point.length > 0;
      const exhausted = measured !== undefined && next.since >= patience;
      const ends = exhausted || it.status !== "running";
      const shown = measured !== undefined || ends;
      return {
        state: next,
        ...(exhausted && it.status === "running" ? { status: "stopped" } : {}),
        columns: {
          best: shown && known ? sign * next.best : undefined,
          bestStep: shown && known ? next.step : undefined,
          sinceBest: shown ? next.since : undefined,
          stoppedBecause: ends ? (exhausted ? 0 : 1) : undefined,
        },
        vectors: { bestPoint: ends && known ? next.point.slice() : undefined },
      };
    },
  });
}

interface State {
  /** Best measurement, with its sign changed where larger ones are better. */
  readonly best: number;
  readonly step: number;
  readonly since: number;
  readonly point: Float64Array;
}

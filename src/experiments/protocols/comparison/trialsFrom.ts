/** Reads the trials of a run from its rows, whether they are computed, read back, or drawn in a figure. */
import type { Row } from "../../../arrow/row.ts";
import { type ArmColumn, columnOf } from "./armColumns.ts";
import type { Low, Trial } from "./compareArms.ts";

/** Collects the trials of a run, one for each arm and rate. */
interface TrialCollector {
  take(row: Row): void;
  /** The trials, once all rows were taken. */
  ended(): readonly Trial[];
}

interface Open {
  readonly rate: number;
  readonly first: number;
  /** Training loss of the last look. */
  loss: number;
  validation: number;
  stopUpdates: number;
  endUpdates: number;
  stop: number;
  stopLoss: number;
  end: number;
  sharedStop: number | undefined;
  sharedEnd: number | undefined;
  readonly lows: Low[];
}

/**
 * Collects trials from the columns of the arms. A rate begins at `updates` 0 and ends with the row that has the smallest
 * loss; a run that ends before it has diverged.
 *
 * @param moves receives the largest change of test outputs of each arm, at rates that do not diverge
 */
export function trialsFrom(arms: readonly string[], draw: number, moves = new Map<string, number>()): TrialCollector {
  const open = new Map<string, Open>();
  const trials: Trial[] = [];
  const close = (arm: string, columns: Row["columns"]): void => {
    const { rate, first, loss, ...best } = open.get(arm)!;
    open.delete(arm);
    const of = (what: ArmColumn): number => columns[columnOf(arm, what)] ?? Number.NaN;
    const reached = columns[columnOf(arm, "reached")];
    const diverged = !(loss <= first) || reached === undefined;
    if (!diverged) moves.set(arm, Math.max(moves.get(arm) ?? 0, of("moves")));
    const lowest = best.lows.at(-1)?.loss ?? Number.POSITIVE_INFINITY;
    trials.push({
      ...{ arm, draw, rate, diverged, stated: columns[columnOf(arm, "stated")], reached: reached ?? lowest },
      ...{ updatesToLoss: columns[columnOf(arm, "updatesToLoss")], ...best, seconds: of("seconds") },
    });
  };
  return {
    take({ step, columns, status }) {
      const { rate, updates } = columns;
      for (const arm of arms) {
        const of = (what: ArmColumn): number => columns[columnOf(arm, what)] ?? Number.NaN;
        const loss = columns[columnOf(arm, "loss")];
        if (updates === 0 && rate !== undefined && loss !== undefined) {
          const worst = {
            endUpdates: 0,
            validation: Number.POSITIVE_INFINITY,
            stopUpdates: 0,
            stop: Number.NaN,
            end: Number.NaN,
            sharedStop: undefined,
            sharedEnd: undefined,
          };
          open.set(arm, { rate, first: loss, loss, stopLoss: Number.NaN, lows: [], ...worst });
        }
        const own = open.get(arm);
        if (own === undefined) continue;
        if (loss !== undefined) {
          own.loss = loss;
          if (loss < (own.lows.at(-1)?.loss ?? Number.POSITIVE_INFINITY)) {
            own.lows.push({ updates: updates ?? step, loss, seconds: columns[columnOf(arm, "seconds")] });
          }
        }
        own.endUpdates = updates ?? own.endUpdates;
        if (updates !== undefined && of("validation") < own.validation) {
          const sharedStop = columns[columnOf(arm, "shared")];
          const stop = { stopUpdates: updates, stop: of("test"), sharedStop, stopLoss: of("loss") };
          Object.assign(own, { validation: of("validation"), ...stop });
        }
        own.end = columns[columnOf(arm, "test")] ?? own.end;
        own.sharedEnd = columns[columnOf(arm, "shared")] ?? own.sharedEnd;
        if (columns[columnOf(arm, "reached")] !== undefined || status !== "running") close(arm, columns);
      }
    },
    ended: () => trials,
  };
}

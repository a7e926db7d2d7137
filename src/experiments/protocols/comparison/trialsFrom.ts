/** Reads the trials of a run from its rows, whether they are computed, read back, or drawn in a figure. */
import type { Row } from "../../../arrow/row.ts";
import { type ArmColumn, columnOf } from "./armColumns.ts";
import type { Trial } from "./compareArms.ts";

/** Collects the trials of a run, one for each arm and rate. */
interface TrialCollector {
  take(row: Row): void;
  /** The trials, once all rows were taken. */
  ended(): readonly Trial[];
}

interface Open {
  readonly rate: number;
  readonly first: number;
  lowest: number;
  validation: number;
  stopUpdates: number;
  stop: number;
  end: number;
}

/**
 * Collects trials from the columns of the arms. A rate begins at `updates` 0 and ends with the row that has the stated
 * loss; a run that ends before it has diverged.
 *
 * @param moves receives the largest change of test outputs of each arm, at rates that do not diverge
 */
export function trialsFrom(arms: readonly string[], draw: number, moves = new Map<string, number>()): TrialCollector {
  const open = new Map<string, Open>();
  const trials: Trial[] = [];
  const close = (arm: string, columns: Row["columns"]): void => {
    const { rate, first, lowest, ...best } = open.get(arm)!;
    open.delete(arm);
    const of = (what: ArmColumn): number => columns[columnOf(arm, what)] ?? Number.NaN;
    const diverged = !(of("loss") <= first) || columns[columnOf(arm, "stated")] === undefined;
    if (!diverged) moves.set(arm, Math.max(moves.get(arm) ?? 0, of("moves")));
    trials.push({
      ...{ arm, draw, rate, diverged, stated: of("stated"), reached: columns[columnOf(arm, "reached")] ?? lowest },
      ...{ updatesToLoss: columns[columnOf(arm, "updatesToLoss")], ...best, seconds: of("seconds") },
    });
  };
  return {
    take({ columns, status }) {
      const { rate, updates } = columns;
      for (const arm of arms) {
        const of = (what: ArmColumn): number => columns[columnOf(arm, what)] ?? Number.NaN;
        if (updates === 0 && rate !== undefined && !Number.isNaN(of("loss"))) {
          const worst = { validation: Number.POSITIVE_INFINITY, stopUpdates: 0, stop: Number.NaN, end: Number.NaN };
          open.set(arm, { rate, first: of("loss"), lowest: Number.POSITIVE_INFINITY, ...worst });
        }
        const own = open.get(arm);
        if (own === undefined) continue;
        own.lowest = Math.min(own.lowest, columns[columnOf(arm, "loss")] ?? Number.POSITIVE_INFINITY);
        if (updates !== undefined && of("validation") < own.validation) {
          Object.assign(own, { validation: of("validation"), stopUpdates: updates, stop: of("test") });
        }
        own.end = columns[columnOf(arm, "test")] ?? own.end;
        if (columns[columnOf(arm, "stated")] !== undefined || status !== "running") close(arm, columns);
      }
    },
    ended: () => trials,
  };
}

/** Which steps of a recorded run cannot be read back. */
import { describeDamage } from "../../arrow/checks/damage.ts";
import { readRun } from "../../arrow/readRun.ts";
import type { RunFile } from "../../arrow/runFile.ts";
import { verifyRun } from "../../arrow/verifyRun.ts";
import { isFluxionError } from "../../errors.ts";

/** What a run lacks. */
interface LostRows {
  /** First step that is missing. */
  readonly firstStep: number;
  /** The steps that are missing, in words. */
  readonly steps: string;
  /** What is wrong with the files, one line each. */
  readonly reasons: readonly string[];
}

/**
 * Finds the steps that a completed run lacks. Damage to rows that a later attempt has again costs nothing.
 *
 * Cost: that of `verifyRun` for a whole run; of a damaged one all rows are read.
 *
 * @param newest the last attempt in `run.json`, which says with which step the run ended
 * @returns undefined if all steps are there
 */
export function lostRows(directory: string, newest: RunFile["attempts"][number] | undefined): LostRows | undefined {
  const report = verifyRun(directory);
  if (report.whole) return undefined;
  const reasons: string[] = [];
  const gaps: (readonly [first: number, last: number])[] = [];
  // The steps of a run that `context.iterate` made count from 0, without a gap.
  let next = 0;
  try {
    for (const { step } of readRun(directory, { onDamage: (damage) => reasons.push(describeDamage(damage)) })) {
      if (step > next) gaps.push([next, step - 1]);
      next = Math.max(next, step + 1);
    }
  } catch (error) {
    // A file may be missing, or so damaged that nothing of it can be read.
    if (!isFluxionError(error)) throw error;
    reasons.push(error.message);
  }
  const last = newest?.ended?.step;
  if (last !== undefined && next <= last) gaps.push([next, last]);
  if (gaps.length === 0) return undefined;
  const steps = gaps.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`)).join(", ");
  return { firstStep: gaps[0]![0], steps, reasons: reasons.length > 0 ? reasons : report.problems };
}

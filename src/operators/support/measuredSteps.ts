import { failure } from "../../errors.ts";
import type { Row } from "../../streams/types.ts";

/** When a costly measure is taken. */
export interface MeasuredSteps {
  /** Measures the steps that are multiples of this, and the last row; a positive integer, or Infinity. Default 1. */
  readonly every?: number;
  /** `end`: last rows only, as a search wants. Contradicts `every`. Default: as `every` says. */
  readonly when?: "end";
}

/** Whether a row is measured. A last row is one whose status is not "running"; a stream that `take` cuts has none. */
export function measuredSteps(who: string, options: MeasuredSteps): (row: Row) => boolean {
  const { when, every = when === "end" ? Number.POSITIVE_INFINITY : 1 } = options;
  if (!(every === Number.POSITIVE_INFINITY || (Number.isInteger(every) && every > 0))) {
    throw failure("ERR_OPTION_RANGE", `${who}: expected every to be a positive integer or Infinity, got ${every}`);
  }
  if (when === "end" && options.every !== undefined) {
    throw failure("ERR_OPTION_RANGE", `${who}: expected when: "end" or every, got both (every: ${every})`);
  }
  return (row) => row.status !== "running" || (every !== Number.POSITIVE_INFINITY && row.step % every === 0);
}

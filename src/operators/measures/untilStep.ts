import { failure } from "../../errors.ts";
import { measureRows } from "../../streams/author.ts";
import type { RowMeasure } from "../../streams/types.ts";

/**
 * Ends with the row of this step, status "stopped": after that many updates.
 *
 * First inside the update it saves the last update's cost; it works after the loop and on replays too.
 *
 * @example iterate(bilinear(), [1, 1], method(untilStep(100), extragradient({ stepSize: 0.5 })))
 * @param step a non-negative integer
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function untilStep(step: number): RowMeasure {
  if (!(Number.isInteger(step) && step >= 0)) {
    throw failure("ERR_OPTION_RANGE", `untilStep: expected a non-negative integer, got ${step}`);
  }
  return measureRows({ name: "untilStep", step: (row) => (row.step >= step ? { status: "stopped" } : undefined) });
}

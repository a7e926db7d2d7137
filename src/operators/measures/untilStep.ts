import { checkOption, defineRowMeasure, type RowMeasure } from "../../authoring/index.ts";

/**
 * Ends with the row of this step, status "stopped": after that many updates.
 *
 * First inside the update it saves the last update's cost; it works after the loop and on replays too.
 *
 * @example iterate(bilinear(), [1, 1], chain(untilStep(100), extragradient({ stepSize: 0.5 })))
 * @param step a non-negative integer
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function untilStep(step: number): RowMeasure {
  checkOption("untilStep", "step", step, { integer: true, min: 0 });
  return defineRowMeasure({ name: "untilStep", step: (row) => (row.step >= step ? { status: "stopped" } : undefined) });
}

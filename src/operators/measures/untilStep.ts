import { checkOption, defineRowMeasure, type RowMeasure } from "../../authoring/index.ts";

/**
 * Ends the run with the row of the given step, that is after so many updates; its status is "stopped".
 *
 * Placed first inside the update it saves the last update's cost; it also works after the loop and on replays.
 *
 * Use {@link untilCritical} or {@link naturalResidual} with a tolerance to stop when the run has converged.
 *
 * Cost: negligible.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(1), extragradient({ stepSize: 0.5 })))
 *   .subscribe((it) => console.log(it.step, it.status));
 * // 0 running
 * // 1 stopped
 * @param step a non-negative integer
 * @throws {RangeError} ERR_OPTION_RANGE for another number
 */
export function untilStep(step: number): RowMeasure {
  checkOption("untilStep", "step", step, { integer: true, min: 0 });
  return defineRowMeasure({ name: "untilStep", step: (row) => (row.step >= step ? { status: "stopped" } : undefined) });
}

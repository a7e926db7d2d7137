import type { Row } from "../arrow/row.ts";
import { all, type Drawer, drawer, type Sample, type SampleOptions, usableRows } from "./sampling.ts";

/**
 * Draws points of a trajectory uniformly over its iterations; rows without a point are left out.
 *
 * Use {@link sampleByHeight} to draw uniformly in the loss instead.
 *
 * @example
 * const rows = firstRows(quartic(), [-3.5, 1], gradientStep(0.01), 500);
 * const starts = sampleByIteration(rows, { count: 50, seed: 3 });
 * console.log(starts.length, "starts, the first one near step", starts[0]!.step);
 * // 50 starts, the first one near step 111
 * @param rows rows of a trajectory, recorded with their points
 * @param options {@link SampleOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, or where no row has a point
 */
export function sampleByIteration(rows: readonly Row[], options: SampleOptions = {}): Sample[] {
  return all("sampleByIteration", options, iterationDrawer(rows, options));
}

/** Gives the samples of {@link sampleByIteration} one at a time, by index. */
export function iterationDrawer(rows: readonly Row[], options: SampleOptions): Drawer {
  const usable = usableRows("sampleByIteration", rows, () => true);
  return drawer("sampleByIteration", "uniformIteration", options, (u) => usable[Math.floor(u * usable.length)]!);
}

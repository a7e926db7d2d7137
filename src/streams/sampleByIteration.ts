import type { Row } from "../arrow/row.ts";
import { draw, type Sample, type SampleOptions, usableRows } from "./sampling.ts";

/**
 * Draws points uniformly over the iterations of a trajectory; rows need a point.
 *
 * @example sampleByIteration(rows, { count: 50, seed: 3 })
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, or where no row has a point
 */
export function sampleByIteration(rows: readonly Row[], options: SampleOptions = {}): Sample[] {
  const usable = usableRows("sampleByIteration", rows, () => true);
  return draw("sampleByIteration", "uniformIteration", options, (u) => usable[Math.floor(u * usable.length)]!);
}

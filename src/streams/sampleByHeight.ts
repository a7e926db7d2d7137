import type { Row } from "../arrow/row.ts";
import { all, type Drawer, drawer, type Sample, type SampleOptions, usableRows } from "./sampling.ts";

/**
 * Draws points of a trajectory uniformly in height [1]: the losses are mapped to [0, 1], u is drawn uniformly there,
 * and the row of least loss at or above u is taken.
 *
 * Where all losses are equal, every draw is the first row. Rows without a point or a finite value are left out.
 *
 * Use {@link sampleByIteration} to draw uniformly over the iterations instead.
 *
 * @example
 * const rows = firstRows(quartic(), [-3.5, 1], gradientStep(0.01), 500);
 * const starts = sampleByHeight(rows, { count: 20, seed: 1, variance: 1e-2 });
 * console.log(starts.length, "starts, the first one near step", starts[0]!.step);
 * // 20 starts, the first one near step 2
 * @param rows rows of a trajectory, recorded with their points
 * @param options {@link SampleOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, or where no row has a point and a finite value
 * @see [1] Pennington and Bahri, "Geometry of neural network loss surfaces via random matrix theory", ICML 2017
 */
export function sampleByHeight(rows: readonly Row[], options: SampleOptions = {}): Sample[] {
  return all("sampleByHeight", options, heightDrawer(rows, options));
}

/** Gives the samples of {@link sampleByHeight} one at a time, by index. */
export function heightDrawer(rows: readonly Row[], options: SampleOptions): Drawer {
  const usable = usableRows("sampleByHeight", rows, (row) => Number.isFinite(row.value));
  // The sort is stable, so of equal losses the earliest row comes first.
  const sorted = [...usable].sort((a, b) => a.value - b.value);
  const low = sorted[0]!.value;
  const range = sorted.at(-1)!.value - low;
  return drawer("sampleByHeight", "uniformHeight", options, (u) => {
    const height = low + u * range;
    // By rounding the height may lie above the highest row.
    return sorted.find((row) => row.value >= height) ?? sorted.at(-1)!;
  });
}

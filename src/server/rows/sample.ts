/** Chooses a few batches of a long history, from which a first picture is drawn before all of it is read. */
import type { Range } from "./chosenBatches.ts";

/** Number of batches of a sample. */
const mostBatches = 256;
/** Number of bytes of a sample, about. */
const mostBytes = 16 * 2 ** 20;
/** A history that is not this many times as long as the sample is read as a whole. */
const worthwhile = 4;

/**
 * Returns at most 512 batches of the ranges, spread evenly along them, the first and the last one among them; with the
 * scale `log` half of them evenly along log(1 + number). Undefined: the ranges are so short that all of them may be read.
 */
export function sampleOf(ranges: readonly Range[], scale: "linear" | "log"): Range[] | undefined {
  let count = 0;
  let bytes = 0;
  for (const { batches } of ranges) {
    count += batches.length;
    for (const batch of batches) bytes += batch.bytes;
  }
  const most = Math.max(16, Math.min(mostBatches, Math.floor((mostBytes * count) / Math.max(1, bytes))));
  if (count <= worthwhile * most) return undefined;
  const chosen = new Set<number>();
  for (let k = 0; k < most; k++) {
    const share = k / (most - 1);
    chosen.add(Math.round(share * (count - 1)));
    if (scale === "log") chosen.add(Math.round(Math.expm1(share * Math.log1p(count - 1))));
  }
  let before = 0;
  return ranges.flatMap((range) => {
    const batches = range.batches.filter((_, index) => chosen.has(before + index));
    before += range.batches.length;
    return batches.length === 0 ? [] : [{ ...range, batches }];
  });
}

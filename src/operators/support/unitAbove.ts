import { unitOf } from "../../elementary/index.ts";
import { largestEntry } from "../../linalg/vector.ts";

/** The power of two next to the largest entry, by which a vector is divided without rounding; 1 for 0 and NaN. */
export function unitAbove(vector: Float64Array): number {
  const largest = largestEntry(vector);
  return largest > 0 && largest < Number.POSITIVE_INFINITY ? unitOf(largest) : 1;
}

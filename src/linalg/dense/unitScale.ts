import { unitOf } from "../../elementary/index.ts";

/**
 * Divides all entries by the power of two next to the largest one, so that squares of entries neither overflow nor
 * underflow. The division is exact, but for entries that are 2^-1022 of the largest or less.
 *
 * @returns the divided entries, and the number by which they were divided, 1 for a matrix of zeros
 *   or one that is not finite
 */
export function unitScale(entries: Float64Array): { readonly scaled: Float64Array; readonly unit: number } {
  let largest = 0;
  for (let i = 0; i < entries.length; i++) largest = Math.max(largest, Math.abs(entries[i]!));
  const unit = largest > 0 && largest < Number.POSITIVE_INFINITY ? unitOf(largest) : 1;
  return { scaled: entries.map((entry) => entry / unit), unit };
}

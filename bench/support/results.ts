/** What workers of a bench wrote, and how far two of them differ. */
import { readFileSync } from "node:fs";

export function readNumbers(file: string): Float64Array {
  const bytes = readFileSync(file);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** The largest difference, relative to the largest entry of the first. */
export function largestDifference(a: Float64Array, b: Float64Array): number {
  let [most, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    most = Math.max(most, Math.abs(a[i]! - b[i]!));
    size = Math.max(size, Math.abs(a[i]!));
  }
  return most / size;
}

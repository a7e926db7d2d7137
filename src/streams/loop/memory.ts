import { memoryToFill } from "../../host.ts";
import { negate } from "../../linalg/vector.ts";

/** From this dimension on -F is made only where something reads it: the array costs more than finding out. */
export const large = 512;

/** From here on each vector has memory of its own, so that who keeps one keeps no others. */
const veryLarge = 8192;

/**
 * Where point, field and -field or what a method has instead lie: together, since a typed array with a buffer of its own is costly
 * to make (0.3 us), but for the few numbers that V8 keeps in the array object itself (64 bytes), where a view costs more than that.
 */
export function bufferFor(n: number): ArrayBuffer | undefined {
  return n <= 8 || n >= veryLarge ? undefined : bytesToFill(24 * n);
}

/** A vector for a loop that writes every entry. */
export function vectorToFill(n: number): Float64Array {
  return n < large ? new Float64Array(n) : new Float64Array(bytesToFill(8 * n));
}

/** Large memory is left as it is found: that saves a pass over it. */
function bytesToFill(bytes: number): ArrayBuffer {
  return bytes < 8 * large ? new ArrayBuffer(bytes) : memoryToFill(bytes);
}

/** -F, a fresh array. */
export function negativeOf(field: Float64Array): Float64Array {
  const negative = vectorToFill(field.length);
  negate(field, negative);
  return negative;
}

/** A vector of which every entry is about to be written. */
export function partOf(buffer: ArrayBuffer | undefined, part: number, n: number): Float64Array {
  return buffer === undefined ? vectorToFill(n) : new Float64Array(buffer, 8 * n * part, n);
}

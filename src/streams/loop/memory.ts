import { memoryToFill } from "../../host.ts";
import { negate } from "../../linalg/vector.ts";

/** Dimension from which on -F is made only where something reads it: there the array costs more than finding out. */
export const large = 512;

/** Dimension from which on each vector has memory of its own, so that keeping one does not keep the others. */
const veryLarge = 8192;

/**
 * The memory in which point, field and direction of a row lie together; undefined where each of them has its own.
 *
 * A typed array with a buffer of its own is expensive to make (0.3 us). The exception are arrays of up to 64 bytes,
 * which V8 keeps in the array object itself; for them a view would cost more.
 */
export function bufferFor(n: number): ArrayBuffer | undefined {
  return n <= 8 || n >= veryLarge ? undefined : bytesToFill(24 * n);
}

/** A vector of arbitrary numbers, for code that writes every entry. */
export function vectorToFill(n: number): Float64Array {
  return n < large ? new Float64Array(n) : new Float64Array(bytesToFill(8 * n));
}

/** Memory of arbitrary content where it is large, which saves a pass over it. */
function bytesToFill(bytes: number): ArrayBuffer {
  return bytes < 8 * large ? new ArrayBuffer(bytes) : memoryToFill(bytes);
}

/** The negative of a field, in a fresh array unless one is given. */
export function negativeOf(field: Float64Array, negative = vectorToFill(field.length)): Float64Array {
  negate(field, negative);
  return negative;
}

/** One of the vectors in a buffer, for code that writes every entry. */
export function partOf(buffer: ArrayBuffer | undefined, part: number, n: number): Float64Array {
  return buffer === undefined ? vectorToFill(n) : new Float64Array(buffer, 8 * n * part, n);
}

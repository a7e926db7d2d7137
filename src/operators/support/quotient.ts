import { hypotenuse } from "../../linalg/vector.ts";

/**
 * Divides an entry by its size: entry / (size + damping), or entry / sqrt(size^2 + damping) with the damping inside.
 * 0 / 0 counts as 0.
 */
export function quotient(entry: number, size: number, damping: number, inside: boolean): number {
  const divisor = inside ? hypotenuse(size, Math.sqrt(damping)) : size + damping;
  return divisor === 0 ? 0 : entry / divisor;
}

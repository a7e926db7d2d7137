/** What operators share that treat each entry of the field by itself. */
import { oppositeOfDirection, type Proposal } from "../../../authoring/index.ts";
import { hypotenuse } from "../../../linalg/vector.ts";

/**
 * Gives the field F that an operator refines, the negative of the direction so far: a vector and the sign with which
 * its entries are those of F. The array of the direction is made only where there is none of F.
 */
export function incoming(it: Proposal): { readonly from: Float64Array; readonly sign: 1 | -1 } {
  const opposite = oppositeOfDirection(it);
  return opposite === undefined ? { from: it.direction, sign: -1 } : { from: opposite, sign: 1 };
}

/**
 * Divides an entry by its size: entry / (size + damping), or entry / sqrt(size^2 + damping) with the damping inside.
 * 0 / 0 counts as 0.
 */
export function quotient(entry: number, size: number, damping: number, inside: boolean): number {
  const divisor = inside ? hypotenuse(size, Math.sqrt(damping)) : size + damping;
  return divisor === 0 ? 0 : entry / divisor;
}

import { oppositeOfDirection, type Proposal } from "../../authoring/index.ts";

/**
 * Gives the field F that an operator refines, the negative of the direction so far: a vector and the sign with which
 * its entries are those of F. The array of the direction is made only where there is none of F.
 */
export function incoming(it: Proposal): { readonly from: Float64Array; readonly sign: 1 | -1 } {
  const opposite = oppositeOfDirection(it);
  return opposite === undefined ? { from: it.direction, sign: -1 } : { from: opposite, sign: 1 };
}

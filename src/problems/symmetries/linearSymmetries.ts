import type { ParameterBlock } from "../problem.ts";
import { linearMixing } from "./hiddenUnits.ts";
import { unitsOfColumns } from "./layerPlaces.ts";
import type { ProvedSymmetries } from "./proved.ts";

/**
 * Symmetries of a loss of the product W_L ... W_1 alone, where z holds these matrices one after the other: W_l -> A W_l
 * and W_(l+1) -> W_(l+1) A^-1 leave it unchanged.
 */
export function linearSymmetries(matrices: readonly ParameterBlock[]): ProvedSymmetries {
  const units = matrices.slice(1).map((after, l) => unitsOfColumns(matrices[l]!, after));
  return { continuous: units.map(linearMixing), units };
}

/** The norm of A where the Krylov space of b may have missed it. */
import type { LinearMap } from "../../linearMap.ts";
import { unpatterned } from "../../unpatterned.ts";
import { axpy, norm as normOf } from "../../vector.ts";
import { mostCondition } from "./accuracy.ts";
import type { MinresSettings } from "./minresChecks.ts";
import { weightedNorm } from "./minresResiduals.ts";
import type { MinresQLPResult } from "./minresTypes.ts";

/**
 * Asks whether A is so much larger elsewhere that the solution is one of rounding errors. An eigenvector b of an
 * eigenvalue 1e-16 ||A|| gives a Krylov space of dimension one, in which nothing but that eigenvalue is seen.
 *
 * Rounding leads a Krylov space out of such a subspace unless the subspace is exact: the space has ended, or x has
 * entries that are exactly zero. In these cases, one product with a fixed vector u gives ||A u|| / ||u||.
 *
 * @returns a lower bound of ||A|| against which the condition number is too large; undefined if there is none
 */
export function unseenNorm(
  map: LinearMap,
  { shift, preconditioner, normAtLeast }: MinresSettings,
  { x, norm, condition, iterations }: MinresQLPResult,
  ended: boolean,
): number | undefined {
  const n = x.length;
  if (normAtLeast !== undefined || n === 1 || !(norm > 0)) return undefined;
  const early = iterations < n && (ended || iterations === 1);
  if (!early && !x.includes(0)) return undefined;
  const least = probedNorm(map, shift, preconditioner);
  return Number.isFinite(least) && condition * (least / norm) > mostCondition ? least : undefined;
}

/** Computes ||A u|| / ||u|| for a fixed vector u without a pattern, in the norms of the preconditioner if there is one. */
export function probedNorm(map: LinearMap, shift: number, preconditioner?: LinearMap): number {
  const probe = unpatterned(new Float64Array(map.rows));
  const image = new Float64Array(map.rows);
  if (preconditioner === undefined) return productNorm(map, shift, probe, image) / normOf(probe);
  const conditioned = new Float64Array(map.rows);
  const size = weightedNorm(preconditioner, probe, conditioned);
  productNorm(map, shift, conditioned, image);
  return weightedNorm(preconditioner, image, probe) / size;
}

function productNorm(map: LinearMap, shift: number, v: Float64Array, out: Float64Array): number {
  map.apply(v, out);
  if (shift !== 0) axpy(shift, v, out);
  return normOf(out);
}

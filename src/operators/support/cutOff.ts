/** Eigenvalues that count as zero, and what a direction leaves out because of them. */
import { type Column, norm } from "../../authoring/index.ts";

/** Share of the largest eigenvalue that rounding leaves of an eigenvalue 0: the default of `cutoff`. */
export function roundingCutoff(n: number): number {
  return n * Number.EPSILON;
}

/** The rule of the option `cutoff`. */
export const cutoffRule = { min: 0, below: 1 } as const;

/** The columns of every direction that cuts off. */
export const cutOffColumns = {
  cutDirections: { meaning: "directions of zero curvature, to the cutoff, in which the step does not move" },
  cutShare: { meaning: "share of ||F|| in these directions, which no step of this row lowers; near 1: gradient-flat" },
} as const satisfies Readonly<Record<string, Column>>;

/**
 * The share of ||F|| in directions that were cut off.
 *
 * @param coordinates of F in these directions, orthonormal
 */
export function shareOf(coordinates: readonly number[], field: Float64Array): number {
  if (coordinates.length === 0) return 0;
  const cut = norm(Float64Array.from(coordinates));
  return cut === 0 ? 0 : Math.min(1, cut / norm(field));
}

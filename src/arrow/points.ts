/** Which rows keep their points. */

/**
 * Rows whose points are stored:
 *
 * - `all`: every row
 * - a number k: rows whose step is a multiple of k
 * - `budget`: the same, with the smallest k for which points take at most `pointBudget` bytes per row on average
 * - `none`: no row
 *
 * Unless it is `none`, the point of the last row is stored too.
 */
export type Points = "all" | "budget" | "none" | number;

/** Rules of the options that decide which points are stored. */
export const pointRules = {
  points: { default: "budget", integer: true, min: 1, or: ["all", "budget", "none"] },
  pointBudget: { default: 8192, above: 0, infinite: true },
} as const;

/** Gives the k of "every k-th step", or 0 if no points are stored. */
export function pointsEvery(points: Points, budget: number, dimension: number): number {
  if (points === "all") return 1;
  if (points === "none") return 0;
  return points === "budget" ? Math.max(1, Math.ceil((8 * dimension) / budget)) : points;
}

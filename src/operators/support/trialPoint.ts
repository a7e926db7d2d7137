import type { Proposal } from "../../authoring/index.ts";

/**
 * Writes the projection of z + alpha p into `trial` and returns it; undefined if that is z again in every coordinate. A
 * search may use one array for all its trials, since `it.evaluate` copies the point.
 */
export function trialPoint(
  it: Proposal,
  direction: Float64Array,
  alpha: number,
  trial: Float64Array,
): Float64Array | undefined {
  const { point } = it;
  const { constraint } = it.at.problem;
  for (let i = 0; i < point.length; i++) trial[i] = point[i]! + alpha * direction[i]!;
  if (constraint !== undefined) constraint.project(trial, trial);
  for (let i = 0; i < point.length; i++) if (trial[i] !== point[i]) return trial;
  return undefined;
}

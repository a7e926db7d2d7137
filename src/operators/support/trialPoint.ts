import type { Proposal } from "../../authoring/index.ts";

/** The projection of z + alpha p; undefined if that is z again in every coordinate. A fresh array: an accepted one is kept. */
export function trialPoint(it: Proposal, direction: Float64Array, alpha: number): Float64Array | undefined {
  const { point } = it;
  const { constraint } = it.at.problem;
  const trial = new Float64Array(point.length);
  for (let i = 0; i < point.length; i++) trial[i] = point[i]! + alpha * direction[i]!;
  if (constraint !== undefined) constraint.project(trial, trial);
  for (let i = 0; i < point.length; i++) if (trial[i] !== point[i]) return trial;
  return undefined;
}

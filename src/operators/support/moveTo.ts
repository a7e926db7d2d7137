import { type Proposal, rowVector } from "../../authoring/index.ts";

/** A step that ends at `target`, which the loop then projects on C. The row's step size is eta. */
export function moveTo(
  it: Proposal,
  target: Float64Array,
  eta: number,
): { readonly direction: Float64Array; readonly stepSize: number } {
  const { point } = it;
  const direction = rowVector(it);
  for (let i = 0; i < direction.length; i++) direction[i] = (target[i]! - point[i]!) / eta;
  return { direction, stepSize: eta };
}

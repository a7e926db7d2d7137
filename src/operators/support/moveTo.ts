import type { Proposal } from "../../authoring/index.ts";

/** The step whose end, before the projection that the loop makes, is `target`; eta stands in the row. */
export function moveTo(
  it: Proposal,
  target: Float64Array,
  eta: number,
): { readonly direction: Float64Array; readonly stepSize: number } {
  const { point } = it;
  const direction = new Float64Array(point.length);
  for (let i = 0; i < direction.length; i++) direction[i] = (target[i]! - point[i]!) / eta;
  return { direction, stepSize: eta };
}

/** Steps in lengths of the parameters, and where they lead. */
import { type Evaluation, evaluate } from "../../../authoring/index.ts";

/** Share of its length that a parameter counts as at least, where it is nearly 0. */
const leastShare = 1e-3;

/** The largest entry of a step relative to the lengths, or to the parameters at a point. */
export function sizeOf(step: Float64Array, lengths: Float64Array, point?: Float64Array): number {
  let size = 0;
  for (let i = 0; i < step.length; i++) {
    const length = lengths[i]!;
    // A parameter without a length was 0 all the way.
    if (step[i] === 0 || length === 0) continue;
    const by = point === undefined ? length : Math.max(Math.abs(point[i]!), leastShare * length);
    size = Math.max(size, Math.abs(step[i]!) / by);
  }
  return size;
}

/** The problem at the end of a step. */
export function moved({ problem, point }: Evaluation, step: Float64Array): Evaluation {
  return evaluate(
    problem,
    point.map((z, i) => z + step[i]!),
  );
}

import { small, tiny, u } from "../../linalg/verified/enclosure.ts";
import type { Op } from "../graph/graph.ts";
import type { Kernel } from "../kernels/kernel.ts";
import { broadcastKernel, places, reshapeKernel, takeKernel, transposeKernel } from "../kernels/move.ts";
import { type IntervalRule, operandAt, part } from "./rule.ts";

/** Rule of an operation that only moves numbers: the kernel moves midpoints and radii. */
function moved<K extends Op>(kernel: Kernel<K>): IntervalRule<K> {
  return (node, operands, { mid, rad }) => {
    const middle = kernel(node, part(operands, "mid"), mid);
    if (operandAt(operands, 0).exact) return middle;
    const radius = kernel(node, part(operands, "rad"), rad);
    return () => {
      middle();
      radius();
    };
  };
}

/** Sums in the order of the windows. Each addition rounds by at most u times its result. */
const scatterAddInterval: IntervalRule<"scatterAdd"> = (node, operands, { mid, rad }) => {
  const { mid: xs, rad: rs } = operandAt(operands, 0);
  const to = places(node.attributes.maps, node.shape, node.inputs[0]!.shape);
  const counts = new Int32Array(mid.length);
  for (const place of to) if (place >= 0) counts[place]!++;
  return () => {
    mid.fill(0);
    rad.fill(0);
    for (let k = 0; k < to.length; k++) {
      const place = to[k]!;
      if (place < 0) continue;
      const sum = mid[place]! + xs[k]!;
      mid[place] = sum;
      rad[place] = rad[place]! + rs[k]! + (counts[place]! > 1 ? u * Math.abs(sum) : 0);
    }
    for (let k = 0; k < mid.length; k++) {
      const r = counts[k]! > 1 ? rad[k]! * (1 + (4 * counts[k]! + 16) * u) : rad[k]!;
      if (!(r < Number.POSITIVE_INFINITY)) mid[k] = 0;
      rad[k] = r > small ? r : r > 0 ? r + counts[k]! * tiny : r === 0 ? 0 : Number.POSITIVE_INFINITY;
    }
  };
};

export const moveIntervals = {
  reshape: moved(reshapeKernel),
  broadcast: moved(broadcastKernel),
  transpose: moved(transposeKernel),
  take: moved(takeKernel),
  scatterAdd: scatterAddInterval,
} as const;

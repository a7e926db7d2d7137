import type { GraphBuilder } from "../build/builder.ts";
import { pushforward } from "../derivatives/forward.ts";
import { pullback } from "../derivatives/reverse.ts";
import type { Graph, Node } from "../graph/graph.ts";
import { directionsOf, type Pass } from "./pass.ts";

/**
 * J v of the outputs, by forward mode: for each input in `wrt` a tangent v0, v1, ... of its shape, `count` of them at once along a
 * leading axis where it is given.
 *
 * Assumes: nothing. Guarantees: an output for each output, linear in the tangents, which come first among the inputs.
 */
export function tangents(
  builder: GraphBuilder,
  { inputs, outputs }: Graph,
  wrt: readonly Node<"input">[],
  count?: number,
): Graph {
  const lead = count === undefined ? [] : [count];
  const directions = wrt.map((node, i) => builder.input(`v${i}`, "tangent", [...lead, ...node.shape]));
  const seeds = new Map<Node, Node>(wrt.map((node, i) => [node, directions[i]!]));
  return { inputs: [...directions, ...inputs], outputs: pushforward(builder, outputs, seeds, lead.length) };
}

/**
 * J^T u from J v, by reverse mode over it: a cotangent u0, u1, ... for each output.
 *
 * Assumes: outputs linear in tangents. Guarantees: an output for each tangent, linear in the cotangents, free of the tangents.
 */
export const transposed: Pass = (builder, graph) => {
  const directions = directionsOf(graph);
  const cotangents = graph.outputs.map((node, i) => builder.input(`u${i}`, "cotangent", node.shape));
  return {
    inputs: [...cotangents, ...graph.inputs.filter((node) => !directions.includes(node))],
    outputs: pullback(builder, graph.outputs, cotangents, directions),
  };
};

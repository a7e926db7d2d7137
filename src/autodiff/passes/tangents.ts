import type { GraphBuilder } from "../build/builder.ts";
import { pushforward } from "../derivatives/forward.ts";
import { pullback } from "../derivatives/reverse.ts";
import type { Graph, Node } from "../graph/graph.ts";
import { directionsOf, type Pass } from "./pass.ts";

/**
 * Makes the graph of J v by forward mode.
 *
 * Each input in `wrt` gets a tangent v0, v1, ... of its shape. With `count`, that many tangents at once lie along a
 * leading axis.
 *
 * Assumes nothing. Guarantees one output per output, linear in the tangents, which come first among the inputs.
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
 * Makes the graph of J^T u from that of J v by reverse mode. Each output gets a cotangent u0, u1, ...
 *
 * Assumes that outputs are linear in the tangents. Guarantees one output per tangent, linear in the cotangents and
 * independent of the tangents.
 */
export const transposed: Pass = (builder, graph) => {
  const directions = directionsOf(graph);
  const cotangents = graph.outputs.map((node, i) => builder.input(`u${i}`, "cotangent", node.shape));
  return {
    inputs: [...cotangents, ...graph.inputs.filter((node) => !directions.includes(node))],
    outputs: pullback(builder, graph.outputs, cotangents, directions),
  };
};

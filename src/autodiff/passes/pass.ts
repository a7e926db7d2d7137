import type { GraphBuilder } from "../build/builder.ts";
import type { Graph, Node } from "../graph/graph.ts";

/** Rewrites a graph; what it may assume and what it guarantees stands with each pass. */
export type Pass = (builder: GraphBuilder, graph: Graph) => Graph;

/** The inputs that a product with the Jacobian is linear in. */
export function directionsOf({ inputs }: Graph): readonly Node<"input">[] {
  return inputs.filter(({ attributes: { role } }) => role === "tangent" || role === "cotangent");
}

/** The inputs that make up the point. */
export function parametersOf({ inputs }: Graph): readonly Node<"input">[] {
  return inputs.filter(({ attributes: { role } }) => role === "parameter");
}

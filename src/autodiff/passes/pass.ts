import type { GraphBuilder } from "../build/builder.ts";
import type { Graph, Node } from "../graph/graph.ts";

/** A function that rewrites a graph. Each pass says what it assumes and what it guarantees. */
export type Pass = (builder: GraphBuilder, graph: Graph) => Graph;

/** Returns the inputs in which a product with the Jacobian is linear. */
export function directionsOf({ inputs }: Graph): readonly Node<"input">[] {
  return inputs.filter(({ attributes: { role } }) => role === "tangent" || role === "cotangent");
}

/** Returns the inputs that make up the point. */
export function parametersOf({ inputs }: Graph): readonly Node<"input">[] {
  return inputs.filter(({ attributes: { role } }) => role === "parameter");
}

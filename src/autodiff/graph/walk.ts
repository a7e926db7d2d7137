import { isOp, type Node } from "./graph.ts";

/**
 * Returns every node that `outputs` depend on, with the outputs themselves, in topological order. Other nodes are dead
 * code.
 */
export function reachable(outputs: readonly Node[]): Node[] {
  const seen = new Set<Node>(outputs);
  for (const node of seen) for (const input of node.inputs) seen.add(input);
  return [...seen].sort((a, b) => a.id - b.id);
}

/** Returns those of `nodes` (in topological order) that depend on one of `sources`, and the sources themselves. */
export function dependents(nodes: readonly Node[], sources: Iterable<Node>): Set<Node> {
  const found = new Set<Node>(sources);
  for (const node of nodes) if (node.inputs.some((input) => found.has(input))) found.add(node);
  return found;
}

/** Whether a node is the constant 0 everywhere, of either sign. */
export function isZero(node: Node): boolean {
  return isOp(node, "fill") && node.attributes.value === 0;
}

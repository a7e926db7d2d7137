import type { GraphBuilder } from "../build/builder.ts";
import type { Node } from "../graph/graph.ts";
import { dependents, reachable } from "../graph/walk.ts";

/** Returns the roots with some nodes replaced by others. */
export function substitute(
  builder: GraphBuilder,
  roots: readonly Node[],
  replacements: ReadonlyMap<Node, Node>,
): readonly Node[] {
  const done = new Map<Node, Node>(replacements);
  const nodes = reachable(roots);
  const changed = dependents(nodes, replacements.keys());
  for (const node of nodes) {
    if (!changed.has(node) || done.has(node)) continue;
    const inputs = node.inputs.map((input) => done.get(input) ?? input);
    done.set(node, builder.rebuild(node, inputs));
  }
  return roots.map((root) => done.get(root) ?? root);
}

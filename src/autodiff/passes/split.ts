import type { GraphBuilder } from "../build/builder.ts";
import { type Graph, isOp, type Node } from "../graph/graph.ts";
import { dependents, reachable } from "../graph/walk.ts";
import { directionsOf } from "./pass.ts";

/** Chooses nodes of a graph that are cheaper to compute again than to keep. */
export type Repeated = (nodes: readonly Node[], outputs: readonly Node[]) => ReadonlySet<Node>;

interface Split {
  readonly residuals: readonly Node[];
  /** Graph of the product. Its inputs are the directions, then one input of role `residual` per residual. */
  readonly linear: Graph;
}

/**
 * Cuts a graph where it meets the directions: a node that does not depend on them, but is needed by nodes that do,
 * becomes a residual.
 *
 * Reshapes and broadcasts move behind the cut, so that residuals are stored once and at their smallest. So do the nodes
 * of `repeated`. Constants are repeated on both sides.
 *
 * Assumes that outputs are linear in the directions. Guarantees a linear graph that reads the point through residuals
 * alone, and residuals that do not depend on the directions.
 */
export function split(builder: GraphBuilder, graph: Graph, repeated: Repeated = () => new Set()): Split {
  const { outputs } = graph;
  const directions = directionsOf(graph);
  const nodes = reachable(outputs);
  const moving = dependents(nodes, directions);
  const varying = dependents(
    nodes,
    nodes.filter((node) => isOp(node, "input")),
  );
  const again = repeated(nodes, outputs);
  const residuals: Node[] = [];
  const stand = new Map<Node, Node>();
  const replacement = (node: Node): Node => {
    const known = stand.get(node);
    if (known !== undefined) return known;
    let made = node;
    if (moving.has(node) || (varying.has(node) && (isView(node) || again.has(node)))) {
      made = isOp(node, "input") ? node : builder.rebuild(node, node.inputs.map(replacement));
    } else if (varying.has(node)) {
      made = builder.input(`r${residuals.length}`, "residual", node.shape);
      residuals.push(node);
    }
    stand.set(node, made);
    return made;
  };
  // Nodes come in topological order, so that no recursion is deeper than a chain of views.
  for (const node of nodes) if (moving.has(node)) replacement(node);
  const results = outputs.map(replacement);
  const inputs = residuals.map((node) => stand.get(node)!).filter((node) => isOp(node, "input"));
  return { residuals, linear: { inputs: [...directions, ...inputs], outputs: results } };
}

function isView(node: Node): boolean {
  return isOp(node, "reshape") || isOp(node, "broadcast");
}

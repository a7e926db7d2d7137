import type { GraphBuilder } from "../build/builder.ts";
import { isOp, type Node } from "../graph/graph.ts";
import { reachable } from "../graph/walk.ts";

/**
 * Builds nodes anew with another builder, which simplifies them in its own way.
 *
 * @returns the counterpart of each node that `outputs` depend on, and of `inputs`
 */
export function copyGraph(
  builder: GraphBuilder,
  outputs: readonly Node[],
  inputs: readonly Node<"input">[],
): ReadonlyMap<Node, Node> {
  const copies = new Map<Node, Node>();
  const copyOf = (node: Node): Node => {
    const known = copies.get(node);
    if (known === undefined) throw new Error(`internal: copyGraph: ${node.op} comes before its operand`);
    return known;
  };
  for (const node of [...inputs, ...reachable(outputs)]) {
    if (copies.has(node)) continue;
    if (isOp(node, "input")) {
      const { name, role, shape } = node.attributes;
      copies.set(node, builder.input(name, role, shape));
    } else if (isOp(node, "constant")) copies.set(node, builder.constant(node.attributes.values, node.shape));
    else if (isOp(node, "fill")) copies.set(node, builder.fill(node.attributes.value, node.shape));
    else copies.set(node, builder.rebuild(node, node.inputs.map(copyOf)));
  }
  return copies;
}

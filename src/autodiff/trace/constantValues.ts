import { isOp, type Node, sizeOf } from "../graph/graph.ts";

/** Returns the values of a node that is a constant, possibly uniform or reshaped; undefined for other nodes. */
export function constantValues(node: Node): Float64Array | undefined {
  if (isOp(node, "constant")) return node.attributes.values;
  if (isOp(node, "fill")) return new Float64Array(sizeOf(node.shape)).fill(node.attributes.value);
  if (isOp(node, "reshape")) return constantValues(node.inputs[0]!);
  return undefined;
}

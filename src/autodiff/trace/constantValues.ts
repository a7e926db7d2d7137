import { isOp, type Node, sizeOf } from "../graph/graph.ts";

/** The values of a node that depends on no input, where it is plainly a constant, reshaped or spread. */
export function constantValues(node: Node): Float64Array | undefined {
  if (isOp(node, "constant")) return node.attributes.values;
  if (isOp(node, "fill")) return new Float64Array(sizeOf(node.shape)).fill(node.attributes.value);
  if (isOp(node, "reshape")) return constantValues(node.inputs[0]!);
  return undefined;
}

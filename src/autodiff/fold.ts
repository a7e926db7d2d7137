import { isOp, type Node } from "./graph.ts";

/** The values of a node whose operands are all known; undefined where one is not, or where they would be many. */
export function foldConstants(node: Node): Float64Array | undefined {
  if (node.inputs.length === 0 || !node.inputs.every((input) => isOp(input, "constant") || isOp(input, "fill")))
    return undefined;
  return undefined;
}

import { isOp, type Node, sizeOf } from "../graph/graph.ts";
import { reachable } from "../graph/walk.ts";
import { Machine } from "../kernels/machine.ts";

/** Number of operations above which a product is left to the executor, which is much faster. */
const mostWork = 1e6;
/** Length above which a result is left to be computed when the graph runs. */
const largest = 1 << 20;

/** Computes a node whose operands are all known. Returns undefined if one is not, or if the result would be large. */
export function foldConstants(node: Node): Float64Array | undefined {
  if (node.inputs.length === 0 || !node.inputs.every(isKnown)) return undefined;
  const given = node.inputs.reduce((sum, input) => sum + sizeOf(input.shape), 0);
  if (sizeOf(node.shape) > Math.max(given, 1024) || sizeOf(node.shape) > largest) return undefined;
  if (
    isOp(node, "matmul") &&
    2 * sizeOf(node.shape) * node.inputs[0]!.shape.at(node.attributes.transposeA ? -2 : -1)! > mostWork
  ) {
    return undefined;
  }
  const machine = new Machine([reachable([node])], { results: [node] });
  machine.run(0);
  const values = machine.values(node);
  // An operation that makes NaN or an infinity stays in the graph, so that a run can name it.
  return values.every(Number.isFinite) || !node.inputs.every(isFiniteConstant) ? values : undefined;
}

function isFiniteConstant(node: Node): boolean {
  if (isOp(node, "constant")) return node.attributes.values.every(Number.isFinite);
  return isOp(node, "fill") ? Number.isFinite(node.attributes.value) : isFiniteConstant(node.inputs[0]!);
}

function isKnown(node: Node): boolean {
  if (isOp(node, "broadcast") || isOp(node, "reshape")) return isKnown(node.inputs[0]!);
  return isOp(node, "constant") || isOp(node, "fill");
}

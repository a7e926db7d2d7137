import type { GraphBuilder } from "../../build/builder.ts";
import { ruleOf } from "../../derivatives/rules/table.ts";
import { isOp, type Node } from "../../graph/graph.ts";
import { dependents, reachable } from "../../graph/walk.ts";

/**
 * Computes a graph for several values of some of its nodes at once: each of them, and all that depends on them, gets one
 * more leading axis.
 *
 * Assumes nothing: every primitive has a rule. Those that are linear in their one operand take the axis as the directions
 * of forward mode do, elementwise ones by broadcasting, and a product of many matrices with one matrix becomes one
 * product. Guarantees that entry i of the results is what the graph gives for the i-th values, up to rounding. What
 * depends on none of the nodes is computed once, and is repeated where it is an output.
 *
 * @param given the nodes that have several values, each with a node of one leading axis more
 * @param count number of values
 */
export function batched(
  builder: GraphBuilder,
  outputs: readonly Node[],
  given: ReadonlyMap<Node, Node>,
  count: number,
): Node[] {
  const nodes = reachable(outputs);
  const many = dependents(nodes, given.keys());
  const made = new Map(given);
  for (const node of nodes) if (many.has(node) && !made.has(node)) made.set(node, batchedNode(builder, node, made));
  return outputs.map((node) => made.get(node) ?? builder.broadcast(node, [count, ...node.shape]));
}

/** Makes a node of which some operands have the leading axis. */
function batchedNode(b: GraphBuilder, node: Node, made: ReadonlyMap<Node, Node>): Node {
  const inputs = node.inputs.map((input) => made.get(input) ?? input);
  const [x, y] = inputs as [Node, Node];
  if (isOp(node, "matmul")) return batchedProduct(b, node, x, y);
  if (isOp(node, "reduceMax")) return b.reduceMax(x, node.attributes.axes.map(behind));
  if (isOp(node, "logSumExp")) return b.logSumExp(x, node.attributes.axes.map(behind));
  if (isOp(node, "argMax")) return b.argMax(x, behind(node.attributes.axis));
  const rule = ruleOf(node);
  // What is left is elementwise, and an operand without the axis is repeated along it by broadcasting.
  return rule.kind === "linear" ? rule.apply(b, node, x, 1) : b.rebuild(node, inputs);
}

const behind = (axis: number): number => axis + 1;

/** Makes the products of all values. */
function batchedProduct(b: GraphBuilder, node: Node<"matmul">, x: Node, y: Node): Node {
  const { transposeA } = node.attributes;
  const rank = node.shape.length;
  const [left, right] = [x.shape.length > rank, y.shape.length > rank];
  if (right && x.shape.at(transposeA ? -2 : -1) === 1) return outerProducts(b, node, x, y);
  // One matrix times many columns is one product, of the columns as rows and the transpose.
  if (!left && rank === 2 && node.shape[1] === 1) {
    const [count, size] = [y.shape[0]!, y.shape[1]! * y.shape[2]!];
    const rows = b.matmul(b.reshape(y, [count, size]), x, { transposeB: !transposeA });
    return b.reshape(rows, [count, ...node.shape]);
  }
  return b.matmul(x, y, node.attributes);
}

/** Makes products of a column and a row, which loops compute faster than products of matrices. */
function outerProducts(b: GraphBuilder, node: Node<"matmul">, x: Node, y: Node): Node {
  const { transposeA, transposeB } = node.attributes;
  return b.mul(transposeA ? b.transpose(x) : x, transposeB ? b.transpose(y) : y);
}

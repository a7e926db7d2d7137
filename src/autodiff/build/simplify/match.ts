import { isOp, type Node, type Shape } from "../../graph/graph.ts";
import type { NodeMaker } from "../nodeMaker.ts";

/** The number of a uniform constant. */
export function fillValue(node: Node): number | undefined {
  return isOp(node, "fill") ? node.attributes.value : undefined;
}

/** x where node is -x. */
export function negated(node: Node): Node | undefined {
  return isOp(node, "neg") ? node.inputs[0] : undefined;
}

/** node = factor * base, with factor 1 and base itself where nothing is known. Sees through repetitions. */
export function scaled(builder: NodeMaker, node: Node): readonly [factor: number, base: Node] {
  if (isOp(node, "neg")) return [-1, node.inputs[0]!];
  if (isOp(node, "mul")) {
    const factor = fillValue(node.inputs[0]!);
    if (factor !== undefined) return [factor, node.inputs[1]!];
  }
  if (isOp(node, "broadcast")) {
    const [factor, base] = scaled(builder, node.inputs[0]!);
    if (base !== node.inputs[0]) return [factor, builder.broadcast(base, node.shape)];
  }
  return [1, node];
}

/** Whether a number may be multiplied into another without losing anything but rounding. */
export function harmless(product: number): boolean {
  const size = Math.abs(product);
  return size > 1e-290 && size < 1e290;
}

/** The node under reshapes and broadcasts, if all of them only add or remove axes of extent 1 or repeat along `axes` of `shape`. */
export function constantAlong(node: Node, axes: readonly number[], shape: Shape): Node | undefined {
  if (isOp(node, "fill")) return node;
  if (!isOp(node, "broadcast")) return undefined;
  const inner = node.inputs[0]!;
  const lead = shape.length - inner.shape.length;
  for (const [axis, extent] of shape.entries()) {
    const own = axis < lead ? 1 : inner.shape[axis - lead]!;
    if (axes.includes(axis) ? own !== 1 : own !== extent) return undefined;
  }
  return inner;
}

/** Through reshapes: the node whose numbers these are, in the same order. */
export function unreshaped(node: Node): Node {
  let found = node;
  while (isOp(found, "reshape")) found = found.inputs[0]!;
  return found;
}

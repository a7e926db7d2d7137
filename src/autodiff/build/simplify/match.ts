import { isOp, type Node, type Shape } from "../../graph/graph.ts";
import type { NodeMaker } from "../nodeMaker.ts";
import { isExact } from "./exact.ts";

/** Returns the number of a uniform constant, else undefined. */
export function fillValue(node: Node): number | undefined {
  return isOp(node, "fill") ? node.attributes.value : undefined;
}

/** Returns x if the node is -x, else undefined. */
export function negated(node: Node): Node | undefined {
  return isOp(node, "neg") ? node.inputs[0] : undefined;
}

/** Splits node = factor * base, with factor 1 and the node itself if no factor is known. Sees through repetitions. */
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

/** Returns the product of two numbers where they may be merged, else undefined. */
export function mergedProduct({ exact }: NodeMaker, a: number, b: number): number | undefined {
  return harmless(a * b) && (!exact || isExact("mul", a, b)) ? a * b : undefined;
}

/** Whether a product of constants is far from overflow and underflow, so that merging them costs only rounding. */
export function harmless(product: number): boolean {
  const size = Math.abs(product);
  return size > 1e-290 && size < 1e290;
}

/**
 * Returns what a node of `shape` repeats along exactly `axes`; undefined if it does not. A uniform constant counts as
 * its own repetition.
 */
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

/** Returns the node under all reshapes, which has the same numbers in the same order. */
export function unreshaped(node: Node): Node {
  let found = node;
  while (isOp(found, "reshape")) found = found.inputs[0]!;
  return found;
}

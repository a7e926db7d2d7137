import type { Shape } from "../../graph/graph.ts";
import type { Item, View } from "./values.ts";
import { canonical, isWhole } from "./view.ts";

/**
 * Returns the item of an operand whose value a loop over `shape` may take from its register; undefined if there is
 * none.
 */
export function fusable(operand: View, shape: Shape): Item | undefined {
  if (!isWhole(operand)) return undefined;
  const { item } = operand.from;
  if (item === undefined || item.op === "sum") return undefined;
  return sameExtents(canonical(operand.shape), item.shape) && sameExtents(item.shape, shape) ? item : undefined;
}

function sameExtents(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** Operations that are too expensive to be computed again instead of being stored. */
const costly = new Set<string>([
  "exp",
  "expm1",
  "log",
  "log1p",
  "sin",
  "cos",
  "tan",
  "asin",
  "acos",
  "atan",
  "sinh",
  "cosh",
  "tanh",
  "asinh",
  "acosh",
  "atanh",
  "sigmoid",
  "logisticDensity",
  "softplus",
  "erf",
  "pow",
  "atan2",
  "div",
  "sqrt",
]);

export function isCheap(op: string): boolean {
  return !costly.has(op);
}

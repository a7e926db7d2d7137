import type { Shape } from "../../graph/graph.ts";
import type { BinaryOp, UnaryOp } from "../../graph/operations.ts";
import { type Buffer, canonical, isWhole, type View } from "./view.ts";

export type ElementOp = UnaryOp | BinaryOp | "select";

/** One result of a fused loop: an elementwise operation, a copy of numbers into another order, or a sum. */
export interface Item {
  readonly id: number;
  readonly op: ElementOp | "copy" | "sum";
  readonly operands: readonly View[];
  /** What the loop runs over, axes with one entry left out. */
  readonly shape: Shape;
  /** Where a sum puts its results, along the axes of `shape`: 0 where it adds up. */
  readonly sumStrides?: readonly number[];
  readonly buffer: Buffer;
  /** Loops of one shape and one level are one loop. */
  level: number;
  /** Which loop it is in where those of one shape and level are too many for one. */
  part: number;
  /** Loop items that read it. */
  readonly users: Item[];
  /** Whether something other than a loop reads it. */
  external: boolean;
}

/** The item whose value a loop over `shape` may use in the register where it was computed, if this operand is one. */
export function fusable(operand: View, shape: Shape): Item | undefined {
  if (!isWhole(operand)) return undefined;
  const { item } = operand.from;
  if (item === undefined || item.op === "sum") return undefined;
  return sameExtents(canonical(operand.shape), item.shape) && sameExtents(item.shape, shape) ? item : undefined;
}

function sameExtents(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** Cheap enough to be computed again instead of being stored. */
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

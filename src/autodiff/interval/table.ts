import type { Node, Op } from "../graph/graph.ts";
import { binaryIntervals } from "./binary.ts";
import { selectInterval } from "./comparison.ts";
import { matmulInterval } from "./matmul.ts";
import { moveIntervals } from "./move.ts";
import { reduceIntervals } from "./reduce.ts";
import type { Ball, BallOperand, IntervalRule, Tally } from "./rule.ts";
import { unaryIntervals } from "./unary.ts";

/** Does nothing: the numbers of an input are set from outside. */
const given = (): (() => void) => () => {};

/** Writes numbers, which are exact; NaN and infinities are unknown. */
function written(values: (at: number) => number, { mid, rad }: Ball): void {
  for (let i = 0; i < mid.length; i++) {
    const value = values(i);
    mid[i] = Number.isFinite(value) ? value : 0;
    rad[i] = Number.isFinite(value) ? 0 : Number.POSITIVE_INFINITY;
  }
}

/** The interval rule of every primitive. A table without one of them does not compile. */
const rules: { readonly [K in Op]: IntervalRule<K> } = {
  input: given,
  constant: (node, _, out) => () => written((i) => node.attributes.values[i]!, out),
  fill: (node, _, out) => () => written(() => node.attributes.value, out),
  ...unaryIntervals,
  ...binaryIntervals,
  select: selectInterval,
  matmul: matmulInterval,
  ...reduceIntervals,
  ...moveIntervals,
};

export function intervalOf<K extends Op>(
  node: Node<K>,
  operands: readonly BallOperand[],
  out: Ball,
  tally: Tally,
): () => void {
  return rules[node.op](node, operands, out, tally);
}

/** Operations whose undecided entries mean that the function, or its derivative, may jump inside the box. */
export const jumps: ReadonlySet<Op> = new Set<Op>([
  "sign",
  "floor",
  "ceil",
  "round",
  "not",
  "less",
  "lessEqual",
  "equal",
  "select",
  "argMax",
]);

/**
 * Operations that are not defined everywhere, or that jump where their derivative does not show it: the angle of `atan2`
 * at its branch cut. Their derivatives have values outside the domain, as 1 / x has for log x at x < 0.
 */
export const partial: ReadonlySet<Op> = new Set<Op>([
  "log",
  "log1p",
  "sqrt",
  "asin",
  "acos",
  "acosh",
  "atanh",
  "tan",
  "pow",
  "div",
  "atan2",
]);

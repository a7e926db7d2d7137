import type { GraphBuilder } from "../../build/builder.ts";
import type { Node, Op } from "../../graph/graph.ts";

/**
 * The derivative of one primitive, from which both forward and reverse mode follow.
 *
 * `lead` is the number of leading axes that a tangent has more than its node, for several tangents at once.
 */
export type Rule<K extends Op> = Source | Flat | Elementwise<K> | Choice<K> | Linear<K> | Bilinear<K> | WeightedSum<K>;

/** A primitive without operands. */
interface Source {
  readonly kind: "source";
}

/** A piecewise constant primitive: its derivative is 0 everywhere, at the jumps too. */
interface Flat {
  readonly kind: "flat";
}

/** dy = sum_i partial_i dx_i, entry by entry. */
interface Elementwise<K extends Op> {
  readonly kind: "elementwise";
  readonly partial: (b: GraphBuilder, y: Node<K>, operand: number) => Node;
}

/**
 * Each entry of y comes from one of two operands: dy = select(condition, dx_yes, dx_no), which never multiplies 0 by
 * infinity.
 */
interface Choice<K extends Op> {
  readonly kind: "choice";
  readonly condition: (b: GraphBuilder, y: Node<K>) => Node;
  /** Indexes of the operands. */
  readonly yes: number;
  readonly no: number;
}

/** y = A x with one operand. */
interface Linear<K extends Op> {
  readonly kind: "linear";
  readonly apply: (b: GraphBuilder, y: Node<K>, tangent: Node, lead: number) => Node;
  readonly transpose: (b: GraphBuilder, y: Node<K>, cotangent: Node) => Node;
}

/** y = B(x_0, x_1), linear in each. */
interface Bilinear<K extends Op> {
  readonly kind: "bilinear";
  readonly apply: (b: GraphBuilder, y: Node<K>, operand: number, tangent: Node) => Node;
  readonly transpose: (b: GraphBuilder, y: Node<K>, operand: number, cotangent: Node) => Node;
}

/** dy = sum over `axes` of weights * dx. */
interface WeightedSum<K extends Op> {
  readonly kind: "weightedSum";
  readonly weights: (b: GraphBuilder, y: Node<K>) => Node;
  readonly axes: (y: Node<K>) => readonly number[];
}

export function operand(y: Node, place: number): Node {
  const x = y.inputs[place];
  if (x === undefined) throw new Error(`internal: ${y.op}: operand ${place} is missing`);
  return x;
}

import type { Attributes, AxisMap, Node, Shape } from "../graph/graph.ts";
import type { BinaryOp, UnaryOp } from "../graph/operations.ts";

/** The part of the builder with which simplifications make nodes; the builder in turn calls them. */
export interface NodeMaker {
  /** Whether the graph keeps its value exactly: then numbers are merged only where that does not round. */
  readonly exact: boolean;
  constant(values: ArrayLike<number>, shape: Shape): Node;
  fill(value: number, shape: Shape): Node<"fill">;
  unary(op: UnaryOp, x: Node): Node;
  binary(op: BinaryOp, a: Node, b: Node): Node;
  select(condition: Node, a: Node, b: Node): Node;
  matmul(a: Node, b: Node, flags?: Partial<Attributes["matmul"]>): Node;
  sum(x: Node, axes?: readonly number[]): Node;
  reduceMax(x: Node, axes?: readonly number[]): Node;
  logSumExp(x: Node, axes?: readonly number[]): Node;
  argMax(x: Node, axis: number): Node;
  cumsum(x: Node, axis: number, order?: { readonly exclusive?: boolean; readonly reverse?: boolean }): Node;
  reshape(x: Node, shape: Shape): Node;
  broadcast(x: Node, shape: Shape): Node;
  transpose(x: Node, permutation?: readonly number[]): Node;
  take(x: Node, maps: readonly AxisMap[], shape: Shape): Node;
  scatterAdd(x: Node, maps: readonly AxisMap[], shape: Shape): Node;
  neg(x: Node): Node;
  add(a: Node, b: Node): Node;
  sub(a: Node, b: Node): Node;
  mul(a: Node, b: Node): Node;
  div(a: Node, b: Node): Node;
  /** Returns factor * x. */
  scale(factor: number, x: Node): Node;
  /** Undoes the shape of a reduction over `axes`: repeats x along them. */
  expand(x: Node, axes: readonly number[], shape: Shape): Node;
}

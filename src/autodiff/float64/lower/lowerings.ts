import type { Attributes, Node, Op, Shape } from "../../graph/graph.ts";
import type { RowsStep } from "./steps.ts";
import type { Buffer, ElementOp, View } from "./values.ts";
import { broadcastView, reshapeView, takeView, transposeView, uniformView, wholeView } from "./view.ts";

/** The methods that the table of lowerings may use. */
export interface LoweringApi {
  view(node: Node): View;
  item(op: ElementOp | "copy", operands: readonly View[], shape: Shape): View;
  sum(x: View, axes: readonly number[], shape: Shape): View;
  /** Returns the sum over the places of windows, or what is added to all of them, if native kernels compute it. */
  windows(node: Node<"sum"> | Node<"scatterAdd">): View | undefined;
  rows(op: RowsStep["op"], x: View, axes: readonly number[], flags: { exclusive: boolean; reverse: boolean }): View;
  move(op: "take" | "scatterAdd", x: View, take: Attributes["take"], shape: Shape): View;
  copy(x: View): View;
  constant(values: Float64Array): Buffer;
}

type Lower<K extends Op> = (this: LoweringApi, node: Node<K>) => View;

const elementwise: Lower<ElementOp> = function (node) {
  return this.item(
    node.op,
    node.inputs.map((input) => this.view(input)),
    node.shape,
  );
};
const rows: Lower<"reduceMax" | "logSumExp"> = function ({ op, inputs, attributes }) {
  return this.rows(op, this.view(inputs[0]!), attributes.axes, { exclusive: false, reverse: false });
};
const missing: Lower<"input" | "matmul"> = ({ op }) => {
  throw new Error(`internal: lower: ${op} without numbers`);
};

/**
 * Turns every primitive except products into a view, an item of a loop or a step. A table without one of them does not
 * compile.
 */
export const lowerings: { readonly [K in Op]: Lower<K> } = {
  input: missing,
  matmul: missing,
  constant({ attributes, shape }) {
    return wholeView(this.constant(attributes.values), shape);
  },
  fill: ({ attributes, shape }) => uniformView(attributes.value, shape),
  neg: elementwise,
  exp: elementwise,
  expm1: elementwise,
  log: elementwise,
  log1p: elementwise,
  sqrt: elementwise,
  sin: elementwise,
  cos: elementwise,
  tan: elementwise,
  asin: elementwise,
  acos: elementwise,
  atan: elementwise,
  sinh: elementwise,
  cosh: elementwise,
  tanh: elementwise,
  asinh: elementwise,
  acosh: elementwise,
  atanh: elementwise,
  sigmoid: elementwise,
  logisticDensity: elementwise,
  softplus: elementwise,
  erf: elementwise,
  abs: elementwise,
  sign: elementwise,
  floor: elementwise,
  ceil: elementwise,
  round: elementwise,
  not: elementwise,
  add: elementwise,
  sub: elementwise,
  mul: elementwise,
  div: elementwise,
  pow: elementwise,
  atan2: elementwise,
  max: elementwise,
  min: elementwise,
  less: elementwise,
  lessEqual: elementwise,
  equal: elementwise,
  select: elementwise,
  sum(node) {
    const { inputs, attributes, shape } = node;
    return this.windows(node) ?? this.sum(this.view(inputs[0]!), attributes.axes, shape);
  },
  reduceMax: rows,
  logSumExp: rows,
  argMax({ inputs, attributes }) {
    return this.rows("argMax", this.view(inputs[0]!), [attributes.axis], { exclusive: false, reverse: false });
  },
  cumsum({ inputs, attributes }) {
    return this.rows("cumsum", this.view(inputs[0]!), [attributes.axis], attributes);
  },
  reshape({ inputs, shape }) {
    const x = this.view(inputs[0]!);
    return reshapeView(x, shape) ?? reshapeView(this.copy(x), shape)!;
  },
  broadcast({ inputs, shape }) {
    return broadcastView(this.view(inputs[0]!), shape);
  },
  transpose({ inputs, attributes }) {
    return transposeView(this.view(inputs[0]!), attributes.permutation);
  },
  take({ inputs, attributes, shape }) {
    const x = this.view(inputs[0]!);
    return takeView(x, attributes) ?? this.move("take", x, attributes, shape);
  },
  scatterAdd(node) {
    const { inputs, attributes, shape } = node;
    return this.windows(node) ?? this.move("scatterAdd", this.view(inputs[0]!), attributes, shape);
  },
};

import type { Node, Op } from "../graph/graph.ts";
import type { BinaryOp, UnaryOp } from "../graph/operations.ts";
import type { NodeMaker } from "./nodeMaker.ts";

/** Makes the operation of a node on other operands, which simplifies anew. */
type Rebuild<K extends Op> = (builder: NodeMaker, node: Node<K>, inputs: readonly Node[]) => Node;

const itself = (_: NodeMaker, node: Node): Node => node;
const unary: Rebuild<UnaryOp> = (builder, { op }, [x]) => builder.unary(op, x!);
const binary: Rebuild<BinaryOp> = (builder, { op }, [a, b]) => builder.binary(op, a!, b!);

const table: { readonly [K in Op]: Rebuild<K> } = {
  input: itself,
  constant: itself,
  fill: itself,
  neg: unary,
  exp: unary,
  expm1: unary,
  log: unary,
  log1p: unary,
  sqrt: unary,
  sin: unary,
  cos: unary,
  tan: unary,
  asin: unary,
  acos: unary,
  atan: unary,
  sinh: unary,
  cosh: unary,
  tanh: unary,
  asinh: unary,
  acosh: unary,
  atanh: unary,
  sigmoid: unary,
  logisticDensity: unary,
  softplus: unary,
  erf: unary,
  abs: unary,
  sign: unary,
  floor: unary,
  ceil: unary,
  round: unary,
  not: unary,
  add: binary,
  sub: binary,
  mul: binary,
  div: binary,
  pow: binary,
  atan2: binary,
  max: binary,
  min: binary,
  less: binary,
  lessEqual: binary,
  equal: binary,
  select: (builder, _, [c, a, b]) => builder.select(c!, a!, b!),
  matmul: (builder, { attributes }, [a, b]) => builder.matmul(a!, b!, attributes),
  sum: (builder, { attributes }, [x]) => builder.sum(x!, attributes.axes),
  reduceMax: (builder, { attributes }, [x]) => builder.reduceMax(x!, attributes.axes),
  logSumExp: (builder, { attributes }, [x]) => builder.logSumExp(x!, attributes.axes),
  argMax: (builder, { attributes }, [x]) => builder.argMax(x!, attributes.axis),
  cumsum: (builder, { attributes }, [x]) => builder.cumsum(x!, attributes.axis, attributes),
  reshape: (builder, { attributes }, [x]) => builder.reshape(x!, attributes.shape),
  broadcast: (builder, { attributes }, [x]) => builder.broadcast(x!, attributes.shape),
  transpose: (builder, { attributes }, [x]) => builder.transpose(x!, attributes.permutation),
  take: (builder, { attributes }, [x]) => builder.take(x!, attributes.maps, attributes.shape),
  scatterAdd: (builder, { attributes }, [x]) => builder.scatterAdd(x!, attributes.maps, attributes.shape),
};

/** Makes the operation of a node on other operands. */
export function rebuild<K extends Op>(builder: NodeMaker, node: Node<K>, inputs: readonly Node[]): Node {
  return table[node.op](builder, node, inputs);
}

import type { GraphBuilder } from "../../build/builder.ts";
import type { Node } from "../../graph/graph.ts";
import type { UnaryOp } from "../../graph/operations.ts";
import { operand, type Rule } from "./rule.ts";

type Formula = (b: GraphBuilder, x: Node, y: Node, one: Node) => Node;

/** Makes the rule with the derivative y' as a formula of x and y. */
function slope<K extends UnaryOp>(formula: Formula): Rule<K> {
  return {
    kind: "elementwise",
    partial: (b, y) => formula(b, operand(y, 0), y, b.fill(1, y.shape)),
  };
}
const flat: Rule<UnaryOp> = { kind: "flat" };

/** (1 - x) (1 + x), which keeps its digits for x near 1 and -1. */
const oneMinusSquare: Formula = (b, x, _, one) => b.mul(b.sub(one, x), b.add(one, x));
const inverse = (b: GraphBuilder, x: Node): Node => b.div(b.fill(1, x.shape), x);

/** Rules of functions of one operand. */
export const unaryRules: { readonly [K in UnaryOp]: Rule<K> } = {
  neg: slope((b, x) => b.fill(-1, x.shape)),
  exp: slope((_b, _x, y) => y),
  expm1: slope((b, x) => b.unary("exp", x)),
  log: slope((b, x) => inverse(b, x)),
  log1p: slope((b, x, _, one) => inverse(b, b.add(one, x))),
  sqrt: slope((b, _, y) => b.div(b.fill(0.5, y.shape), y)),
  sin: slope((b, x) => b.unary("cos", x)),
  cos: slope((b, x) => b.neg(b.unary("sin", x))),
  tan: slope((b, _, y, one) => b.add(one, b.mul(y, y))),
  asin: slope((b, x, y, one) => inverse(b, b.unary("sqrt", oneMinusSquare(b, x, y, one)))),
  acos: slope((b, x, y, one) => b.neg(inverse(b, b.unary("sqrt", oneMinusSquare(b, x, y, one))))),
  atan: slope((b, x, _, one) => inverse(b, b.add(one, b.mul(x, x)))),
  sinh: slope((b, x) => b.unary("cosh", x)),
  cosh: slope((b, x) => b.unary("sinh", x)),
  // 1 - tanh(x)^2, written without that difference, which would lose the digits of a small slope.
  tanh: slope((b, x) => b.scale(4, b.unary("logisticDensity", b.scale(2, x)))),
  asinh: slope((b, x, _, one) => inverse(b, b.unary("sqrt", b.add(one, b.mul(x, x))))),
  acosh: slope((b, x, _, one) => inverse(b, b.unary("sqrt", b.mul(b.sub(x, one), b.add(x, one))))),
  atanh: slope((b, x, y, one) => inverse(b, oneMinusSquare(b, x, y, one))),
  sigmoid: slope((b, x) => b.unary("logisticDensity", x)),
  // -y tanh(x / 2)
  logisticDensity: slope((b, x, y) => b.neg(b.mul(y, b.unary("tanh", b.scale(0.5, x))))),
  softplus: slope((b, x) => b.unary("sigmoid", x)),
  // 2 / sqrt(pi) e^(-x^2)
  erf: slope((b, x) => b.mul(b.irrational(2 / Math.sqrt(Math.PI), x.shape), b.unary("exp", b.neg(b.mul(x, x))))),
  // The slope at 0 is -1, as in TensorFlow.js. A slope of 0 would lose half the slope of a sum of relu and abs.
  abs: slope((b, x, _, one) => b.select(b.binary("less", b.fill(0, x.shape), x), one, b.fill(-1, x.shape))),
  sign: flat,
  floor: flat,
  ceil: flat,
  round: flat,
  not: flat,
};

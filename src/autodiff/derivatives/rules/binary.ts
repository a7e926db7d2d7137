import type { GraphBuilder } from "../../build/builder.ts";
import { isOp, type Node } from "../../graph/graph.ts";
import type { BinaryOp } from "../../graph/operations.ts";
import { operand, type Rule } from "./rule.ts";

type Formula = (b: GraphBuilder, x0: Node, x1: Node, y: Node) => Node;

/** Makes the rule with dy/dx0 and dy/dx1 as formulas of the operands and y. */
function slopes<K extends BinaryOp>(...formulas: readonly [Formula, Formula]): Rule<K> {
  return {
    kind: "elementwise",
    partial: (b, y, place) => formulas[place === 0 ? 0 : 1](b, operand(y, 0), operand(y, 1), y),
  };
}

/** Makes the rule of a function that is its first operand where the condition holds, else its second. */
function pick<K extends BinaryOp>(condition: (b: GraphBuilder, x0: Node, x1: Node) => Node): Rule<K> {
  return {
    kind: "choice",
    condition: (b, y) => condition(b, operand(y, 0), operand(y, 1)),
    yes: 0,
    no: 1,
  };
}
const flat: Rule<BinaryOp> = { kind: "flat" };

const one: Formula = (b, x) => b.fill(1, x.shape);
const squares: Formula = (b, x0, x1) => b.add(b.mul(x0, x0), b.mul(x1, x1));

/** Rules of functions of two operands of the same shape. */
export const binaryRules: { readonly [K in BinaryOp]: Rule<K> } = {
  add: slopes(one, one),
  sub: slopes(one, (b, x) => b.fill(-1, x.shape)),
  mul: slopes(
    (_, _x0, x1) => x1,
    (_, x0) => x0,
  ),
  div: slopes(
    (b, x0, x1, y) => b.div(one(b, x0, x1, y), x1),
    (b, _, x1, y) => b.neg(b.div(y, x1)),
  ),
  pow: slopes(
    // p x^(p - 1), set to 0 where p = 0, since x^-1 may be infinite.
    (b, x, p) => {
      const ones = b.fill(1, x.shape);
      if (isOp(p, "fill")) return b.mul(p, b.binary("pow", x, b.sub(p, ones)));
      const none = b.binary("equal", p, b.fill(0, x.shape));
      const power = b.binary("pow", x, b.sub(b.select(none, ones, p), ones));
      return b.select(none, b.fill(0, x.shape), b.mul(p, power));
    },
    // x^p log x, and 0 where x <= 0, as in TensorFlow.js.
    (b, x, _, y) => {
      const positive = b.binary("less", b.fill(0, x.shape), x);
      const zero = b.fill(0, x.shape);
      const log = b.unary("log", b.select(positive, x, b.fill(1, x.shape)));
      return b.select(positive, b.mul(y, log), zero);
    },
  ),
  atan2: slopes(
    (b, x0, x1, y) => b.div(x1, squares(b, x0, x1, y)),
    (b, x0, x1, y) => b.neg(b.div(x0, squares(b, x0, x1, y))),
  ),
  max: pick((b, x0, x1) => b.binary("lessEqual", x1, x0)),
  min: pick((b, x0, x1) => b.binary("lessEqual", x0, x1)),
  less: flat,
  lessEqual: flat,
  equal: flat,
};

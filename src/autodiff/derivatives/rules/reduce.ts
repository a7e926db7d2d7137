import type { GraphBuilder } from "../../build/builder.ts";
import type { Node } from "../../graph/graph.ts";
import { operand, type Rule } from "./rule.ts";

/** Repeats y along the axes that the reduction removed. */
function repeated(b: GraphBuilder, y: Node<"reduceMax" | "logSumExp">): Node {
  return b.expand(y, y.attributes.axes, operand(y, 0).shape);
}

/** Rule of the maximum: entries that tie share the derivative evenly. */
export const reduceMaxRule: Rule<"reduceMax"> = {
  kind: "weightedSum",
  axes: (y) => y.attributes.axes,
  weights(b, y) {
    const { axes } = y.attributes;
    const x = operand(y, 0);
    const ties = b.binary("equal", x, repeated(b, y));
    return b.div(ties, b.expand(b.sum(ties, axes), axes, x.shape));
  },
};

/** d log sum e^x = sum softmax(x) dx. */
export const logSumExpRule: Rule<"logSumExp"> = {
  kind: "weightedSum",
  axes: (y) => y.attributes.axes,
  weights: (b, y) => b.unary("exp", b.sub(operand(y, 0), repeated(b, y))),
};

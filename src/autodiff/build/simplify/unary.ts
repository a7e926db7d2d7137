import { isOp, type Node } from "../../graph/graph.ts";
import type { UnaryOp } from "../../graph/operations.ts";
import { scalarFunctions } from "../../kernels/scalars.ts";
import type { NodeMaker } from "../nodeMaker.ts";
import { neverRounds } from "./exact.ts";
import { fillValue, unreshaped } from "./match.ts";

/** Returns a simpler node of the same value if one is known. */
export function simplifyUnary(builder: NodeMaker, op: UnaryOp, x: Node): Node | undefined {
  if (isOp(x, "fill")) {
    const { value } = x.attributes;
    const result = scalarFunctions[op](value);
    // An operation that makes NaN or an infinity stays in the graph, so that a run can name it.
    const makes = Number.isFinite(value) && !Number.isFinite(result);
    return makes || (builder.exact && !neverRounds(op)) ? undefined : builder.fill(result, x.shape);
  }
  // The function is applied to the few numbers, then the result is repeated.
  if (isOp(x, "broadcast")) return builder.broadcast(builder.unary(op, x.inputs[0]!), x.shape);
  const inner = x.inputs[0];
  switch (op) {
    case "neg":
      if (isOp(x, "neg")) return inner;
      if (isOp(x, "sub")) return builder.sub(x.inputs[1]!, inner!);
      if (isOp(x, "mul")) {
        const factor = fillValue(inner!);
        if (factor !== undefined) return builder.scale(-factor, x.inputs[1]!);
      }
      return undefined;
    case "abs":
      // |-x| does not become |x|, since their slopes differ at 0.
      return isOp(x, "abs") ? x : undefined;
    case "log":
      return simplifyLog(builder, x);
    case "log1p":
      // log1p(e^u) = softplus(u)
      return isOp(x, "exp") ? builder.unary("softplus", inner!) : undefined;
    default:
      return undefined;
  }
}

function simplifyLog(builder: NodeMaker, x: Node): Node | undefined {
  const inner = x.inputs[0];
  if (isOp(x, "exp")) return inner;
  // log sigmoid(u) = -softplus(-u)
  if (isOp(x, "sigmoid")) return builder.neg(builder.unary("softplus", builder.neg(inner!)));
  // With its axis kept, as `tf.logSoftmax` writes it. In float64, products with the Hessian are faster without.
  const sum = builder.exact ? unreshaped(x) : x;
  if (isOp(sum, "sum") && isOp(sum.inputs[0]!, "exp")) {
    return builder.reshape(builder.logSumExp(sum.inputs[0].inputs[0]!, sum.attributes.axes), x.shape);
  }
  // log(1 + e^u) = softplus(u)
  if (isOp(x, "add") && fillValue(inner!) === 1 && isOp(x.inputs[1]!, "exp")) {
    return builder.unary("softplus", x.inputs[1].inputs[0]!);
  }
  // log(1 - sigmoid(u)) = -softplus(u)
  if (isOp(x, "sub") && fillValue(inner!) === 1 && isOp(x.inputs[1]!, "sigmoid")) {
    return builder.neg(builder.unary("softplus", x.inputs[1].inputs[0]!));
  }
  return undefined;
}

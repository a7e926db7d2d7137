import type { Node } from "../../graph/graph.ts";
import { Arithmetic } from "../arithmetic.ts";
import type { KernelCall } from "../kernelCall.ts";
import { exponentialUnit } from "./unary.ts";

/** Adds the bias of a fused kernel to a product and applies its activation. */
export function withBiasAndActivation(call: KernelCall, product: Node): Node {
  const m = new Arithmetic(call.builder);
  const bias = call.optional("bias");
  const x = bias === undefined ? product : m.add(product, bias.node);
  const activation = call.text("activation", "linear");
  switch (activation) {
    case "linear":
      return x;
    case "relu":
      return m.max(0, x);
    case "relu6":
      return m.min(m.max(0, x), 6);
    case "elu":
      return exponentialUnit(m, x, 1, 1);
    case "sigmoid":
      return m.builder.unary("sigmoid", x);
    case "leakyrelu":
      return m.select(m.less(0, x), x, m.mul(call.number("leakyreluAlpha", 0.2), x));
    case "prelu":
      return m.select(m.less(0, x), x, m.mul(call.input("preluActivationWeights").node, x));
    default:
      throw call.refuse(`asks for the fused activation ${activation}`, "apply the activation as an op of its own");
  }
}

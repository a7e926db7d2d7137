import type { Node } from "../../graph/graph.ts";
import { Arithmetic } from "../arithmetic.ts";
import type { KernelCall, Lowering } from "../kernelCall.ts";

/** Returns x - log(sum of e^x) along an axis. */
function logSoftmax(call: KernelCall, x: Node, axis: number): Node {
  const m = new Arithmetic(call.builder);
  const kept = x.shape.map((extent, i) => (i === axis ? 1 : extent));
  return m.sub(x, m.builder.reshape(m.builder.logSumExp(x, [axis]), kept));
}

/** Lowerings of functions of whole rows. */
export const normalisationLowerings = {
  Softmax: (call) => {
    const x = call.input("logits").node;
    const axis = call.axis("dim", x.shape.length, -1);
    return { node: new Arithmetic(call.builder).exp(logSoftmax(call, x, axis)), dtype: "float32" };
  },
  /** (x - mean) scale / sqrt(variance + epsilon) + offset, where all shapes broadcast. */
  FusedBatchNorm: (call) => {
    const m = new Arithmetic(call.builder);
    const centred = m.sub(call.input("x").node, call.input("mean").node);
    const deviation = m.sqrt(m.add(call.input("variance").node, call.number("varianceEpsilon", 0.001)));
    const scale = call.optional("scale")?.node ?? 1;
    const offset = call.optional("offset")?.node ?? 0;
    return { node: m.add(m.mul(m.div(centred, deviation), scale), offset), dtype: "float32" };
  },
} satisfies Readonly<Record<string, Lowering>>;

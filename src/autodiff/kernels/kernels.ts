import type { Node, Op } from "../graph/graph.ts";
import { binaryKernels, selectKernel } from "./binary.ts";
import type { Kernel, Operand } from "./kernel.ts";
import { matmulKernel } from "./matmul.ts";
import { broadcastKernel, reshapeKernel, scatterAddKernel, takeKernel, transposeKernel } from "./move.ts";
import { argMaxKernel, cumsumKernel, logSumExpKernel, reduceMaxKernel, sumKernel } from "./reduce.ts";
import { unaryKernels } from "./unary.ts";

/** Does nothing: the numbers of an input are set from outside. */
const given = (): (() => void) => () => {};

/** The kernel of every primitive in the interpreter. A table without one of them does not compile. */
const kernels: { readonly [K in Op]: Kernel<K> } = {
  input: given,
  constant: (node, _, out) => () => out.set(node.attributes.values),
  fill: (node, _, out) => () => out.fill(node.attributes.value),
  ...unaryKernels,
  ...binaryKernels,
  select: selectKernel,
  matmul: matmulKernel,
  sum: sumKernel,
  reduceMax: reduceMaxKernel,
  logSumExp: logSumExpKernel,
  argMax: argMaxKernel,
  cumsum: cumsumKernel,
  reshape: reshapeKernel,
  broadcast: broadcastKernel,
  transpose: transposeKernel,
  take: takeKernel,
  scatterAdd: scatterAddKernel,
};

export function kernelOf<K extends Op>(node: Node<K>, operands: readonly Operand[], out: Float64Array): () => void {
  return kernels[node.op](node, operands, out);
}

/** Along which axes an operation reads repeated operands without a copy. */
export function repetition(op: Op): "all" | "leading" | "none" {
  if (op === "matmul") return "leading";
  return op in binaryKernels || op === "select" || op === "broadcast" ? "all" : "none";
}

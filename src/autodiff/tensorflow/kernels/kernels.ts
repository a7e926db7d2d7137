import type { Node, Op } from "../../graph/graph.ts";
import { binaryKernels, selectKernel, unaryKernels } from "./elementwise.ts";
import type { Context, Kernel, Recipe } from "./kernel.ts";
import { matmulKernel } from "./matmul.ts";
import { argMaxKernel, cumsumKernel, logSumExpKernel, reduceMaxKernel, sumKernel } from "./reduce.ts";
import { scatterAddKernel } from "./scatterAdd.ts";
import { broadcasted, chained, reshaped, takeKernel, transposed } from "./take.ts";

const input: Kernel<"input"> = ({ attributes: { name } }) => {
  throw new Error(`internal: tensorflow: the input "${name}" was not given`);
};

const constant: Kernel<"constant"> = ({ attributes, shape }, { session, keep }) => {
  const numbers = keep(session.put(attributes.values, shape));
  return { operands: [], make: () => session.plain("Identity", numbers) };
};

const fill: Kernel<"fill"> = ({ attributes, shape }, { session }) => {
  const value = session.scalar(attributes.value);
  const whole = broadcasted(session, shape);
  return { operands: [], make: () => whole(value) };
};

/** The kernel of every primitive. A table without one of them does not compile. */
const kernels: { readonly [K in Op]: Kernel<K> } = {
  input,
  constant,
  fill,
  ...unaryKernels,
  ...binaryKernels,
  select: selectKernel,
  matmul: matmulKernel,
  sum: sumKernel,
  reduceMax: reduceMaxKernel,
  logSumExp: logSumExpKernel,
  argMax: argMaxKernel,
  cumsum: cumsumKernel,
  reshape: (node, context) => chained(node.inputs[0]!, context, [reshaped(context.session, node.shape)]),
  broadcast: (node, context) => chained(node.inputs[0]!, context, [broadcasted(context.session, node.shape)]),
  transpose: (node, context) =>
    chained(node.inputs[0]!, context, [transposed(context.session, node.attributes.permutation)]),
  take: takeKernel,
  scatterAdd: scatterAddKernel,
};

/** Says how a node is computed. */
export function recipeOf<K extends Op>(node: Node<K>, context: Context): Recipe {
  return kernels[node.op](node, context);
}

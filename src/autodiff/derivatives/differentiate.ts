import type { GraphBuilder } from "../build/builder.ts";
import { type Graph, isOp, type Node } from "../graph/graph.ts";
import { reachable } from "../graph/walk.ts";
import { split } from "../passes/split.ts";
import { pushforward } from "./forward.ts";
import { pullback } from "./reverse.ts";

export { pushforward } from "./forward.ts";
export { gradient, pullback } from "./reverse.ts";

/** A function's derivative at a point, with everything that does not depend on the direction set apart. */
export interface Linearization {
  /** The function itself; its outputs, then the residuals. Run once for each point. */
  readonly primal: Graph;
  /** What the linear graph needs of the point. */
  readonly residuals: readonly Node[];
  /** Inputs: a tangent for each parameter, then an input for each residual. Linear in the tangents. */
  readonly linear: Graph;
  /** The number of tangents. */
  readonly tangents: number;
}

export interface LinearizeOptions {
  /** Directions at once, as a leading axis of tangents and results; default: one, without that axis. */
  readonly count?: number;
  /** J^T: an input for each output, an output for each parameter. Default false. */
  readonly transpose?: boolean;
}

/** J v (or J^T u) of `outputs` with respect to the inputs `wrt`, as a graph that is linear in v. */
export function linearize(
  builder: GraphBuilder,
  outputs: readonly Node[],
  wrt: readonly Node<"input">[],
  { count, transpose = false }: LinearizeOptions = {},
): Linearization {
  const lead = count === undefined ? [] : [count];
  const forward = (shapes: readonly number[]): { tangents: Node<"input">[]; products: Node[] } => {
    const tangents = wrt.map((node, i) => builder.input(`v${i}`, "tangent", [...shapes, ...node.shape]));
    const seeds = new Map<Node, Node>(wrt.map((node, i) => [node, tangents[i]!]));
    return { tangents, products: pushforward(builder, outputs, seeds, shapes.length) };
  };
  const { tangents, products } = forward(transpose ? [] : lead);
  const parts = split(builder, products, tangents);
  const primal = (residuals: readonly Node[]): Graph => ({
    inputs: inputsOf([...outputs, ...residuals], wrt),
    outputs: [...outputs, ...residuals],
  });
  if (!transpose) return { primal: primal(parts.residuals), ...parts, tangents: tangents.length };

  // The transpose of a linear graph is reverse mode over it, its residuals taken along.
  const cotangents = parts.linear.outputs.map((node, i) => builder.input(`u${i}`, "cotangent", node.shape));
  const transposed = pullback(builder, parts.linear.outputs, cotangents, tangents);
  return {
    primal: primal(parts.residuals),
    residuals: parts.residuals,
    linear: {
      inputs: [...cotangents, ...parts.linear.inputs.slice(tangents.length)],
      outputs: transposed,
    },
    tangents: cotangents.length,
  };
}

/** `first`, then every other input that `outputs` depend on. */
export function inputsOf(outputs: readonly Node[], first: readonly Node<"input">[] = []): Node<"input">[] {
  const found = new Set(first);
  for (const node of reachable(outputs)) if (isOp(node, "input")) found.add(node);
  return [...found];
}

import type { GraphBuilder } from "../build/builder.ts";
import { pullback, pushforward } from "../derivatives/differentiate.ts";
import type { Graph, Node } from "../graph/graph.ts";
import { split } from "../passes/split.ts";

export interface LinearGraphOptions {
  /** J^T u. Default false: J v. */
  readonly transpose?: boolean;
  /** Rewrites the products, which are linear in the directions; default: as they are. */
  readonly rewrite?: (
    builder: GraphBuilder,
    products: readonly Node[],
    directions: readonly Node<"input">[],
  ) => readonly Node[];
}

/** J v as a graph, what it needs of the point set apart. */
export interface LinearGraph {
  readonly directions: readonly Node<"input">[];
  readonly residuals: readonly Node[];
  /** Inputs: directions, then one for each residual. */
  readonly graph: Graph;
}

/** The Jacobian of `outputs` as a linear graph, rewritten before it is split: what no longer depends on v becomes a residual. */
export function linearGraph(
  builder: GraphBuilder,
  outputs: readonly Node[],
  wrt: readonly Node<"input">[],
  { transpose = false, rewrite = (_, products) => products }: LinearGraphOptions = {},
): LinearGraph {
  const tangents = wrt.map((node, i) => builder.input(`v${i}`, "tangent", node.shape));
  const seeds = new Map<Node, Node>(wrt.map((node, i) => [node, tangents[i]!]));
  let directions: readonly Node<"input">[] = tangents;
  let products: readonly Node[] = pushforward(builder, outputs, seeds);
  if (transpose) {
    directions = products.map((node, i) => builder.input(`u${i}`, "cotangent", node.shape));
    products = pullback(builder, products, directions, tangents);
  }
  const parts = split(builder, rewrite(builder, products, directions), directions);
  return { directions, residuals: parts.residuals, graph: parts.linear };
}

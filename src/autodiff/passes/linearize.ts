import type { GraphBuilder } from "../build/builder.ts";
import { inputsOf } from "../derivatives/differentiate.ts";
import type { Graph, Node } from "../graph/graph.ts";
import { checkBuilder, checkNodes } from "../graph/graphArguments.ts";
import { normalForm } from "./normalForm.ts";
import { directionsOf } from "./pass.ts";
import { regroup } from "./regroup.ts";
import { type Repeated, split } from "./split.ts";
import { tangents, transposed } from "./tangents.ts";

/** A Jacobian as a graph that is linear in the direction. What depends on the point alone is separate. */
export interface Linearization {
  /** Inputs v, one per parameter; or u, one per output. */
  readonly directions: readonly Node<"input">[];
  /** Nodes that depend on the point alone and that the linear graph needs. */
  readonly residuals: readonly Node[];
  /** Graph of the product. Its inputs are the directions, then one input of role `residual` per residual. */
  readonly linear: Graph;
}

/** Options of {@link linearize}. */
export interface LinearizeOptions {
  /** Whether to make J^T u instead of J v: one input per output, one output per parameter. Default false. */
  readonly transpose?: boolean;
  /**
   * Number of directions at once, as a leading axis of directions and results, for J v only. Default: one direction
   * without that axis.
   */
  readonly count?: number;
  /** Last pass that rewrites the product to make it cheaper. Default "none". */
  readonly rewrite?: "none" | "normalForm" | "regroup";
  /** Nodes that J v computes again for each v, instead of keeping them as residuals. Default: none. */
  readonly repeated?: Repeated;
}

/**
 * Makes the graph of J v or J^T u, where J is the Jacobian of `outputs` with respect to the inputs `wrt`.
 *
 * The passes run in this order:
 *
 *     the field F(z)
 *       tangents      J v, linear in v
 *       transposed    J^T u, where it is asked for
 *       normalForm    elementwise work on v becomes one multiplication per coefficient
 *       regroup       matrix products get their cheapest order
 *       split         what does not depend on v is set apart: the residuals of the point
 *
 * @example
 * const builder = new GraphBuilder();
 * const z = builder.input("z", "parameter", [3]);
 * const field = builder.unary("exp", builder.mul(z, z));
 * const { residuals, linear } = linearize(builder, [field], [z], { rewrite: "normalForm" });
 * console.log(printGraph({ inputs: [z], outputs: residuals }));
 * console.log(printGraph(linear));
 * // parameter z [3]
 * // %0 [3] = mul(z, z)
 * // %1 [3] = exp(%0)
 * // %2 [3] = mul(z, %1)
 * // return %2
 * // tangent v0 [3]
 * // residual r0 [3]
 * // %0 [3] = mul(v0, r0)
 * // %1 [3] = mul(2, %0)
 * // return %1
 * @param outputs the tensors of the field F
 * @param wrt the parameters z
 */
export function linearize(
  builder: GraphBuilder,
  outputs: readonly Node[],
  wrt: readonly Node<"input">[],
  options: LinearizeOptions = {},
): Linearization {
  checkBuilder("linearize", builder);
  checkNodes("linearize", "outputs", outputs);
  checkNodes("linearize", "wrt", wrt);
  const graph = productGraph(builder, outputs, wrt, options);
  return { directions: directionsOf(graph), ...split(builder, graph, options.repeated) };
}

/** Prepares a graph that is linear in its tangents and cotangents, as {@link linearize} does that of J v. */
export function linearizeGraph(
  builder: GraphBuilder,
  graph: Graph,
  { rewrite = "none", repeated }: Pick<LinearizeOptions, "rewrite" | "repeated"> = {},
): Linearization {
  const cheaper = rewritten(builder, graph, rewrite);
  return { directions: directionsOf(cheaper), ...split(builder, cheaper, repeated) };
}

/** Makes the graph of J v or J^T u, whose inputs are the directions, the point and the data: all passes but `split`. */
export function productGraph(
  builder: GraphBuilder,
  outputs: readonly Node[],
  wrt: readonly Node<"input">[],
  { transpose = false, count, rewrite = "none" }: LinearizeOptions = {},
): Graph {
  let graph = tangents(builder, { inputs: inputsOf(outputs, wrt), outputs }, wrt, transpose ? undefined : count);
  if (transpose) graph = transposed(builder, graph);
  return rewritten(builder, graph, rewrite);
}

/** Runs the passes that make a linear graph cheaper. */
export function rewritten(
  builder: GraphBuilder,
  graph: Graph,
  rewrite: NonNullable<LinearizeOptions["rewrite"]>,
): Graph {
  if (rewrite === "none") return graph;
  const normal = normalForm(builder, graph);
  return rewrite === "regroup" ? regroup(builder, normal) : normal;
}

import type { GraphBuilder } from "../build/builder.ts";
import { inputsOf } from "../derivatives/differentiate.ts";
import type { Graph, Node } from "../graph/graph.ts";
import { normalForm } from "./normalForm.ts";
import { directionsOf } from "./pass.ts";
import { regroup } from "./regroup.ts";
import { split } from "./split.ts";
import { tangents, transposed } from "./tangents.ts";

/** A Jacobian as a graph that is linear in the direction, everything that depends on the point alone set apart. */
export interface Linearization {
  /** v, an input for each parameter; or u, one for each output. */
  readonly directions: readonly Node<"input">[];
  /** What the linear graph needs of the point. */
  readonly residuals: readonly Node[];
  /** Inputs: the directions, then one of role `residual` for each residual. */
  readonly linear: Graph;
}

export interface LinearizeOptions {
  /** J^T: an input for each output, an output for each parameter. Default false. */
  readonly transpose?: boolean;
  /** Directions at once, as a leading axis of directions and results, for J alone; default: one, without that axis. */
  readonly count?: number;
  /** Which passes rewrite the product to make it cheaper. Default none. */
  readonly rewrite?: "none" | "normalForm" | "regroup";
}

/**
 * J v (or J^T u) of `outputs` with respect to the inputs `wrt`: the passes in their order.
 *
 *     the field F(z)
 *       tangents      J v, linear in v
 *       transposed    J^T u, where it is asked for
 *       normalForm    elementwise work on v becomes one multiplication a coefficient
 *       regroup       matrix products in the cheapest order
 *       split         what does not depend on v is set apart: the residuals of the point
 */
export function linearize(
  builder: GraphBuilder,
  outputs: readonly Node[],
  wrt: readonly Node<"input">[],
  { transpose = false, count, rewrite = "none" }: LinearizeOptions = {},
): Linearization {
  let graph = tangents(builder, { inputs: inputsOf(outputs, wrt), outputs }, wrt, transpose ? undefined : count);
  if (transpose) graph = transposed(builder, graph);
  if (rewrite !== "none") graph = normalForm(builder, graph);
  if (rewrite === "regroup") graph = regroup(builder, graph);
  const directions = directionsOf(graph);
  return { directions, ...split(builder, graph) };
}

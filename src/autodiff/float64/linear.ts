import { isOp, type Node, sizeOf } from "../graph/graph.ts";
import { dependents, reachable } from "../graph/walk.ts";
import type { Linearization } from "../passes/linearize.ts";
import type { Arena } from "./arena.ts";
import { type NativeWindows, windowTakes } from "./lower/windows.ts";
import { type Fixed, type Parts, reserveParts } from "./parts.ts";
import type { Draft } from "./program.ts";
import { isStored, withRepeated } from "./stages.ts";

/** A node that a linear graph reads. */
export interface Read {
  readonly node: Node;
  readonly buffer: Fixed;
}

/** A linear graph ready to be compiled. */
export interface LinearDraft {
  readonly directions: Parts;
  readonly products: Parts;
  /** What J v reads of the point and the data, and where. */
  readonly reads: readonly Read[];
  /** Drafts of what depends on no input, of residuals that no other program keeps, and of J v itself. */
  readonly drafts: readonly [constants: Draft, residuals: Draft, product: Draft];
}

/**
 * Prepares a linear graph for compilation.
 *
 * @param buffers buffers of residuals that other programs keep
 * @param native which products with windows of images native kernels compute
 */
export function draftLinear(
  arena: Arena,
  { directions, residuals, linear: graph }: Linearization,
  buffers: ReadonlyMap<Node, Fixed>,
  native?: NativeWindows,
): LinearDraft {
  const v = reserveParts(arena, directions);
  const products = reserveParts(arena, graph.outputs);
  const given = new Map<Node, Fixed>(directions.map((node, i) => [node, v.buffers[i]!]));
  const own = new Map<Node, Fixed>();
  const reads: Read[] = [];
  for (const [i, node] of graph.inputs.slice(directions.length).entries()) {
    const residual = residuals[i]!;
    let buffer = buffers.get(residual);
    if (buffer === undefined) {
      buffer = arena.reserve(sizeOf(residual.shape));
      own.set(residual, buffer);
    }
    given.set(node, buffer);
    reads.push({ node: residual, buffer });
  }
  const all = reachable(graph.outputs);
  const nodes = all.filter((node) => !isOp(node, "input"));
  const varying = dependents(all, graph.inputs);
  const moving = nodes.filter((node) => varying.has(node));
  const { nodes: late, needs } = withRepeated(
    nodes,
    moving,
    graph.outputs,
    native === undefined ? undefined : windowTakes(all, graph.outputs, native),
  );
  const constants = [...needs]
    .filter((node) => isStored(node))
    .map((node) => ({ node, buffer: arena.reserve(sizeOf(node.shape)) }));
  const withConstants = new Map([...given, ...constants.map(({ node, buffer }) => [node, buffer] as const)]);
  return {
    directions: v,
    products,
    reads,
    drafts: [
      { nodes: nodes.filter((node) => !varying.has(node)), given: new Map(), results: constants },
      {
        nodes: needed([...own.keys()], buffers),
        given: buffers,
        results: [...own].map(([node, buffer]) => ({ node, buffer })),
      },
      {
        nodes: late,
        given: withConstants,
        results: graph.outputs.map((node, i) => ({ node, buffer: products.buffers[i]! })),
      },
    ],
  };
}

/** Returns the nodes that `results` need beyond what is given. */
function needed(results: readonly Node[], given: ReadonlyMap<Node, Fixed>): readonly Node[] {
  const found = new Set<Node>(results);
  for (const node of found) for (const input of node.inputs) if (!given.has(input)) found.add(input);
  return [...found].sort((a, b) => a.id - b.id);
}

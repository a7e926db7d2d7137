import { type Node, sizeOf } from "../graph/graph.ts";
import { dependents, reachable } from "../graph/walk.ts";
import { Machine } from "../kernels/machine.ts";
import type { Linearization } from "../passes/linearize.ts";
import { Packing } from "./packing.ts";

/** A linear graph with memory of its own. It reads residuals where the forward machine left them. */
export interface LinearProgram {
  readonly input: Packing;
  readonly output: Packing;
  /** Bytes of its own arrays. */
  readonly bytes: number;
  run(): void;
}

/** Compiles a linear graph for `count` directions at once. Constants among its nodes are computed now. */
export function compileLinear(
  { directions, residuals, linear }: Linearization,
  forward: Machine,
  count: number,
): LinearProgram {
  const given = new Map<Node, Float64Array>();
  for (const node of directions) given.set(node, new Float64Array(sizeOf(node.shape)));
  for (const [i, node] of linear.inputs.slice(directions.length).entries())
    given.set(node, forward.values(residuals[i]!));
  const nodes = reachable(linear.outputs);
  const varying = dependents(nodes, given.keys());
  const machine = new Machine(
    [nodes.filter((node) => !varying.has(node)), nodes.filter((node) => varying.has(node) && !given.has(node))],
    { given, results: linear.outputs },
  );
  machine.run(0);
  return {
    input: new Packing(
      directions.map((node) => given.get(node)!),
      count,
    ),
    output: new Packing(
      linear.outputs.map((node) => machine.values(node)),
      count,
    ),
    bytes: machine.bytes,
    run: () => machine.run(1),
  };
}

import { failure } from "../errors.ts";
import { type Graph, type Node, sizeOf } from "./graph/graph.ts";
import { checkIsGraph } from "./graph/graphArguments.ts";
import { showShape } from "./graph/shapes.ts";
import { reachable } from "./graph/walk.ts";
import { Machine } from "./kernels/machine.ts";

/** Computes the outputs of a graph from its inputs, which are given by name. Each output is a new array. */
export type CompiledFunction = (inputs: Readonly<Record<string, ArrayLike<number>>>) => Float64Array[];

/**
 * Turns a graph into a function of numbers in float64, for tests and tools. Problems use `compileField` instead.
 *
 * The interpreter runs it, in memory that is allocated once; only the outputs are copied at each call.
 *
 * @example
 * const builder = new GraphBuilder();
 * const x = builder.input("x", "parameter", [2]);
 * const square = compileFunction({ inputs: [x], outputs: [builder.mul(x, x)] });
 * console.log(square({ x: [1, 2] })[0]!.join(" "));
 * // 1 4
 * @throws {RangeError} ERR_LENGTH, when called, if an input is missing or has the wrong length
 */
export function compileFunction(graph: Graph): CompiledFunction {
  checkIsGraph("compileFunction", graph);
  const given = new Map<Node, Float64Array>(graph.inputs.map((node) => [node, new Float64Array(sizeOf(node.shape))]));
  const nodes = reachable(graph.outputs).filter((node) => !given.has(node));
  const machine = new Machine([nodes], { given, results: graph.outputs });
  return (inputs) => {
    for (const { attributes, shape } of graph.inputs) {
      const values = inputs[attributes.name];
      if (values?.length === sizeOf(shape)) continue;
      throw failure(
        "ERR_LENGTH",
        `compileFunction: expected ${sizeOf(shape)} numbers for the input "${attributes.name}" of shape ` +
          `${showShape(shape)}, got ${values?.length ?? "none"}`,
      );
    }
    for (const [i, array] of [...given.values()].entries()) array.set(inputs[graph.inputs[i]!.attributes.name]!);
    machine.run(0);
    return graph.outputs.map((node) => machine.values(node).slice());
  };
}

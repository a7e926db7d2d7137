import { Arena } from "../../src/autodiff/float64/arena.ts";
import type { NativeKernels } from "../../src/autodiff/float64/native/kernels.ts";
import { compilePrograms } from "../../src/autodiff/float64/program.ts";
import { type Graph, isOp, sizeOf } from "../../src/autodiff/graph/graph.ts";
import { reachable } from "../../src/autodiff/graph/walk.ts";

/**
 * A graph's outputs as the float64 executor computes them, in WebAssembly alone, or with native kernels wherever they can
 * do it.
 */
export function runFloat64(
  graph: Graph,
  inputs: Readonly<Record<string, Float64Array>>,
  native?: NativeKernels,
): Float64Array[] {
  const arena = new Arena(undefined, native);
  const table = (words: Int32Array): number => arena.table(words);
  const always = { loops: () => true, rows: () => true, windows: () => true, table };
  const given = new Map(graph.inputs.map((node) => [node, arena.reserve(sizeOf(node.shape))] as const));
  const results = graph.outputs.map((node) => ({ node, buffer: arena.reserve(sizeOf(node.shape)) }));
  const nodes = reachable(graph.outputs).filter((node) => !isOp(node, "input"));
  const [program] = compilePrograms(arena, [{ nodes, given: new Map(given), results }], {
    products: false,
    fused: false,
    packing: (bytes) => arena.packing(bytes),
    ...(native === undefined ? {} : { native: always }),
  });
  for (const [node, { place }] of given) arena.write(place, inputs[node.attributes.name]!);
  program!.run();
  return results.map(({ buffer }) => {
    const out = new Float64Array(buffer.size);
    arena.read(buffer.place, out);
    return out;
  });
}

import { isPortable } from "../linalg/blas/blas.ts";
import type { InputData } from "./chosenRows.ts";
import { type Executor, executorOf } from "./executor.ts";
import { backendOf } from "./float64/backend.ts";
import { compileGraphs } from "./float64/compile.ts";
import { type Node, sizeOf } from "./graph/graph.ts";
import { reachable } from "./graph/walk.ts";
import { Machine } from "./kernels/machine.ts";
import { portable } from "./program.ts";

/** Outputs of a graph, without derivatives. */
interface OutputsParts {
  /** Tensors of which the point consists, one after the other. */
  readonly parameters: readonly Node<"input">[];
  readonly data: readonly Node<"input">[];
  readonly outputs: Node;
  /** Executor. Default as of `FieldParts`. */
  readonly executor?: Executor;
}

/** Computes the outputs at a point, on data in the order of the inputs, into `out`. */
export type OutputsProgram = (data: readonly InputData[], point: Float64Array, out: Float64Array) => void;

/** Compiles a graph to a program that computes its outputs only: no gradient, no products. */
export function compileOutputs({ parameters, data, outputs, executor: wanted }: OutputsParts): OutputsProgram {
  const executor = executorOf(wanted);
  if (executor === "interpreter") return interpreted(parameters, data, outputs);
  const { arena, compile } = backendOf(executor === "portable" || isPortable() ? portable : {});
  const none = { directions: [], residuals: [], linear: { inputs: [], outputs: [] } };
  const compiled = compileGraphs(arena, { parameters, data, field: [outputs] }, none, compile.emit);
  const [prepare, evaluate] = compiled.stages;
  return (numbers, point, out) => {
    for (const [i, { place }] of compiled.data.entries()) {
      const given = numbers[i]!;
      if (given instanceof Float64Array) arena.write(place, given);
      else given.write(arena.view(place, given.length));
    }
    prepare.run();
    arena.write(compiled.point.place, point);
    evaluate.run();
    arena.read(compiled.field.place, out);
  };
}

function interpreted(
  parameters: readonly Node<"input">[],
  data: readonly Node<"input">[],
  outputs: Node,
): OutputsProgram {
  const inputs = [...data, ...parameters];
  const given = new Map<Node, Float64Array>(inputs.map((node) => [node, new Float64Array(sizeOf(node.shape))]));
  const machine = new Machine([reachable([outputs]).filter((node) => !given.has(node))], { given, results: [outputs] });
  return (numbers, point, out) => {
    for (const [i, node] of data.entries()) {
      const own = numbers[i]!;
      if (own instanceof Float64Array) given.get(node)!.set(own);
      else own.write(given.get(node)!);
    }
    let offset = 0;
    for (const node of parameters) {
      const end = offset + sizeOf(node.shape);
      given.get(node)!.set(point.subarray(offset, end));
      offset = end;
    }
    machine.run(0);
    out.set(machine.values(outputs));
  };
}

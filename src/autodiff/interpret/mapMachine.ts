import { type InputData, numbersOf } from "../chosenRows.ts";
import type { ResidualOwner } from "../fieldEngine.ts";
import type { FieldParts } from "../fieldParts.ts";
import { type Graph, type Node, sizeOf } from "../graph/graph.ts";
import { reachable } from "../graph/walk.ts";
import { Machine } from "../kernels/machine.ts";
import { linearizeGraph } from "../passes/linearize.ts";
import { compileLinear, type LinearProgram } from "./linearProgram.ts";
import { Packing } from "./packing.ts";

/** Runs a graph that is linear in its directions, with a forward pass of its own. */
export class MapMachine {
  readonly #point: Packing;
  readonly #data: readonly Float64Array[];
  readonly #forward: Machine;
  readonly #linear: LinearProgram;
  #loaded: readonly InputData[] | undefined;
  #owner: ResidualOwner | undefined;

  constructor({ builder, parameters, data = [] }: FieldParts, graph: Graph) {
    const given = new Map<Node, Float64Array>();
    const arrayOf = (node: Node): Float64Array => {
      const array = new Float64Array(sizeOf(node.shape));
      given.set(node, array);
      return array;
    };
    this.#point = new Packing(parameters.map(arrayOf));
    this.#data = data.map(arrayOf);
    const linearization = linearizeGraph(builder, graph);
    const { residuals } = linearization;
    const nodes = reachable(residuals).filter((node) => !given.has(node));
    this.#forward = new Machine([nodes], { given, results: residuals });
    this.#linear = compileLinear(linearization, this.#forward, 1);
  }

  multiply(owner: ResidualOwner, vectors: Float64Array, count: number, out: Float64Array): void {
    if (this.#owner !== owner) {
      if (this.#loaded !== owner.data) {
        for (const [i, values] of this.#data.entries()) values.set(numbersOf(owner.data[i]!));
        this.#loaded = owner.data;
      }
      this.#point.scatter(owner.point);
      this.#forward.run(0);
      this.#owner = owner;
    }
    const { input, output } = this.#linear;
    for (let k = 0; k < count; k++) {
      input.scatter(vectors, k * input.length);
      this.#linear.run();
      output.gather(out, k * output.length);
    }
  }
}

import type { InputData } from "./chosenRows.ts";
import { gradient, pullback } from "./derivatives/differentiate.ts";
import { type Node, sizeOf } from "./graph/graph.ts";
import { batched } from "./passes/samples/batched.ts";
import type { SampleGraph } from "./passes/samples/oneSample.ts";
import { type BlockOptions, BlockProgram } from "./sampleBlocks.ts";

/** What is differentiated: the loss l_i of a sample, or its outputs z_i, all of them. */
export type Differentiated = "loss" | "outputs";

/**
 * Programs of the graph of one sample, whose outputs are its row z_i of the outputs and its loss l_i. They compute blocks
 * of samples at once.
 */
export class SamplePrograms {
  readonly graph: SampleGraph;
  /** Number of samples of the data. */
  readonly samples: number;
  readonly #options: BlockOptions;
  readonly #programs = new Map<Differentiated, BlockProgram>();

  constructor(graph: SampleGraph, samples: number, options: BlockOptions = {}) {
    this.graph = graph;
    this.samples = samples;
    this.#options = options;
  }

  /** Number of rows that a sample has: 1 for the loss, else one per output. */
  rowsOf(what: Differentiated): number {
    return what === "loss" ? 1 : sizeOf(this.graph.outputs[0]!.shape);
  }

  /** Writes the gradients of all l_i as rows, or the Jacobians of all z_i, one below the other. */
  matrix(
    what: Differentiated,
    dataOf: (source: Node) => InputData,
    point: Float64Array,
    into?: Float64Array,
  ): Float64Array {
    return this.#programOf(what).write(dataOf, point, into);
  }

  /** Calls `visit` with the gradient or the Jacobian of a sample, for one after the other. The array is used again. */
  forEach(
    what: Differentiated,
    dataOf: (source: Node) => InputData,
    point: Float64Array,
    visit: (sample: number, rows: Float64Array) => void,
  ): void {
    this.#programOf(what).forEach(dataOf, point, visit);
  }

  /** Compiles further results of which each sample has its own: nodes of its graph, with a common first extent. */
  compile(outputs: readonly Node[]): BlockProgram {
    return new BlockProgram(this.graph, this.samples, outputs, this.#options);
  }

  /**
   * Makes the slopes of the loss or of the outputs with respect to nodes of the graph of one sample, with the rows along
   * the first axis.
   */
  slopes(what: Differentiated, wrt: readonly Node[]): readonly Node[] {
    const { builder: b, outputs } = this.graph;
    const [z, losses] = outputs as readonly [Node, Node];
    if (what === "loss") return gradient(b, b.sum(losses), wrt).map((node) => b.reshape(node, [1, ...node.shape]));
    // The rows of J_i are pullbacks of unit vectors, which go through the graph together.
    const c = sizeOf(z.shape);
    const unit = b.input("u0", "cotangent", z.shape);
    const units = Float64Array.from({ length: c * c }, (_, k) => (k % (c + 1) === 0 ? 1 : 0));
    return batched(b, pullback(b, [z], [unit], wrt), new Map([[unit, b.constant(units, [c, ...z.shape])]]), c);
  }

  #programOf(what: Differentiated): BlockProgram {
    let program = this.#programs.get(what);
    if (program === undefined) {
      program = this.compile(this.slopes(what, this.graph.parameters));
      this.#programs.set(what, program);
    }
    return program;
  }
}

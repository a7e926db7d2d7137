import type { InputData } from "./chosenRows.ts";
import { numbersOf } from "./chosenRows.ts";
import { inputsOf, pullback } from "./derivatives/differentiate.ts";
import { gradient } from "./derivatives/reverse.ts";
import type { Executor } from "./executor.ts";
import { rowsOf } from "./float64/tiles/rows.ts";
import { isOp, type Node, sizeOf } from "./graph/graph.ts";
import type { SampleGraph } from "./passes/samples/oneSample.ts";
import { compileField, type FieldProgram } from "./program.ts";
import { compileValues, type ValuesProgram } from "./valuesProgram.ts";

/** Programs of the graph of one sample, whose outputs are its row z_i of the outputs and its loss l_i. */
export class SamplePrograms {
  readonly #graph: SampleGraph;
  readonly #executor: Executor | undefined;
  readonly #dimension: number;
  readonly #width: number;
  #gradient: ValuesProgram | undefined;
  #pull: FieldProgram | undefined;

  constructor(graph: SampleGraph, executor?: Executor) {
    this.#graph = graph;
    this.#executor = executor;
    this.#dimension = graph.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    this.#width = sizeOf(graph.outputs[0]!.shape);
  }

  /** Calls `visit` with grad l_i, for one sample after the other. The array is used again. */
  forEachGradient(
    samples: number,
    dataOf: (source: Node) => InputData,
    point: Float64Array,
    visit: (sample: number, gradient: Float64Array) => void,
  ): void {
    const { builder, parameters, inputs, outputs } = this.#graph;
    this.#gradient ??= compileValues({
      builder,
      parameters,
      data: inputs.map(({ node }) => node),
      outputs: gradient(builder, builder.sum(outputs[1]!), parameters),
      ...(this.#executor === undefined ? {} : { executor: this.#executor }),
    });
    const partsOf = this.#partsOf(samples, dataOf);
    const out = new Float64Array(this.#dimension);
    for (let i = 0; i < samples; i++) {
      this.#gradient.evaluate(partsOf(i), point, out);
      visit(i, out);
    }
  }

  /** Calls `visit` with J_i, the Jacobian of the outputs of a sample, for one sample after the other. */
  forEachJacobian(
    samples: number,
    dataOf: (source: Node) => InputData,
    point: Float64Array,
    visit: (sample: number, jacobian: Float64Array) => void,
  ): void {
    const { builder, parameters, inputs, outputs } = this.#graph;
    const z = outputs[0]!;
    this.#pull ??= compileField({
      builder,
      parameters,
      data: inputs.map(({ node }) => node),
      field: [],
      symmetric: false,
      maps: {
        pull: () => {
          const u = builder.input("u0", "cotangent", z.shape);
          const results = pullback(builder, [z], [u], parameters);
          return { inputs: inputsOf(results, [u]), outputs: results };
        },
      },
      ...(this.#executor === undefined ? {} : { executor: this.#executor }),
    });
    const partsOf = this.#partsOf(samples, dataOf);
    const [n, c] = [this.#dimension, this.#width];
    const names = inputs.map(({ node }) => node.attributes.name);
    const units = new Float64Array(c * c);
    for (let j = 0; j < c; j++) units[j * c + j] = 1;
    const jacobian = new Float64Array(c * n);
    for (let i = 0; i < samples; i++) {
      const parts = partsOf(i);
      const data = Object.fromEntries(names.map((name, k) => [name, parts[k]!]));
      this.#pull
        .instance(data, false)
        .map(point, { forward: "pull", rows: n, columns: c })
        .applyMany(units, c, jacobian);
      visit(i, jacobian);
    }
  }

  /** Returns a function that gives the data of a sample, always in the same arrays. */
  #partsOf(samples: number, dataOf: (source: Node) => InputData): (sample: number) => readonly Float64Array[] {
    const writers = this.#graph.inputs.map(({ source, place }) => {
      const all = isOp(source, "constant") ? source.attributes.values : numbersOf(dataOf(source));
      if (place === undefined) return { part: all, write: () => {} };
      const { width, groups, stride } = rowsOf(source.shape, place);
      const size = width;
      const part = new Float64Array(groups * size);
      const write = (sample: number): void => {
        for (let g = 0; g < groups; g++) {
          const from = g * stride + sample * width;
          for (let k = 0; k < size; k++) part[g * size + k] = all[from + k]!;
        }
      };
      return { part, write };
    });
    if (samples < 1) return () => [];
    return (sample) => {
      for (const { write } of writers) write(sample);
      // A new list tells the programs that the numbers have changed.
      return writers.map(({ part }) => part);
    };
  }
}

import { type InputData, numbersOf } from "./chosenRows.ts";
import { gradient, pullback } from "./derivatives/differentiate.ts";
import type { Executor } from "./executor.ts";
import { rowsOf } from "./float64/tiles/rows.ts";
import { isOp, type Node, sizeOf } from "./graph/graph.ts";
import { batched } from "./passes/samples/batched.ts";
import type { SampleGraph } from "./passes/samples/oneSample.ts";
import type { TileInput } from "./passes/samples/tile.ts";
import { compileValues, type ValuesProgram } from "./valuesProgram.ts";

/** Numbers of results that a program computes at once: they stay in the cache until they are copied. */
const atOnce = 2 ** 16;
/** Samples that it computes at least, if their results have at most `most` numbers. */
const fewest = 8;
const most = 2 ** 22;

/** Results of samples: for each of them `rows` vectors, one after the other. */
interface SampleRows {
  readonly rows: number;
  /** Vectors in the graph of one sample, each with the axis of the rows first. */
  readonly outputs: readonly Node[];
}

/**
 * Programs of the graph of one sample, whose outputs are its row z_i of the outputs and its loss l_i.
 *
 * They compute blocks of samples at once. Memory beside the results does not grow with the samples.
 */
export class SamplePrograms {
  readonly #graph: SampleGraph;
  readonly #samples: number;
  readonly #blockSize: number | undefined;
  readonly #executor: Executor | undefined;
  readonly #dimension: number;
  readonly #width: number;
  #gradients: BlockProgram | undefined;
  #jacobians: BlockProgram | undefined;

  /**
   * @param samples number of samples of the data
   * @param options `blockSize`: number of samples that are computed at once. Default: as many as fit the cache
   */
  constructor(graph: SampleGraph, samples: number, options: { blockSize?: number; executor?: Executor } = {}) {
    this.#graph = graph;
    this.#samples = samples;
    this.#blockSize = options.blockSize;
    this.#executor = options.executor;
    this.#dimension = graph.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    this.#width = sizeOf(graph.outputs[0]!.shape);
  }

  /** Writes the gradients of all l_i as rows. */
  gradients(
    dataOf: (source: Node) => InputData,
    point: Float64Array,
    matrix: Float64Array = new Float64Array(this.#samples * this.#dimension),
  ): Float64Array {
    this.#gradientProgram().write(dataOf, point, matrix);
    return matrix;
  }

  /** Writes the Jacobians of all z_i, one below the other. */
  jacobian(
    dataOf: (source: Node) => InputData,
    point: Float64Array,
    matrix: Float64Array = new Float64Array(this.#samples * this.#width * this.#dimension),
  ): Float64Array {
    this.#jacobianProgram().write(dataOf, point, matrix);
    return matrix;
  }

  /** Calls `visit` with grad l_i, for one sample after the other. The array is used again. */
  forEachGradient(
    dataOf: (source: Node) => InputData,
    point: Float64Array,
    visit: (sample: number, gradient: Float64Array) => void,
  ): void {
    this.#gradientProgram().forEach(dataOf, point, visit);
  }

  /** Calls `visit` with J_i, the Jacobian of the outputs of a sample, for one sample after the other. */
  forEachJacobian(
    dataOf: (source: Node) => InputData,
    point: Float64Array,
    visit: (sample: number, jacobian: Float64Array) => void,
  ): void {
    this.#jacobianProgram().forEach(dataOf, point, visit);
  }

  #gradientProgram(): BlockProgram {
    const { builder: b, parameters, outputs } = this.#graph;
    this.#gradients ??= this.#compile({
      rows: 1,
      outputs: gradient(b, b.sum(outputs[1]!), parameters).map((node) => b.reshape(node, [1, ...node.shape])),
    });
    return this.#gradients;
  }

  /** The rows of J_i are pullbacks of unit vectors, which go through the graph together. */
  #jacobianProgram(): BlockProgram {
    if (this.#jacobians !== undefined) return this.#jacobians;
    const { builder: b, parameters, outputs } = this.#graph;
    const z = outputs[0]!;
    const c = this.#width;
    const unit = b.input("u0", "cotangent", z.shape);
    const rows = pullback(b, [z], [unit], parameters);
    const units = Float64Array.from({ length: c * c }, (_, k) => (k % (c + 1) === 0 ? 1 : 0));
    const all = b.constant(units, [c, ...z.shape]);
    this.#jacobians = this.#compile({ rows: c, outputs: batched(b, rows, new Map([[unit, all]]), c) });
    return this.#jacobians;
  }

  #compile(made: SampleRows): BlockProgram {
    const size = made.rows * this.#dimension;
    const fitting = Math.max(1, Math.floor(atOnce / size), Math.min(fewest, Math.floor(most / size)));
    // Blocks of equal size, so that the last one computes few samples again.
    const blocks = Math.ceil(Math.max(1, this.#samples) / (this.#blockSize ?? fitting));
    const count = Math.max(1, Math.ceil(this.#samples / blocks));
    return new BlockProgram(this.#graph, made, { samples: this.#samples, size, count, executor: this.#executor });
  }
}

interface BlockSizes {
  readonly samples: number;
  /** Numbers of results per sample. */
  readonly size: number;
  /** Samples of a block. */
  readonly count: number;
  readonly executor: Executor | undefined;
}

/** A program that computes the results of a block of samples. */
class BlockProgram {
  readonly #program: ValuesProgram;
  readonly #inputs: readonly TileInput[];
  readonly #sizes: BlockSizes;

  constructor({ builder: b, parameters, inputs }: SampleGraph, { rows, outputs }: SampleRows, sizes: BlockSizes) {
    const { count, executor } = sizes;
    const given = new Map<Node, Node<"input">>();
    for (const { node, place } of inputs) {
      if (place !== undefined) {
        given.set(node, b.input(`${node.attributes.name} of ${count}`, "data", [count, ...node.shape]));
      }
    }
    const results = batched(b, outputs, given, count).map((node) =>
      b.reshape(node, [count * rows, ...node.shape.slice(2)]),
    );
    this.#inputs = inputs;
    this.#sizes = sizes;
    this.#program = compileValues({
      builder: b,
      parameters,
      data: inputs.map(({ node }) => given.get(node) ?? node),
      outputs: results,
      rows: count * rows,
      ...(executor === undefined ? {} : { executor }),
    });
  }

  /** Writes the results of all samples, one after the other. */
  write(dataOf: (source: Node) => InputData, point: Float64Array, into: Float64Array): void {
    const partsOf = this.#partsOf(dataOf);
    for (const first of this.#firsts()) {
      this.#program.evaluate(partsOf(first), point, into, first * this.#sizes.size);
    }
  }

  /** Calls `visit` with the results of a sample, for one after the other. The array is used again. */
  forEach(
    dataOf: (source: Node) => InputData,
    point: Float64Array,
    visit: (sample: number, results: Float64Array) => void,
  ): void {
    const { count, size } = this.#sizes;
    const partsOf = this.#partsOf(dataOf);
    const block = new Float64Array(count * size);
    let next = 0;
    for (const first of this.#firsts()) {
      this.#program.evaluate(partsOf(first), point, block);
      for (; next < first + count; next++) {
        visit(next, block.subarray((next - first) * size, (next - first + 1) * size));
      }
    }
  }

  /** The first samples of all blocks. The last block ends with the last sample, and may compute some a second time. */
  #firsts(): readonly number[] {
    const { samples, count } = this.#sizes;
    const blocks = Math.ceil(samples / count);
    return Array.from({ length: blocks }, (_, block) => Math.min(block * count, samples - count));
  }

  /** Returns a function that gives the data of the block that begins with a sample. */
  #partsOf(dataOf: (source: Node) => InputData): (first: number) => readonly InputData[] {
    const { count } = this.#sizes;
    const readers = this.#inputs.map(({ source, place }): ((first: number) => InputData) => {
      const data = isOp(source, "constant") ? source.attributes.values : dataOf(source);
      if (place === undefined) return () => data;
      const { width, groups, stride } = rowsOf(source.shape, place);
      const length = count * groups * width;
      if (groups === 1 && !(data instanceof Float64Array) && data.part !== undefined) {
        return (first) => ({ length, write: (target) => data.part!(target, first * width) });
      }
      const all = numbersOf(data);
      if (groups === 1) return (first) => all.subarray(first * width, first * width + length);
      return (first) => ({
        length,
        write(target) {
          let to = 0;
          for (let i = first; i < first + count; i++) {
            for (let g = 0; g < groups; g++) {
              const from = g * stride + i * width;
              for (let k = 0; k < width; k++) target[to++] = all[from + k]!;
            }
          }
        },
      });
    });
    // A new list tells the program that the numbers have changed.
    return (first) => readers.map((read) => read(first));
  }
}

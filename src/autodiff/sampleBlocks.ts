import { type InputData, numbersOf } from "./chosenRows.ts";
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

/** Options of a {@link BlockProgram}. */
export interface BlockOptions {
  /** Number of samples that are computed at once. Default: as many as fit the cache. */
  readonly blockSize?: number;
  readonly executor?: Executor;
}

/**
 * A program that computes results of each sample, for a block of samples at once. Memory beside the results does not grow
 * with the samples.
 */
export class BlockProgram {
  /** Numbers of results per sample. */
  readonly size: number;
  readonly #samples: number;
  /** Samples of a block. */
  readonly #count: number;
  readonly #program: ValuesProgram;
  readonly #inputs: readonly TileInput[];

  /**
   * @param samples number of samples of the data
   * @param outputs arrays of one sample with equal extents of the first axis: that many vectors, one after the other,
   *   of which each consists of one row of every output
   */
  constructor(
    { builder: b, parameters, inputs }: SampleGraph,
    samples: number,
    outputs: readonly Node[],
    { blockSize, executor }: BlockOptions = {},
  ) {
    const rows = outputs[0]?.shape[0] ?? 1;
    this.size = outputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    this.#samples = samples;
    const wanted = Math.max(1, blockSize ?? fittingCount(this.size));
    // Blocks of equal size, so that the last one computes few samples again.
    const count = Math.max(1, Math.ceil(samples / Math.ceil(samples / wanted)) || 1);
    this.#count = count;
    this.#inputs = inputs;
    const given = new Map<Node, Node<"input">>();
    for (const { node, place } of inputs) {
      if (place !== undefined) {
        given.set(node, b.input(`${node.attributes.name} of ${count}`, "data", [count, ...node.shape]));
      }
    }
    this.#program = compileValues({
      builder: b,
      parameters,
      data: inputs.map(({ node }) => given.get(node) ?? node),
      outputs: batched(b, outputs, given, count).map((node) => b.reshape(node, [count * rows, ...node.shape.slice(2)])),
      rows: count * rows,
      ...(executor === undefined ? {} : { executor }),
    });
  }

  /** Writes the results of all samples, one after the other. */
  write(
    dataOf: (source: Node) => InputData,
    point: Float64Array,
    into: Float64Array = new Float64Array(this.#samples * this.size),
  ): Float64Array {
    const partsOf = this.#partsOf(dataOf);
    for (const first of this.#firsts()) {
      this.#program.evaluate(partsOf(first), point, into, first * this.size);
    }
    return into;
  }

  /** Calls `visit` with the results of a sample, for one after the other. The array is used again. */
  forEach(
    dataOf: (source: Node) => InputData,
    point: Float64Array,
    visit: (sample: number, results: Float64Array) => void,
  ): void {
    const [count, size] = [this.#count, this.size];
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
    const [samples, count] = [this.#samples, this.#count];
    const blocks = Math.ceil(samples / count);
    return Array.from({ length: blocks }, (_, block) => Math.min(block * count, samples - count));
  }

  /** Returns a function that gives the data of the block that begins with a sample. */
  #partsOf(dataOf: (source: Node) => InputData): (first: number) => readonly InputData[] {
    const count = this.#count;
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

function fittingCount(size: number): number {
  return Math.max(Math.floor(atOnce / size), Math.min(fewest, Math.floor(most / size)));
}

import type { InputData } from "../../autodiff/chosenRows.ts";
import { type Node, sizeOf } from "../../autodiff/graph/graph.ts";
import type { BlockProgram } from "../../autodiff/sampleBlocks.ts";
import type { Differentiated, SamplePrograms } from "../../autodiff/samplePrograms.ts";
import { denseMatrix } from "../../linalg/maps/maps.ts";
import { type LayerNodes, layersOf } from "./layersOf.ts";

/** Rows of a kernel that are computed at once. */
const rowsAtOnce = 64;

/** What a layer gives to the rows of a sample: its input a, and the slopes d of the rows at its result. */
interface LayerRows {
  readonly layer: LayerNodes;
  /** Inputs, samples x width. */
  readonly inputs: Float64Array;
  /** Slopes, rows x outputs. */
  readonly slopes: Float64Array;
}

/**
 * Models whose parameters are weights and biases of dense layers alone, each used once. The part of a row of the Jacobian
 * that belongs to a layer is then the product of a column and a row, (a, 1) d^T, so that sums over the parameters need
 * a and d alone.
 */
export class DenseLayers {
  readonly #programs: SamplePrograms;
  readonly #layers: readonly LayerNodes[];
  /** Places of the parameters in a point. */
  readonly #offsets: readonly number[];
  readonly #compiled = new Map<Differentiated, BlockProgram>();

  private constructor(programs: SamplePrograms, layers: readonly LayerNodes[]) {
    this.#programs = programs;
    this.#layers = layers;
    let next = 0;
    this.#offsets = programs.graph.parameters.map(({ shape }) => {
      const offset = next;
      next += sizeOf(shape);
      return offset;
    });
  }

  /** Returns the layers of a model; undefined if it is not made of dense layers alone. */
  static of(programs: SamplePrograms): DenseLayers | undefined {
    const { outputs, parameters } = programs.graph;
    const { layers, others } = layersOf(outputs[0]!, parameters);
    if (others.length > 0 || layers.some(({ rows }) => rows !== 1)) return undefined;
    return new DenseLayers(programs, layers);
  }

  /**
   * Computes the products of all rows with each other: J J^T, or that of the gradients,
   *
   *     K_rs = sum over layers of (a_r^T a_s + 1) d_r^T d_s.
   *
   * It is symmetric to the last bit. Cost: 2 rows^2 operations per output of a layer, and 2 samples^2 per input.
   */
  gram(
    what: Differentiated,
    dataOf: (source: Node) => InputData,
    point: Float64Array,
    into?: Float64Array,
  ): Float64Array {
    const n = this.#programs.samples;
    const q = this.#programs.rowsOf(what);
    const size = n * q;
    const kernel = into?.fill(0) ?? new Float64Array(size * size);
    const [ofInputs, ofSlopes] = [new Float64Array(n * n), new Float64Array(Math.min(rowsAtOnce, size) * size)];
    for (const { layer, inputs, slopes } of this.#rowsOf(what, dataOf, point)) {
      denseMatrix(n, layer.width, inputs).applyMany(inputs, n, ofInputs);
      const one = layer.bias === undefined ? 0 : 1;
      const m = layer.outputs;
      for (let first = 0; first < size; first += rowsAtOnce) {
        const last = Math.min(first + rowsAtOnce, size);
        // Only the rows up to here: the others follow by symmetry.
        const known = denseMatrix(last, m, slopes.subarray(0, last * m));
        known.applyMany(
          slopes.subarray(first * m, last * m),
          last - first,
          ofSlopes.subarray(0, (last - first) * last),
        );
        for (let r = first; r < last; r++) {
          const [from, to, row] = [(r - first) * last, r * size, Math.floor(r / q) * n];
          for (let i = 0, s = 0; s <= r; i++) {
            const factor = ofInputs[row + i]! + one;
            for (const end = Math.min(s + q, r + 1); s < end; s++) {
              kernel[to + s] = kernel[to + s]! + factor * ofSlopes[from + s]!;
            }
          }
        }
      }
    }
    mirror(kernel, size);
    return kernel;
  }

  /**
   * Computes the diagonal of sum_i R_i^T M_i R_i, where R_i has the rows of a sample and M_i is symmetric.
   *
   * @param middle the M_i, one after the other
   */
  diagonal(
    what: Differentiated,
    dataOf: (source: Node) => InputData,
    point: Float64Array,
    middle: Float64Array,
  ): Float64Array {
    const entries = new Float64Array(point.length);
    const q = this.#programs.rowsOf(what);
    const parts = this.#partsOf(q);
    this.#programOf(what).forEach(dataOf, point, (i, numbers) => {
      const own = middle.subarray(i * q * q, (i + 1) * q * q);
      for (const { layer, inputs, slopes, squares } of parts) {
        const { width, outputs: m, transposed } = layer;
        quadraticForms(own, numbers.subarray(slopes, slopes + q * m), squares);
        const at = this.#offsets[layer.weights]!;
        const [down, right] = transposed ? [1, width] : [m, 1];
        for (let a = 0; a < width; a++) {
          const input = numbers[inputs + a]!;
          addScaled(input * input, squares, entries, at + a * down, right);
        }
        if (layer.bias !== undefined) addScaled(1, squares, entries, this.#offsets[layer.bias]!, 1);
      }
    });
    return entries;
  }

  /** Where the inputs and the slopes of the layers lie among the results of a sample, and memory for each output. */
  #partsOf(q: number) {
    let next = this.#layers.reduce((sum, { width }) => sum + width, 0);
    let first = 0;
    return this.#layers.map((layer) => {
      const part = { layer, inputs: first, slopes: next, squares: new Float64Array(layer.outputs) };
      first += layer.width;
      next += q * layer.outputs;
      return part;
    });
  }

  /** Gathers the inputs and slopes of all samples, layer by layer. */
  #rowsOf(what: Differentiated, dataOf: (source: Node) => InputData, point: Float64Array): readonly LayerRows[] {
    const n = this.#programs.samples;
    const q = this.#programs.rowsOf(what);
    const found = this.#partsOf(q).map(({ layer, inputs, slopes }) => ({
      layer,
      places: [inputs, slopes] as const,
      inputs: new Float64Array(n * layer.width),
      slopes: new Float64Array(n * q * layer.outputs),
    }));
    this.#programOf(what).forEach(dataOf, point, (i, numbers) => {
      for (const { layer, places, inputs, slopes } of found) {
        const [width, size] = [layer.width, q * layer.outputs];
        inputs.set(numbers.subarray(places[0], places[0] + width), i * width);
        slopes.set(numbers.subarray(places[1], places[1] + size), i * size);
      }
    });
    return found;
  }

  #programOf(what: Differentiated): BlockProgram {
    let program = this.#compiled.get(what);
    if (program === undefined) {
      const { builder: b } = this.#programs.graph;
      const slopes = this.#programs.slopes(
        what,
        this.#layers.map(({ output }) => output),
      );
      const all = [...this.#layers.map(({ input }) => input), ...slopes];
      program = this.#programs.compile(all.map((node) => b.reshape(node, [1, sizeOf(node.shape)])));
      this.#compiled.set(what, program);
    }
    return program;
  }
}

/** Extent of the tiles of {@link mirror}: two of them fit the fastest cache. */
const tile = 32;

/** Copies the lower triangle of a matrix to the upper one, tile by tile, since columns are far apart in memory. */
function mirror(matrix: Float64Array, size: number): void {
  for (let top = 0; top < size; top += tile) {
    for (let left = 0; left <= top; left += tile) {
      const [bottom, right] = [Math.min(top + tile, size), Math.min(left + tile, size)];
      for (let r = top; r < bottom; r++) {
        for (let s = left; s < right && s < r; s++) matrix[s * size + r] = matrix[r * size + s]!;
      }
    }
  }
}

/** Adds a multiple of numbers to every `step`-th entry from a place on. */
function addScaled(factor: number, numbers: Float64Array, into: Float64Array, at: number, step: number): void {
  for (let b = 0, to = at; b < numbers.length; b++, to += step) into[to] = into[to]! + factor * numbers[b]!;
}

/** Writes x^T M x for each column x of R, which is q x m. */
function quadraticForms(matrix: Float64Array, rows: Float64Array, into: Float64Array): void {
  const m = into.length;
  const q = rows.length / m;
  into.fill(0);
  for (let j = 0; j < q; j++) {
    for (let k = 0; k <= j; k++) {
      const entry = matrix[j * q + k]! + (j === k ? 0 : matrix[k * q + j]!);
      if (entry === 0) continue;
      for (let b = 0; b < m; b++) into[b] = into[b]! + entry * rows[j * m + b]! * rows[k * m + b]!;
    }
  }
}

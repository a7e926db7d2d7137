import type { InputData } from "../../autodiff/chosenRows.ts";
import type { Node } from "../../autodiff/graph/graph.ts";
import { compileValues, type ValuesProgram } from "../../autodiff/valuesProgram.ts";
import { failure } from "../../errors.ts";
import type { LinearMap } from "../../linalg/linearMap.ts";
import type { OutputGraph } from "./curvatureGraphs.ts";
import { type LayerNodes, layersOf } from "./layersOf.ts";

/**
 * The two factors of a layer's block of the Fisher matrix, A (x) G for the entries of [W; b] row by row, with W inputs x
 * outputs.
 */
export interface KroneckerFactors {
  /** Places of the weights and the bias among the problem's blocks. */
  readonly weights: number;
  readonly bias?: number;
  /** Number of inputs, the bias' 1 among them, and of outputs. */
  readonly inputs: number;
  readonly outputs: number;
  /** Moment A of the inputs, inputs x inputs, row-major. */
  readonly inputMoment: Float64Array;
  /** Moment G of the slopes at the layer's result, outputs x outputs, row-major. */
  readonly slopeMoment: Float64Array;
  /** Whether W is stored as outputs x inputs. */
  readonly transposed: boolean;
}

/** Computes the Kronecker factors of an objective with outputs. Programs are made when they are first needed. */
export class LayerFactors {
  readonly layers: readonly LayerNodes[];
  readonly #samples: number;
  readonly #moments: ValuesProgram;

  /**
   * @param inputs data inputs, in the order in which numbers come
   * @param hasRowsOfSamples whether the rows of a product are those of the samples, one sample after the other
   * @throws ERR_UNSUPPORTED for a parameter that belongs to no layer
   */
  constructor(
    who: string,
    { builder: b, parameters, z, weights }: OutputGraph,
    inputs: NonNullable<Parameters<typeof compileValues>[0]["data"]>,
    hasRowsOfSamples: (product: Node) => boolean,
  ) {
    const { layers, others } = layersOf(z, parameters);
    const refuse = (expected: string, places: readonly number[], found: string): Error => {
      const names = places.map((place) => parameters[place]!.attributes.name).join(", ");
      const instead = "use gaussNewtonDirection or shampoo, which take any parameters";
      return failure("ERR_UNSUPPORTED", `${who}: expected ${expected}, got ${names} ${found}; ${instead}`);
    };
    if (others.length > 0) {
      throw refuse("weights and biases of dense and convolutional layers alone, each used once", others, "besides");
    }
    // A product of a fixed matrix, or of rows in another order, would be taken for inputs and slopes of wrong samples.
    const odd = layers.filter(({ product }) => !hasRowsOfSamples(product)).map(({ weights }) => weights);
    if (odd.length > 0) {
      throw refuse(
        "weights that multiply rows of the samples, one sample after the other",
        odd,
        "in a product of other rows",
      );
    }
    this.layers = layers;
    this.#samples = z.shape[0]!;
    const share = b.div(weights, b.broadcast(b.sum(weights), weights.shape));
    const outputs = layers.flatMap(({ input, rows }) => {
      const perRow = b.reshape(b.expand(share, [1], [this.#samples, rows / this.#samples]), [rows, 1]);
      const weighted = b.mul(input, b.broadcast(perRow, input.shape));
      return [b.matmul(input, weighted, { transposeA: true }), b.sum(weighted, [0])];
    });
    this.#moments = compileValues({ builder: b, parameters, data: inputs, outputs });
  }

  /**
   * Computes the factors.
   *
   * @param blocks the Fisher matrices of the outputs with the samples' weights, c x c, one after the other
   * @param slopes maps a cotangent of the outputs to those of all layers' results, one layer after the other
   */
  at(
    data: readonly InputData[],
    point: Float64Array,
    blocks: Float64Array,
    slopes: LinearMap,
  ): readonly KroneckerFactors[] {
    const n = this.#samples;
    const c = slopes.columns / n;
    const moments = new Float64Array(this.#moments.size);
    this.#moments.evaluate(data, point, moments);
    const all = Array.from({ length: c }, (_, j) => {
      const unit = new Float64Array(n * c);
      for (let i = 0; i < n; i++) unit[i * c + j] = 1;
      const image = new Float64Array(slopes.rows);
      slopes.apply(unit, image);
      return image;
    });
    let [moment, slope] = [0, 0];
    return this.layers.map(({ weights, bias, rows, width, outputs, transposed }) => {
      const positions = rows / n;
      const own = moments.subarray(moment, moment + width * width);
      const means = moments.subarray(moment + width * width, moment + width * width + width);
      moment += width * width + width;
      const first = slope;
      slope += rows * outputs;
      return {
        weights,
        ...(bias === undefined ? {} : { bias }),
        inputs: bias === undefined ? width : width + 1,
        outputs,
        inputMoment: bias === undefined ? own.slice() : bordered(own, means, positions),
        slopeMoment: momentOf(all, blocks, first, [n, c, positions, outputs]),
        transposed,
      };
    });
  }
}

/** Adds the row and column of the input 1, which belongs to the bias. */
function bordered(moment: Float64Array, means: Float64Array, positions: number): Float64Array {
  const d = means.length;
  const out = new Float64Array((d + 1) * (d + 1));
  for (let i = 0; i < d; i++) {
    out.set(moment.subarray(i * d, (i + 1) * d), i * (d + 1));
    out[i * (d + 1) + d] = means[i]!;
    out[d * (d + 1) + i] = means[i]!;
  }
  out[(d + 1) * (d + 1) - 1] = positions;
  return out;
}

/** G = sum_i (1/T) sum_t sum_jk F_i,jk g_j g_k^T, where g_j are the slopes of output j at the layer's result. */
function momentOf(
  slopes: readonly Float64Array[],
  blocks: Float64Array,
  first: number,
  [n, c, positions, m]: readonly [number, number, number, number],
): Float64Array {
  const out = new Float64Array(m * m);
  const weighted = new Float64Array(m);
  for (let i = 0; i < n; i++) {
    for (let t = 0; t < positions; t++) {
      const at = first + (i * positions + t) * m;
      for (let j = 0; j < c; j++) {
        weighted.fill(0);
        for (let k = 0; k < c; k++) {
          const entry = blocks[(i * c + j) * c + k]! / positions;
          if (entry === 0) continue;
          const slope = slopes[k]!;
          for (let q = 0; q < m; q++) weighted[q] = weighted[q]! + entry * slope[at + q]!;
        }
        const slope = slopes[j]!;
        for (let r = 0; r < m; r++) {
          const factor = slope[at + r]!;
          if (factor === 0) continue;
          for (let q = 0; q < m; q++) out[r * m + q] = out[r * m + q]! + factor * weighted[q]!;
        }
      }
    }
  }
  return out;
}

import { defineUpdate, readOptions, rowVector, settingOf, type Update } from "../../authoring/index.ts";
import { pow } from "../../elementary/index.ts";
import { symmetricEigen } from "../../linalg/dense/dense.ts";
import { incoming } from "../support/entries/entrywise.ts";
import { whereFinite } from "../support/finiteMatrix.ts";
import { positiveInteger } from "../support/rules.ts";

/** Options of {@link shampoo}. */
export interface ShampooOptions {
  /** Number epsilon > 0 of the first statistics, epsilon I. Default 1e-4. */
  readonly damping?: number;
  /**
   * Factor by which the memory of the statistics fades per step, in (0, 1): L <- decay L + (1 - decay) G G^T. Default: none,
   * the sum over all steps [1]. Steerable where it is given.
   */
  readonly decay?: number;
  /** Number of steps between two refreshes of the roots. The statistics are updated in each step. Default 1. */
  readonly every?: number;
}

const rules = {
  damping: { default: 1e-4, above: 0 },
  decay: { above: 0, below: 1 },
  every: { ...positiveInteger, default: 1 },
} as const;

/** Statistics and roots of one block, one for each axis. */
interface BlockState {
  readonly statistics: readonly Float64Array[];
  readonly roots: readonly Float64Array[];
}

interface State {
  readonly age: number;
  readonly blocks: readonly BlockState[];
}

/**
 * Chooses the direction of Shampoo: each array of parameters is multiplied along each axis by an inverse root of the sum
 * of its second moments along that axis [1].
 *
 * F is the negative of the direction so far, and G its part for one array. With L = R = epsilon I before the first step,
 *
 *     L <- L + G G^T,    R <- R + G^T G,    direction = -L^(-1/4) G R^(-1/4)
 *
 * for a matrix. A vector has one axis and the root L^(-1/2); an array of k axes has k of them, and the roots -1 / (2 k). The
 * statistics are updated before they are used. There is no grafting.
 *
 * The operator behind this one chooses the step size. It takes any field, needs no outputs, and is what remains of
 * {@link kfacDirection} without a model. State: two square matrices per axis of each array. Cost: 9 d^3 operations for an
 * axis of extent d at each refresh, and d times the size of the array at each step, twice.
 *
 * @example
 * const rows = firstRows(quartic(), [1, 2], chain(shampoo(), gradientStep(0.1)), 3);
 * console.log(rows.map((it) => it.value.toFixed(4)).join(" "));
 * // 80.6500 75.6129 72.4775
 * @param options {@link ShampooOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Gupta, Koren and Singer, "Shampoo: preconditioned stochastic tensor optimization", 2018, arXiv:1802.09568
 */
export function shampoo(options: ShampooOptions = {}): Update {
  const { damping, decay, every } = readOptions("shampoo", options, rules);
  return defineUpdate({
    name: "shampoo",
    refines: "direction",
    settings: decay === undefined ? {} : { decay: settingOf(rules.decay, decay) },
    init: (first): State => ({
      age: 0,
      blocks: first.at.problem.blocks.map(({ shape }) => {
        const statistics = axesOf(shape).map((d) => identity(d, damping));
        return { statistics, roots: statistics };
      }),
    }),
    step(it, { age, blocks }, settings) {
      const { from, sign } = incoming(it);
      const direction = rowVector(it);
      const isDue = age % every === 0;
      const fading = settings.decay;
      let finite = true;
      const next = it.at.problem.blocks.map(({ shape, offset, size }, place): BlockState => {
        const axes = axesOf(shape);
        const g = from.subarray(offset, offset + size);
        const before = blocks[place]!;
        const statistics = axes.map((d, axis) => updated(before.statistics[axis]!, g, axes, axis, d, fading));
        const roots = isDue
          ? whereFinite(() => statistics.map((matrix) => inverseRoot(matrix, 2 * axes.length)))
          : before.roots;
        if (roots === undefined) {
          finite = false;
          return before;
        }
        let made: Float64Array = g;
        for (const [axis, root] of roots.entries()) made = alongAxis(root, made, axes, axis);
        for (let i = 0; i < size; i++) direction[offset + i] = -sign * made[i]!;
        return { statistics, roots };
      });
      // Squares of F are not numbers any more, so there is no direction.
      if (!finite) return { direction: direction.fill(0), stepSize: 0, next: it.at, status: "stagnated" };
      return { state: { age: age + 1, blocks: next }, direction };
    },
  });
}

/** Extents of a block; a number is a vector of one entry. */
function axesOf(shape: readonly number[]): readonly number[] {
  return shape.length === 0 ? [1] : shape;
}

function identity(d: number, factor: number): Float64Array {
  const matrix = new Float64Array(d * d);
  for (let i = 0; i < d; i++) matrix[i * (d + 1)] = factor;
  return matrix;
}

/** The numbers before and behind an axis. */
function around(axes: readonly number[], axis: number): readonly [outer: number, inner: number] {
  let [outer, inner] = [1, 1];
  for (const [i, d] of axes.entries()) {
    if (i < axis) outer *= d;
    if (i > axis) inner *= d;
  }
  return [outer, inner];
}

/** Adds the second moment of an array along one axis to its statistics. */
function updated(
  before: Float64Array,
  g: Float64Array,
  axes: readonly number[],
  axis: number,
  d: number,
  decay: number | undefined,
): Float64Array {
  const [outer, inner] = around(axes, axis);
  const [old, fresh] = decay === undefined ? [1, 1] : [decay, 1 - decay];
  const matrix = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let o = 0; o < outer; o++) {
        const [a, b] = [(o * d + i) * inner, (o * d + j) * inner];
        for (let k = 0; k < inner; k++) sum += g[a + k]! * g[b + k]!;
      }
      const entry = old * before[i * d + j]! + fresh * sum;
      matrix[i * d + j] = entry;
      matrix[j * d + i] = entry;
    }
  }
  return matrix;
}

/** M^(-1/power) of a positive definite matrix, for an even power. */
function inverseRoot(matrix: Float64Array, power: number): Float64Array {
  const d = Math.round(Math.sqrt(matrix.length));
  const { values, vectors } = symmetricEigen(matrix);
  const root = new Float64Array(d * d);
  for (let l = 0; l < d; l++) {
    const factor = pow(Math.max(values[l]!, Number.MIN_VALUE), -1 / power);
    for (let i = 0; i < d; i++) {
      const scaled = factor * vectors[l * d + i]!;
      for (let j = 0; j < d; j++) root[i * d + j] = root[i * d + j]! + scaled * vectors[l * d + j]!;
    }
  }
  return root;
}

/** Multiplies an array by a symmetric matrix along one axis. */
function alongAxis(matrix: Float64Array, g: Float64Array, axes: readonly number[], axis: number): Float64Array {
  const d = axes[axis]!;
  const [outer, inner] = around(axes, axis);
  const out = new Float64Array(g.length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < d; i++) {
      const to = (o * d + i) * inner;
      for (let l = 0; l < d; l++) {
        const factor = matrix[i * d + l]!;
        const from = (o * d + l) * inner;
        for (let k = 0; k < inner; k++) out[to + k] = out[to + k]! + factor * g[from + k]!;
      }
    }
  }
  return out;
}

import {
  blockNamed,
  type Checked,
  defineUpdate,
  failure,
  readOptions,
  rowVector,
  type Update,
} from "../../authoring/index.ts";
import { symmetricEigen } from "../../linalg/dense/dense.ts";
import { secondMoment } from "../../problems/data/secondMoment.ts";
import { float64Array, share } from "../support/rules.ts";

/** Options of {@link whiten}. */
export interface WhitenOptions {
  /** Name of the layer's weight block, such as `layer1.weights`. */
  readonly block: string;
  /**
   * The layer's inputs X, n x d, one sample after the other; their second moment is B = X^T X / n. Give this or
   * `moment`.
   */
  readonly inputs?: Float64Array;
  /** The second moment B itself, d x d, symmetric and positive semidefinite. Give this or `inputs`. */
  readonly moment?: Float64Array;
  /**
   * Side of the weights W on which the inputs stand. `left`: W is inputs x outputs, as in TensorFlow.js (Y = X W).
   * `right`: W is outputs x inputs. The block's shape then gives d. Default `left`.
   */
  readonly side?: "left" | "right";
  /**
   * Share lambda in [(1 - lambda) B + lambda I]^-1: 0 is the pseudo-inverse of B, 1 leaves the gradient as it is.
   * Default 0.
   */
  readonly mixing?: number;
  /** Shift epsilon >= 0 in [B + epsilon I]^-1, in units of B. Cannot be combined with `mixing`. Default 0. */
  readonly damping?: number;
  /** Eigenvalues of B up to this share of the largest count as zero where B is not regularised. Default 1e-12. */
  readonly cutoff?: number;
}

const rules = {
  block: { required: true, expected: "the name of a block", is: (value: unknown) => typeof value === "string" },
  inputs: float64Array,
  moment: float64Array,
  side: { default: "left", oneOf: ["left", "right"] },
  mixing: { ...share, default: 0 },
  damping: { default: 0, min: 0 },
  cutoff: { default: 1e-12, min: 0, below: 1 },
} as const;

/**
 * Multiplies a layer's part of the direction by the pseudo-inverse of its inputs' second moment: G <- B^+ G.
 *
 * For a linear model Y = X W with squared loss, descent with B^+ G makes the same predictions, step by step, as plain
 * descent on the whitened inputs X B^(-1/2) [1]. So whitening is second-order optimisation of that layer. This holds
 * for a singular B too, for test inputs in the span of the training inputs and starts in that span. `mixing` or
 * `damping` regularises the inverse, which then amplifies the directions of smallest variance less.
 *
 * B is fixed: it comes from the data of the first layer, or from activations measured once. Biases are blocks of their
 * own and stay as they are.
 *
 * Use {@link precondition} when M is a map of your own.
 *
 * The operator is without state; it makes the map, d x d, at the first step. Cost: d^2 x outputs operations per step,
 * and 9 d^3 (with `inputs` n d^2 more) once.
 *
 * @example
 * const data = Float64Array.of(2, 0, 0, 0, 1, 0, 0, 0, 1);
 * const loss = deepLinearAutoencoder({ inputs: 3, hidden: 1, data });
 * const whitened = whiten({ block: "encoder", side: "right", inputs: data });
 * iterate(loss, new Float64Array(6).fill(0.5), chain(untilStep(2), whitened, gradientStep(0.5)))
 *   .subscribe((it) => console.log(it.step, it.value.toFixed(4)));
 * // 0 0.4583
 * // 1 0.4124
 * // 2 0.3738
 * @param options {@link WhitenOptions}
 * @throws {RangeError} ERR_OPTION_RANGE if not exactly one of `inputs` and `moment` is given, for a mixing outside
 *   [0, 1], a negative damping or both of them; ERR_NOT_FINITE for NaN in the inputs. In the stream: ERR_OPTION_RANGE
 *   for a block that the problem does not have, ERR_LENGTH if sizes do not fit the block, ERR_NOT_POSITIVE_DEFINITE for
 *   a moment with a negative eigenvalue
 * @see [1] Wadia, Duckworth, Schoenholz, Dyer and Sohl-Dickstein, "Whitening and second order optimization both make
 *   information in the dataset unusable during training, and can reduce or prevent generalization", 2021,
 *   arXiv:2008.07545
 */
export function whiten(options: WhitenOptions): Update {
  const read = readOptions("whiten", options, rules);
  const { block, inputs, moment, side } = read;
  checkTogether(read);
  let map: { readonly size: number; readonly values: Float64Array } | undefined;
  return defineUpdate({
    name: "whiten",
    refines: "direction",
    step(it) {
      const place = blockNamed(it.at.problem, block, "whiten");
      if (place.shape.length !== 2) {
        throw failure(
          "ERR_LENGTH",
          `whiten: expected a matrix of weights, got ${block} of shape [${place.shape.join(", ")}]`,
        );
      }
      const [rows, columns] = place.shape as readonly [number, number];
      const d = side === "left" ? rows : columns;
      // One operator may serve problems of several sizes: the map of the last size is kept.
      if (map?.size !== d) map = { size: d, values: inverseOf(moment ?? momentOf(inputs!, d, block), d, read) };
      const direction = rowVector(it);
      direction.set(it.direction);
      const part = it.direction.subarray(place.offset, place.offset + place.size);
      const image = direction.subarray(place.offset, place.offset + place.size);
      if (side === "left") multiplyLeft(map.values, part, image, rows, columns);
      else multiplyRight(map.values, part, image, rows, columns);
      return { direction };
    },
  });
}

type ReadOptions = Checked<WhitenOptions, typeof rules>;

/** Checks what concerns several options at once. */
function checkTogether({ inputs, moment, mixing, damping }: ReadOptions): void {
  const refuse = (expected: string, got: string): never => {
    throw failure("ERR_OPTION_RANGE", `whiten: expected ${expected}, got ${got}`);
  };
  if ((inputs === undefined) === (moment === undefined)) {
    refuse("the layer's inputs or their second moment", inputs === undefined ? "neither" : "both; leave one out");
  }
  if (mixing > 0 && damping > 0) refuse("mixing or damping", "both; leave one out");
  const bad = (inputs ?? moment)?.findIndex((x) => !Number.isFinite(x)) ?? -1;
  if (bad >= 0) {
    throw failure("ERR_NOT_FINITE", `whiten: expected finite numbers, got ${(inputs ?? moment)?.[bad]} at ${bad}`);
  }
}

function momentOf(inputs: Float64Array, d: number, block: string): Float64Array {
  if (inputs.length === 0 || inputs.length % d !== 0) {
    throw failure(
      "ERR_LENGTH",
      `whiten: expected whole samples of ${d} numbers for ${block}, got ${inputs.length} numbers`,
    );
  }
  return secondMoment(inputs, d);
}

/**
 * U f(Lambda) U^T, where f(x) is 1 / ((1 - mixing) x + mixing), 1 / (x + damping), or 1/x with f = 0 for eigenvalue 0.
 */
function inverseOf(moment: Float64Array, d: number, options: ReadOptions): Float64Array {
  if (moment.length !== d * d) {
    throw failure(
      "ERR_LENGTH",
      `whiten: expected a ${d} x ${d} moment for ${options.block}, got ${moment.length} numbers`,
    );
  }
  const { mixing, damping, cutoff } = options;
  const { values, vectors } = symmetricEigen(moment);
  const zero = cutoff * Math.abs(values[d - 1]!);
  if (values[0]! < -Math.max(zero, 1e-12 * Math.abs(values[d - 1]!))) {
    throw failure("ERR_NOT_POSITIVE_DEFINITE", `whiten: expected a second moment, got the eigenvalue ${values[0]}`);
  }
  const regularised = mixing > 0 || damping > 0;
  const inverse = new Float64Array(d * d);
  for (let l = 0; l < d; l++) {
    const eigenvalue = Math.max(0, values[l]!);
    if (!regularised && !(eigenvalue > zero)) continue;
    const factor = 1 / ((1 - mixing) * eigenvalue + mixing + damping);
    const u = vectors.subarray(l * d, (l + 1) * d);
    for (let i = 0; i < d; i++) {
      const scaled = factor * u[i]!;
      for (let j = 0; j < d; j++) inverse[i * d + j] = inverse[i * d + j]! + scaled * u[j]!;
    }
  }
  return inverse;
}

/** out <- P G, where G is rows x columns. */
function multiplyLeft(p: Float64Array, g: Float64Array, out: Float64Array, rows: number, columns: number): void {
  out.fill(0);
  for (let i = 0; i < rows; i++) {
    for (let l = 0; l < rows; l++) {
      const factor = p[i * rows + l]!;
      for (let j = 0; j < columns; j++) out[i * columns + j] = out[i * columns + j]! + factor * g[l * columns + j]!;
    }
  }
}

/** out <- G P, where G is rows x columns and P is symmetric. */
function multiplyRight(p: Float64Array, g: Float64Array, out: Float64Array, rows: number, columns: number): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let l = 0; l < columns; l++) sum += g[i * columns + l]! * p[j * columns + l]!;
      out[i * columns + j] = sum;
    }
  }
}

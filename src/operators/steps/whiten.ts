import { blockNamed, type Checked, defineUpdate, failure, readOptions, type Update } from "../../authoring/index.ts";
import { symmetricEigen } from "../../linalg/dense/dense.ts";
import { secondMoment } from "../../problems/data/secondMoment.ts";
import { float64Array, share } from "../support/rules.ts";

export interface WhitenOptions {
  /** Name of the layer's weight block, such as `layer1.weights`. */
  readonly block: string;
  /** The layer's inputs X, sample after sample, n x d; their second moment is B = X^T X / n. This or `moment`. */
  readonly inputs?: Float64Array;
  /** B itself, d x d, symmetric, positive semidefinite. This or `inputs`. */
  readonly moment?: Float64Array;
  /**
   * Where the inputs stand in the weights W: `left`, W is inputs x outputs as in TensorFlow.js (Y = X W), or `right`,
   * W is outputs x inputs. Default `left`. For `inputs` d is read from the block's shape.
   */
  readonly side?: "left" | "right";
  /** lambda in [(1 - lambda) B + lambda I]^-1; 0 (default) is the pseudo-inverse of B, 1 leaves the gradient as it is. */
  readonly mixing?: number;
  /** epsilon in [B + epsilon I]^-1, in units of B; default 0. Not beside `mixing`. */
  readonly damping?: number;
  /** Eigenvalues of B up to this times the largest count as zero where B is not regularised; default 1e-12. */
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
 * For a linear model Y = X W with squared loss, descent with B^+ G has the same predictions, step by step, as plain
 * descent on whitened inputs X B^(-1/2) [1]: whitening is second-order optimisation of that layer, also where B is
 * singular (on test inputs in the span of the training inputs, for starts in that span). With `mixing` or `damping`
 * the inverse is regularised, which does not amplify the directions of smallest variance so much.
 *
 * B is fixed: that of the first layer's data, or of activations measured once. Biases are other blocks and stay.
 * State: none; the map, d x d, is made at the first step. Cost a step: d^2 x outputs; once 9 d^3 (and n d^2).
 *
 * @example chain(whiten({ block: "layer1.weights", inputs: digits.pixels }), gradientStep(0.1))
 * @throws {RangeError} ERR_OPTION_RANGE if not exactly one of inputs and moment is given, for mixing outside [0, 1],
 *   negative damping, both of them, or a block that the problem does not have; ERR_LENGTH if sizes do not fit the block;
 *   ERR_NOT_FINITE for NaN in the inputs; ERR_NOT_POSITIVE_DEFINITE for a moment with a negative eigenvalue
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
      // One operator value may serve problems of several sizes; the map is remembered for the last one only.
      if (map?.size !== d) map = { size: d, values: inverseOf(moment ?? momentOf(inputs!, d, block), d, read) };
      const direction = it.direction.slice();
      const part = it.direction.subarray(place.offset, place.offset + place.size);
      const image = direction.subarray(place.offset, place.offset + place.size);
      if (side === "left") multiplyLeft(map.values, part, image, rows, columns);
      else multiplyRight(map.values, part, image, rows, columns);
      return { direction };
    },
  });
}

type ReadOptions = Checked<WhitenOptions, typeof rules>;

/** What no option says alone. */
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

/** U f(Lambda) U^T: f(x) = 1 / ((1 - mixing) x + mixing), 1 / (x + damping), or 1/x with 0 for eigenvalue 0. */
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

/** out <- P G, G rows x columns. */
function multiplyLeft(p: Float64Array, g: Float64Array, out: Float64Array, rows: number, columns: number): void {
  out.fill(0);
  for (let i = 0; i < rows; i++) {
    for (let l = 0; l < rows; l++) {
      const factor = p[i * rows + l]!;
      for (let j = 0; j < columns; j++) out[i * columns + j] = out[i * columns + j]! + factor * g[l * columns + j]!;
    }
  }
}

/** out <- G P, G rows x columns, P symmetric. */
function multiplyRight(p: Float64Array, g: Float64Array, out: Float64Array, rows: number, columns: number): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let l = 0; l < columns; l++) sum += g[i * columns + l]! * p[j * columns + l]!;
      out[i * columns + j] = sum;
    }
  }
}

import {
  blockNamed,
  type Checked,
  defineUpdate,
  failure,
  readOptions,
  rowVector,
  type Update,
} from "../../authoring/index.ts";
import { unitOf } from "../../elementary/index.ts";
import { denseProducts } from "../../linalg/dense/denseProducts.ts";
import { largestEntry } from "../../linalg/vector.ts";
import { factorOfMoment, factorOfSamples, type MomentFactor } from "../../problems/whitening/momentFactor.ts";
import { float64Array, share } from "../support/rules.ts";

/** Options of {@link whiten}. */
export interface WhitenOptions {
  /** Name of the layer's weight block, such as `layer1.weights`. */
  readonly block: string;
  /**
   * The layer's inputs X, n x d, one sample after the other; their second moment is B = X^T X / n, which is not formed,
   * so that its small eigenvalues stay exact. Give this or `moment`.
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
  /**
   * Eigenvalues of B up to this share of the largest count as zero where B is not regularised. Default 1e-12 for
   * `moment`, which knows no smaller ones, and (max(n, d) eps)^2 for `inputs`.
   */
  readonly cutoff?: number;
}

const rules = {
  block: { required: true, expected: "the name of a block", is: (value: unknown) => typeof value === "string" },
  inputs: float64Array,
  moment: float64Array,
  side: { default: "left", oneOf: ["left", "right"] },
  mixing: { ...share, default: 0 },
  damping: { default: 0, min: 0 },
  cutoff: { min: 0, below: 1 },
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
 * own and stay as they are. Rounding makes the two differ by some eps sqrt(cond B) of the largest prediction, where
 * `inputs` are given.
 *
 * Use {@link precondition} when M is a map of your own.
 *
 * The operator is without state; it factors B at the first step, as {@link whitening} does. Cost: 4 r d x outputs
 * operations per step, where r is the rank, or d with `mixing` or `damping`; once 2 n d^2 + 22 d^3 for n >= d inputs,
 * 6 d n^2 + 20 n^3 for fewer, and 9 d^3 for a moment.
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
  const { block, side } = read;
  checkTogether(read);
  let inverse: Inverse | undefined;
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
      const [d, outputs] = side === "left" ? [rows, columns] : [columns, rows];
      // One operator may serve problems of several sizes: the factor of the last size is kept.
      if (inverse?.features !== d || inverse.outputs !== outputs) inverse = inverseOf(read, d, outputs);
      const direction = rowVector(it);
      direction.set(it.direction);
      inverse.apply(direction.subarray(place.offset, place.offset + place.size), side === "left");
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

/** The factored inverse of B for weights of one size. */
interface Inverse {
  readonly features: number;
  readonly outputs: number;
  /** Multiplies B^+ into G, d x outputs, or outputs x d unless `left`. */
  readonly apply: (g: Float64Array, left: boolean) => void;
}

/**
 * U f(Lambda) U^T, where f(x) is 1 / ((1 - mixing) x + mixing), 1 / (x + damping), or 1/x with f = 0 for eigenvalue 0.
 */
function inverseOf(options: ReadOptions, d: number, outputs: number): Inverse {
  const { mixing, damping } = options;
  const regularised = mixing > 0 || damping > 0;
  const { roots, vectors, noise, unit } = factorOf(options, d, regularised);
  const zero = roots[0]! * noise;
  const first = roots.findIndex((root) => !(root > zero));
  const kept = regularised || first < 0 ? d : first;
  const deviations = Float64Array.from({ length: kept }, (_, k) => {
    const root = roots[k]! * unit;
    return regularised ? Math.sqrt((1 - mixing) * root * root + mixing + damping) : root;
  });
  const basis = vectors.subarray(0, kept * d);
  const columns = new Float64Array(d * kept);
  transpose(basis, kept, d, columns);
  const toBasis = denseProducts(kept, d, basis);
  const fromBasis = denseProducts(d, kept, columns);
  const rows = new Float64Array(outputs * d);
  const parts = new Float64Array(outputs * kept);
  return {
    features: d,
    outputs,
    apply(g, left) {
      if (kept === 0) {
        g.fill(0);
        return;
      }
      if (left) transpose(g, d, outputs, rows);
      else rows.set(g);
      toBasis.applyMany(rows, outputs, parts);
      for (let at = 0; at < parts.length; ) {
        // Two divisions, since the square of a small root may underflow.
        for (let k = 0; k < kept; k++, at++) parts[at] = parts[at]! / deviations[k]! / deviations[k]!;
      }
      fromBasis.applyMany(parts, outputs, rows);
      if (left) transpose(rows, outputs, d, g);
      else g.set(rows);
    },
  };
}

/** Eigenvectors of B, roots of its eigenvalues in units of `unit`, and the share of the largest root that is noise. */
interface Factor extends Pick<MomentFactor, "roots" | "vectors" | "noise"> {
  readonly unit: number;
}

function factorOf({ inputs, moment, cutoff, block }: ReadOptions, d: number, complete: boolean): Factor {
  if (inputs === undefined) {
    if (moment!.length !== d * d) {
      throw failure("ERR_LENGTH", `whiten: expected a ${d} x ${d} moment for ${block}, got ${moment!.length} numbers`);
    }
    const share = cutoff ?? leastOfMoment;
    const factor = factorOfMoment("whiten", moment!, d, Math.max(leastOfMoment, share));
    return { ...factor, noise: Math.sqrt(share), unit: 1 };
  }
  if (inputs.length === 0 || inputs.length % d !== 0) {
    throw failure(
      "ERR_LENGTH",
      `whiten: expected whole samples of ${d} numbers for ${block}, got ${inputs.length} numbers`,
    );
  }
  const n = inputs.length / d;
  const largest = largestEntry(inputs);
  const unit = largest === 0 ? 1 : unitOf(largest);
  const scaled = inputs.map((x) => x / unit);
  const factor = factorOfSamples(scaled, n, d, n, false, complete);
  return { ...factor, noise: cutoff === undefined ? factor.noise : Math.sqrt(cutoff), unit };
}

/** Share of the largest eigenvalue of a given moment below which its eigenvalues are rounding. */
const leastOfMoment = 1e-12;

/** Writes the transpose of x, rows x columns, into `out`. */
function transpose(x: Float64Array, rows: number, columns: number, out: Float64Array): void {
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = x[i * columns + j]!;
}

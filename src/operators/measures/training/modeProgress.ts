import { defineMeasure, failure, isFiniteVector, type Measure, readOptions } from "../../../authoring/index.ts";
import { targetsOf } from "../../../problems/whitening/kernelAlignment.ts";
import { type Samples, sampleModes } from "../../../problems/whitening/sampleModes.ts";
import type { Predict } from "../../support/heldOut.ts";
import { chosenPoint, columnName, type MeasuredPointOptions, pointRules } from "../../support/measuredPoint.ts";
import { positiveInteger } from "../../support/rules.ts";

/** Options of {@link modeProgress}. */
export interface ModeProgressOptions extends MeasuredPointOptions {
  /** Number of eigen-directions, the largest eigenvalues first; at most the rank counts. Default 8, which the page charts. */
  readonly modes?: number;
  /** Whether the mean of the samples is subtracted before their directions are found. Default false. */
  readonly centred?: boolean;
  /** Number of features; needed where the samples are a `Float64Array`. */
  readonly features?: number;
}

const rules = {
  ...pointRules,
  modes: { ...positiveInteger, default: 8 },
  centred: { default: false, oneOf: [true, false] },
  features: positiveInteger,
} as const;

/**
 * Measures how much of each eigen-direction of the data a run has learnt.
 *
 * With u_k the eigenvectors of K = X X^T over the n training samples, Z the outputs on them and Z_0 those of the first row
 * that is measured, entry k of the vector column `modeProgress` is
 *
 *     p_k = <u_k^T (Z - Z_0), u_k^T (Y - Z_0)> / ||u_k^T (Y - Z_0)||^2
 *
 * which is 0 at first, 1 once the direction is learnt, and above 1 beyond. For a linear model, squared loss
 * ||X W - Y||^2 / (2 n) and gradient descent of step size eta it is 1 - (1 - eta lambda_k / n)^t: large eigenvalues are
 * learnt first, which early stopping makes use of [1]. On whitened data, and under whitening or Newton's method, all
 * directions are learnt at one speed. A direction in which there is nothing to learn counts as learnt.
 *
 * The first measured row also has the vector `modeShares`, the share of each direction in the trace of K. The page charts
 * up to eight directions while the run goes on.
 *
 * Cost: the singular values of the samples once; per measurement the outputs and 2 n c operations per direction. State:
 * modes x c numbers of the first row, twice.
 *
 * @example
 * const inputs = [[2, 0], [0, 1]];
 * const outputs = (w: Float64Array) => Float64Array.of(2 * w[0]!, w[1]!); // X w
 * const loss = vectorField([[2]], (w: tf.Tensor) => tf.mul(tf.sub(tf.mul(w, [4, 1]), [2, 1]), 0.5)); // X^T (X w - y) / 2
 * const measure = modeProgress(outputs, inputs, Float64Array.of(1, 1));
 * const rows = firstRows(loss, [0, 0], chain(gradientStep(0.25), measure), 3);
 * for (const { step, vectors } of rows) console.log(step, ...Array.from(vectors.modeProgress!, (p) => p.toFixed(4)));
 * // 0 0.0000 0.0000
 * // 1 0.5000 0.1250
 * // 2 0.7500 0.2344
 * @param predict function that gives the outputs on the samples at a point, n x c, as `predictions` does
 * @param samples training samples, one per row
 * @param targets a `Float64Array` of targets, n x c, or the class of each sample
 * @param options {@link ModeProgressOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range and labels that are not integers from 0; ERR_LENGTH for
 *   other numbers of targets and, in the stream, of outputs; ERR_NOT_FINITE for NaN in samples or targets
 * @throws {TypeError} ERR_OPTION_TYPE for something that is not a function, samples or targets
 * @see [1] Advani, Saxe and Sompolinsky, "High-dimensional dynamics of generalization error in neural networks", Neural
 *   Networks 132, 2020, doi:10.1016/j.neunet.2020.08.022
 */
export function modeProgress(
  predict: Predict,
  samples: Samples,
  targets: ArrayLike<number>,
  options: ModeProgressOptions = {},
): Measure {
  const who = "modeProgress";
  const { modes: most, centred, features, ...where } = readOptions(who, options, rules);
  if (typeof predict !== "function") {
    throw failure(
      "ERR_OPTION_TYPE",
      `${who}: expected a function that gives the outputs at a point, got ${typeof predict}`,
    );
  }
  const chosen = chosenPoint(who, where);
  const { vectors, shares, count: n, modes } = sampleModes(who, samples, { most, centred, features });
  const { values: y, width: c } = targetsOf(who, targets, n);
  const [name, sharesName] = [columnName("modeProgress", where.of), columnName("modeShares", where.of)];
  /** u_k^T A of the columns of A, n x c: modes x c. */
  const projected = (a: Float64Array): Float64Array => {
    const out = new Float64Array(modes * c);
    for (let k = 0; k < modes; k++) {
      for (let i = 0; i < n; i++) {
        const weight = vectors[k * n + i]!;
        for (let j = 0; j < c; j++) out[k * c + j] = out[k * c + j]! + weight * a[i * c + j]!;
      }
    }
    return out;
  };
  const goal = projected(y);
  return defineMeasure({
    name: who,
    columns: {
      [name]: { meaning: "learnt part of each eigen-direction of the data", kind: "vector" },
      [sharesName]: { meaning: "share of each of these directions in the trace of the data's moment", kind: "vector" },
    },
    init: (): State => ({ first: new Float64Array(0) }),
    step(it, state) {
      const point = chosen(it);
      if (point === undefined || !isFiniteVector(point)) return { state };
      const outputs = predict(point);
      if (outputs.length !== n * c) {
        throw failure("ERR_LENGTH", `${who}: expected ${n} x ${c} outputs, got ${outputs.length} numbers`);
      }
      if (!isFiniteVector(outputs)) return { state };
      const now = projected(outputs);
      const begins = state.first.length === 0;
      const first = begins ? now : state.first;
      const progress = new Float64Array(modes);
      for (let k = 0; k < modes; k++) {
        let [done, whole] = [0, 0];
        for (let at = k * c; at < (k + 1) * c; at++) {
          const gap = goal[at]! - first[at]!;
          done += (now[at]! - first[at]!) * gap;
          whole += gap * gap;
        }
        progress[k] = whole === 0 ? 1 : done / whole;
      }
      return {
        state: begins ? { first: now } : state,
        vectors: { [name]: progress, [sharesName]: begins ? shares.slice() : undefined },
      };
    },
  });
}

interface State {
  /** Outputs of the first measured row along the directions; empty before. */
  readonly first: Float64Array;
}

import { div, matMul, square, sub, sum, type Tensor, type Tensor2D } from "@tensorflow/tfjs-core";
import { data as dataInput } from "../../autodiff/index.ts";
import { failure } from "../../errors.ts";
import { triangularFactor } from "../../linalg/dense/triangularFactor.ts";
import { readOptions } from "../../options.ts";
import { randomSource } from "../../random.ts";
import { dataHash } from "../data/dataHash.ts";
import { secondMoment } from "../data/secondMoment.ts";
import { extendProblem } from "../extendProblem.ts";
import { withFormula } from "../networks/lossFormula.ts";
import { objective } from "../objective.ts";
import type { TracedProblem } from "../problem.ts";
import { float64Array } from "../rules.ts";
import { linearSymmetries } from "../symmetries/linearSymmetries.ts";
import { withProofOnAnyData } from "../symmetries/proved.ts";
import {
  type LinearNetworkClasses,
  type LinearNetworkMatch,
  linearNetworkClasses,
  widthsRule,
} from "./linearNetworkClasses.ts";

export interface LinearNetworkOptions {
  /** Widths k, p_1, ..., d: numbers per sample, widths of the hidden layers (at least one), numbers per target. */
  readonly widths: readonly number[];
  /** Inputs X, sample after sample, n x k. */
  readonly inputs: Float64Array;
  /** Targets Y, n x d. Default: the inputs (an autoencoder). */
  readonly targets?: Float64Array;
}

const rules = { widths: widthsRule, inputs: { ...float64Array, required: true }, targets: float64Array } as const;

export interface LinearNetwork extends TracedProblem {
  /** Gives the classes of critical points, with the hash of these data. */
  criticalPoints(): LinearNetworkClasses;
  /** Finds the class of critical points that is nearest to a point. */
  match(point: Float64Array): LinearNetworkMatch;
  /** Draws independent normal weights of variance 1 / (inputs of their layer). */
  initialPoint(seed: number): Float64Array;
}

/**
 * Builds a linear network of any depth, whose critical values are all known, and the Morse index at representatives of
 * each.
 *
 * L = ||Y - X (W_L ... W_1)^T||^2 / (d n), the mean squared error over all entries. z = (W_1, ..., W_L), with the
 * blocks `layer1`, ...; W_l is p_l x p_(l-1). {@link LinearNetworkClasses}, from `criticalPoints()`, says which results
 * are exact. With one hidden layer and Y = X it is the problem of `deepLinearAutoencoder`.
 *
 * The loss depends on the data through second moments only. So the triangular factor of (X, Y) replaces them: k + d
 * rows, and the same loss to rounding.
 *
 * Cost of an evaluation: about 6 (k + d) operations per weight.
 *
 * @example
 * const inputs = gaussianData({ inputs: 8, samples: 500, seed: 1 });
 * const problem = linearNetwork({ widths: [8, 4, 4, 8], inputs });
 * @param options {@link LinearNetworkOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options
 * @throws {RangeError} ERR_OPTION_RANGE for widths that are not at least three positive integers; ERR_LENGTH if the
 *   data are not whole samples, or not as many targets as inputs; ERR_NOT_FINITE for NaN in the data;
 *   ERR_NOT_POSITIVE_DEFINITE for inputs that do not vary in all directions
 */
export function linearNetwork(options: LinearNetworkOptions): LinearNetwork {
  const read = readOptions("linearNetwork", options, rules);
  const { widths, inputs, targets = inputs } = read;
  const k = widths[0]!;
  const d = widths.at(-1)!;
  const n = inputs.length / k;
  if (!(Number.isInteger(n) && n > 0) || targets.length !== n * d) {
    throw failure(
      "ERR_LENGTH",
      `linearNetwork: expected whole samples of ${k} numbers and as many targets of ${d}, got ${inputs.length} and ` +
        `${targets.length} numbers`,
    );
  }
  for (const [name, values] of Object.entries({ inputs, targets })) {
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw failure("ERR_NOT_FINITE", `linearNetwork: expected finite ${name}, got ${values[bad]} at ${bad}`);
    }
  }
  const both = joined(inputs, k, targets, d);
  const moment = secondMoment(both, k + d);
  const part = (row: number, rows: number, column: number, columns: number): Float64Array =>
    Float64Array.from({ length: rows * columns }, (_, at) => {
      return moment[(row + Math.floor(at / columns)) * (k + d) + column + (at % columns)]!;
    });
  let targetTrace = 0;
  for (let i = k; i < k + d; i++) targetTrace += moment[i * (k + d) + i]!;
  const hash = dataHash([n, k, d], both);
  const classes = linearNetworkClasses({
    widths,
    inputMoment: part(0, k, 0, k),
    crossMoment: part(k, d, 0, k),
    targetTrace,
    hash,
  });
  const factor = triangularFactor(both, k + d);
  const rowCount = k + d;
  const columnsOf = (first: number, count: number): Float64Array =>
    Float64Array.from({ length: rowCount * count }, (_, at) => {
      return factor[Math.floor(at / count) * rowCount + first + (at % count)]!;
    });
  const x = columnsOf(0, k);
  const y = columnsOf(k, d);
  const layers = widths.length - 1;
  const problem = objective(
    Array.from({ length: layers }, (_, l) => [widths[l + 1]!, widths[l]!]),
    (...weights: readonly Tensor[]) => {
      let signal: Tensor = dataInput("inputs", x, [rowCount, k]);
      for (const weight of weights) signal = matMul(signal as Tensor2D, weight as Tensor2D, false, true);
      return div(sum(square(sub(dataInput("targets", y, [rowCount, d]), signal))), d * n);
    },
    {
      name: "linearNetwork",
      names: Array.from({ length: layers }, (_, l) => `layer${l + 1}`),
      description: {
        problem: "linearNetwork",
        widths: [...widths],
        samples: n,
        targets: read.targets === undefined ? "the inputs" : "given",
        hash,
        reduction: "the data (X, Y) are replaced by their triangular factor: equal to rounding",
      },
    },
  );
  const made = extendProblem(problem, {
    criticalPoints: () => classes,
    match: (point: Float64Array) => classes.match(point),
    initialPoint(seed: number) {
      const point = new Float64Array(problem.dimension);
      const random = randomSource(seed, "linearNetwork", "initialPoint");
      for (const { offset, size, shape } of problem.blocks) {
        for (let i = 0; i < size; i++) point[offset + i] = random.normal() / Math.sqrt(shape[1]!);
      }
      return point;
    },
  });
  const formulated = withFormula(made, () => ({
    family: "linear network",
    widths,
    blocks: problem.blocks.map(({ name }) => name),
    inputs: x,
    targets: y,
    divisor: d * n,
  }));
  return withProofOnAnyData(formulated, () => linearSymmetries(problem.blocks));
}

/** Joins the data to (X, Y), sample after sample. */
function joined(x: Float64Array, k: number, y: Float64Array, d: number): Float64Array {
  const n = x.length / k;
  const both = new Float64Array(n * (k + d));
  for (let i = 0; i < n; i++) {
    both.set(x.subarray(i * k, (i + 1) * k), i * (k + d));
    both.set(y.subarray(i * d, (i + 1) * d), i * (k + d) + k);
  }
  return both;
}

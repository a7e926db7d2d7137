import { symmetricEigen } from "../../linalg/dense/dense.ts";
import { dot, norm } from "../../linalg/vector.ts";
import { readOptions } from "../../options.ts";
import { dataHash } from "../data/dataHash.ts";
import { plainField } from "../plainField.ts";
import { matrix, positive, vector } from "../rules.ts";
import { ball } from "../sets/ball.ts";
import { finiteVector } from "../sets/convexSet.ts";
import { matrixRows } from "../sets/matrixRows.ts";
import { productSet } from "../sets/productSet.ts";
import { wholeSpace } from "../sets/wholeSpace.ts";
import type { SolvedProblem } from "./certified.ts";

export interface RobustRegressionOptions {
  /** Inputs A, one sample per row. */
  readonly inputs: readonly ArrayLike<number>[];
  /** Targets b, one per sample. */
  readonly targets: ArrayLike<number>;
  /** Frobenius norm rho > 0 up to which A may be wrong. Default 1. */
  readonly radius?: number;
}

const rules = {
  inputs: { ...matrix, required: true },
  targets: { ...vector, required: true },
  radius: { ...positive, default: 1 },
} as const;

export interface RobustRegression extends SolvedProblem {
  /** Gives the worst residual of the weights of a point, ||A w - b|| + rho ||w||. */
  worstResidual(point: Float64Array): number;
}

/**
 * Builds a least-squares problem that is robust to errors of its inputs: min over w of max over ||D||_F <= rho of
 * ||(A + D) w - b||, which is min over w of ||A w - b|| + rho ||w|| [1].
 *
 * It is written as a saddle point: min over w, max over ||y|| <= 1 and ||u|| <= rho of <y, A w - b> + <u, w>, with
 * z = (w, y, u). The field is monotone and J is antisymmetric. The solution is known: w = (A^T A + tau I)^-1 A^T b with
 * tau ||w|| = rho ||A w - b||, which bisection in the eigenbasis of A^T A finds; if rho >= ||A^T b|| / ||b||, w = 0.
 *
 * Cost of an evaluation or a product: 4 samples x inputs.
 *
 * @example robustRegression({ inputs: [[1, 0], [0, 1], [1, 1]], targets: [1, 2, 4], radius: 0.5 })
 * @param options {@link RobustRegressionOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options
 * @throws {RangeError} ERR_LENGTH, ERR_NOT_FINITE for data that do not fit; ERR_OPTION_RANGE for a radius that is not
 *   positive
 * @see [1] El Ghaoui and Lebret, "Robust solutions to least-squares problems with uncertain data", 1997,
 *   doi:10.1137/S0895479896298130
 */
export function robustRegression(options: RobustRegressionOptions): RobustRegression {
  const { inputs, targets, radius } = readOptions("robustRegression", options, rules);
  const rows = matrixRows("robustRegression", "inputs", inputs);
  const [m, d] = [rows.length, rows[0]!.length];
  const b = finiteVector("robustRegression", "targets", targets, m);
  const n = 2 * d + m;
  // Computes out <- s (A^T y + u, -A w + shift b, -w).
  const multiply = (z: Float64Array, out: Float64Array, sign: number, shift: number): void => {
    for (let k = 0; k < d; k++) {
      out[k] = sign * z[d + m + k]!;
      out[d + m + k] = -sign * z[k]!;
    }
    for (const [i, row] of rows.entries()) {
      let fitted = 0;
      const y = sign * z[d + i]!;
      for (let k = 0; k < d; k++) {
        fitted += row[k]! * z[k]!;
        out[k] = out[k]! + row[k]! * y;
      }
      out[d + i] = -sign * fitted + shift * b[i]!;
    }
  };
  const residual = (w: Float64Array): Float64Array => b.map((target, i) => dot(rows[i]!, w) - target);
  const dual = productSet([ball(new Float64Array(m)), ball(new Float64Array(d), radius)]);
  const problem = plainField({
    name: "robustRegression",
    dimension: n,
    field: (z, out) => multiply(z, out, 1, 1),
    jacobian: {
      apply: (_, v, out) => multiply(v, out, 1, 0),
      applyTranspose: (_, u, out) => multiply(u, out, -1, 0),
    },
    constraint: productSet([wholeSpace(d), dual]),
    blocks: [
      { name: "weights", shape: [d], offset: 0, size: d, player: "regression" },
      { name: "residual", shape: [m], offset: d, size: m, player: "nature" },
      { name: "disturbance", shape: [d], offset: d + m, size: d, player: "nature" },
    ],
    game: {
      players: [
        { name: "regression", offset: 0, size: d, affine: true },
        { name: "nature", offset: d, size: m + d, constraint: dual, affine: true },
      ],
      costs(z, out) {
        const w = z.subarray(0, d);
        const worth = dot(z.subarray(d, d + m), residual(w)) + dot(z.subarray(d + m), w);
        out[0] = worth;
        out[1] = -worth;
      },
    },
    description: {
      problem: "robustRegression",
      radius,
      inputs: dataHash([m, d], Float64Array.from(rows.flatMap((row) => [...row]))),
      targets: dataHash([m], b),
    },
  });
  return {
    ...problem,
    worstResidual: (z) => norm(residual(z.subarray(0, d))) + radius * norm(z.subarray(0, d)),
    solutions: [solutionOf(rows, b, radius, residual)],
  };
}

function solutionOf(
  rows: readonly Float64Array[],
  b: Float64Array,
  radius: number,
  residual: (w: Float64Array) => Float64Array,
): Float64Array {
  const d = rows[0]!.length;
  const moment = new Float64Array(d);
  const gram = new Float64Array(d * d);
  for (const [i, row] of rows.entries()) {
    for (let j = 0; j < d; j++) {
      moment[j] = moment[j]! + row[j]! * b[i]!;
      for (let k = 0; k < d; k++) gram[j * d + k] = gram[j * d + k]! + row[j]! * row[k]!;
    }
  }
  const size = norm(b);
  if (norm(moment) <= radius * size) {
    // Here w = 0. If all targets are 0, any y will do.
    const y = size > 0 ? b.map((target) => -target / size) : b;
    return Float64Array.of(...new Float64Array(d), ...y, ...moment.map((x) => (size > 0 ? x / size : 0)));
  }
  const { values, vectors } = symmetricEigen(gram);
  const weights = (tau: number): Float64Array => {
    const w = new Float64Array(d);
    for (let k = 0; k < d; k++) {
      const vector = vectors.subarray(k * d, (k + 1) * d);
      const share = dot(vector, moment) / (Math.max(0, values[k]!) + tau);
      for (let j = 0; j < d; j++) w[j] = w[j]! + share * vector[j]!;
    }
    return w;
  };
  // It grows with tau, from below 0.
  const excess = (tau: number): number => {
    const w = weights(tau);
    return tau * norm(w) - radius * norm(residual(w));
  };
  let [low, high] = [Number.MIN_VALUE, Math.max(1, values[d - 1]!)];
  while (excess(high) < 0) high *= 2;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (excess(middle) < 0) low = middle;
    else high = middle;
  }
  const w = weights(high);
  const r = residual(w);
  const [missed, length] = [norm(r), norm(w)];
  return Float64Array.of(...w, ...r.map((x) => x / missed), ...w.map((x) => (radius * x) / length));
}

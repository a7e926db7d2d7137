import { Matrix, solve } from "ml-matrix";
import { dot } from "../../linalg/vector.ts";
import { readOptions } from "../../options.ts";
import { dataHash } from "../data/dataHash.ts";
import { plainField } from "../plainField.ts";
import { matrix, nonNegative, positive, vector } from "../rules.ts";
import { cappedSimplex } from "../sets/cappedSimplex.ts";
import { finiteVector } from "../sets/convexSet.ts";
import { matrixRows } from "../sets/matrixRows.ts";
import { productSet } from "../sets/productSet.ts";
import { wholeSpace } from "../sets/wholeSpace.ts";
import type { CertifiedProblem } from "./certified.ts";

export interface DistributionallyRobustRegressionOptions {
  /** Inputs X, one sample x_i per row. */
  readonly inputs: readonly ArrayLike<number>[];
  /** Targets t_i, one per sample. */
  readonly targets: ArrayLike<number>;
  /**
   * Level alpha in (0, 1]: the weights p_i are at most 1 / (alpha n). With 1 they give the mean, with small values the
   * worst cases. Default 0.2.
   */
  readonly level?: number;
  /** Coefficient lambda >= 0 of the penalty lambda n ||p - 1/n||^2 / 2 on uneven weights. Default 0.1. */
  readonly penalty?: number;
  /** Coefficient mu > 0 of the ridge mu ||w||^2 / 2. Default 0.1. */
  readonly ridge?: number;
}

const rules = {
  inputs: { ...matrix, required: true },
  targets: { ...vector, required: true },
  level: { default: 0.2, above: 0, max: 1 },
  penalty: { ...nonNegative, default: 0.1 },
  ridge: { ...positive, default: 0.1 },
} as const;

/**
 * Builds a regression for the worst reweighting of the samples: min over w, max over p on the capped simplex of
 *
 * sum_i p_i (x_i^T w - t_i)^2 / 2 + mu ||w||^2 / 2 - lambda n ||p - 1/n||^2 / 2.
 *
 * Without a penalty the maximum is the conditional value at risk of the losses at level alpha [1]. The penalty stands
 * for a ball of the chi-square divergence. z = (w, p); the field is monotone, and w is unique. `certificate` is the
 * duality gap: one projection (or the support function) gives the maximum over p, a linear system the minimum over w.
 *
 * Cost of an evaluation or a product: 4 samples x inputs.
 *
 * @example distributionallyRobustRegression({ inputs: [[1], [2], [3]], targets: [1, 2, 10], level: 0.5 })
 * @param options {@link DistributionallyRobustRegressionOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options
 * @throws {RangeError} ERR_LENGTH, ERR_NOT_FINITE for data that do not fit; ERR_OPTION_RANGE for options out of range
 * @see [1] Rockafellar and Uryasev, "Optimization of conditional value-at-risk", 2000
 * @see Namkoong and Duchi, "Stochastic gradient methods for distributionally robust optimization with f-divergences",
 *   2016
 */
export function distributionallyRobustRegression(options: DistributionallyRobustRegressionOptions): CertifiedProblem {
  const who = "distributionallyRobustRegression";
  const { level, penalty, ridge, ...data } = readOptions(who, options, rules);
  const rows = matrixRows(who, "inputs", data.inputs);
  const [m, d] = [rows.length, rows[0]!.length];
  const targets = finiteVector(who, "targets", data.targets, m);
  const weights = cappedSimplex(m, { cap: 1 / (level * m) });
  const residuals = (w: Float64Array): Float64Array => targets.map((t, i) => dot(rows[i]!, w) - t);
  const worth = (w: Float64Array, p: Float64Array): number => {
    const r = residuals(w);
    let sum = (ridge / 2) * dot(w, w);
    for (let i = 0; i < m; i++) sum += (p[i]! * r[i]! ** 2) / 2 - (penalty / 2) * m * (p[i]! - 1 / m) ** 2;
    return sum;
  };
  // Computes out <- J v; with the other sign of the coupling, out <- J^T v.
  const multiply = (z: Float64Array, v: Float64Array, out: Float64Array, sign: number): void => {
    const [w, p] = [z.subarray(0, d), z.subarray(d)];
    const r = residuals(w);
    for (let k = 0; k < d; k++) out[k] = ridge * v[k]!;
    for (const [i, row] of rows.entries()) {
      let along = 0;
      for (let k = 0; k < d; k++) along += row[k]! * v[k]!;
      const coefficient = p[i]! * along + sign * r[i]! * v[d + i]!;
      for (let k = 0; k < d; k++) out[k] = out[k]! + coefficient * row[k]!;
      out[d + i] = penalty * m * v[d + i]! - sign * r[i]! * along;
    }
  };
  const problem = plainField({
    name: who,
    dimension: d + m,
    field(z, out) {
      const r = residuals(z.subarray(0, d));
      for (let k = 0; k < d; k++) out[k] = ridge * z[k]!;
      for (const [i, row] of rows.entries()) {
        const coefficient = z[d + i]! * r[i]!;
        for (let k = 0; k < d; k++) out[k] = out[k]! + coefficient * row[k]!;
        out[d + i] = penalty * (m * z[d + i]! - 1) - r[i]! ** 2 / 2;
      }
    },
    jacobian: {
      apply: (z, v, out) => multiply(z, v, out, 1),
      applyTranspose: (z, u, out) => multiply(z, u, out, -1),
    },
    constraint: productSet([wholeSpace(d), weights]),
    blocks: [
      { name: "weights", shape: [d], offset: 0, size: d, player: "regression" },
      { name: "distribution", shape: [m], offset: d, size: m, player: "adversary" },
    ],
    game: {
      players: [
        { name: "regression", offset: 0, size: d, affine: false },
        { name: "adversary", offset: d, size: m, constraint: weights, affine: penalty === 0 },
      ],
      costs(z, out) {
        const value = worth(z.subarray(0, d), z.subarray(d));
        out[0] = value;
        out[1] = -value;
      },
    },
    description: {
      problem: who,
      level,
      penalty,
      ridge,
      inputs: dataHash([m, d], Float64Array.from(rows.flatMap((row) => [...row]))),
      targets: dataHash([m], targets),
    },
  });
  return {
    ...problem,
    certificate(z) {
      const [w, p] = [z.subarray(0, d), z.subarray(d)];
      const losses = residuals(w).map((r) => r ** 2 / 2);
      const worst = new Float64Array(m);
      if (penalty === 0) weights.support(losses, worst);
      else
        weights.project(
          losses.map((loss) => 1 / m + loss / (penalty * m)),
          worst,
        );
      return worth(w, worst) - worth(leastSquares(rows, targets, p, ridge), p);
    },
  };
}

/** Computes the argmin over w of sum p_i (x_i^T w - t_i)^2 / 2 + mu ||w||^2 / 2. */
function leastSquares(
  rows: readonly Float64Array[],
  targets: Float64Array,
  p: Float64Array,
  ridge: number,
): Float64Array {
  const d = rows[0]!.length;
  const gram = Matrix.eye(d).mul(ridge);
  const moment = Matrix.zeros(d, 1);
  for (const [i, row] of rows.entries()) {
    for (let j = 0; j < d; j++) {
      moment.set(j, 0, moment.get(j, 0) + p[i]! * row[j]! * targets[i]!);
      for (let k = 0; k < d; k++) gram.set(j, k, gram.get(j, k) + p[i]! * row[j]! * row[k]!);
    }
  }
  return Float64Array.from(solve(gram, moment).to1DArray());
}

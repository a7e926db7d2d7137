import { linearMap } from "../../src/linalg/makeLinearMap.ts";
import { gaussianData } from "../../src/problems/data/gaussianData.ts";
import { secondMoment } from "../../src/problems/data/secondMoment.ts";
import type { Problem } from "../../src/problems/problem.ts";

/** Row-major rows x columns. */
interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

const matrix = (rows: number, columns: number, values: Float64Array = new Float64Array(rows * columns)): Matrix => ({
  rows,
  columns,
  values,
});

function times(a: Matrix, b: Matrix): Matrix {
  const out = matrix(a.rows, b.columns);
  for (let i = 0; i < a.rows; i++) {
    for (let l = 0; l < a.columns; l++) {
      const ail = a.values[i * a.columns + l]!;
      for (let j = 0; j < b.columns; j++) out.values[i * b.columns + j]! += ail * b.values[l * b.columns + j]!;
    }
  }
  return out;
}

function transpose(a: Matrix): Matrix {
  const out = matrix(a.columns, a.rows);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.columns; j++) out.values[j * a.rows + i] = a.values[i * a.columns + j]!;
  }
  return out;
}

const plus = (a: Matrix, b: Matrix): Matrix =>
  matrix(
    a.rows,
    a.columns,
    a.values.map((x, i) => x + b.values[i]!),
  );

const timesNumber = (s: number, a: Matrix): Matrix =>
  matrix(
    a.rows,
    a.columns,
    a.values.map((x) => s * x),
  );

export interface ReferenceOptions {
  /** k. */
  readonly inputs: number;
  /** p. */
  readonly hidden: number;
  /** Sigma = X X^T / n, k x k. Default: of `samples` Gaussian samples with variances 1 ... k. */
  readonly moment?: Float64Array;
  /** Default 1000. */
  readonly samples?: number;
  /** Default 1. */
  readonly seed?: number;
}

/**
 * The deep linear autoencoder with derivatives written by hand on the second moments of its data.
 *
 * z = (W1, W2), W1 p x k, W2 k x p, M = W2 W1; L = ||X - M X||^2 / (k n) = tr((I - M) Sigma (I - M)^T) / k.
 * With D = dL/dM = (2/k) (M - I) Sigma: dL/dW1 = W2^T D, dL/dW2 = D W1^T; along (V1, V2) M' = W2 V1 + V2 W1,
 * D' = (2/k) M' Sigma, and H v = (W2^T D' + V2^T D, D' W1^T + D V1^T).
 */
export function referenceDeepLinearAutoencoder({
  inputs: k,
  hidden: p,
  samples = 1000,
  seed = 1,
  moment = secondMoment(gaussianData({ inputs: k, samples, seed }), k),
}: ReferenceOptions): Problem {
  const size = p * k;
  const sigma = matrix(k, k, moment);
  const split = (z: Float64Array): [Matrix, Matrix] => [
    matrix(p, k, z.slice(0, size)),
    matrix(k, p, z.slice(size, 2 * size)),
  ];
  const residual = (w1: Matrix, w2: Matrix): Matrix => {
    const m = times(w2, w1);
    for (let i = 0; i < k; i++) m.values[i * k + i]! -= 1;
    return m;
  };
  const join = (first: Matrix, second: Matrix, out: Float64Array): void => {
    out.set(first.values, 0);
    out.set(second.values, size);
  };
  return {
    name: "reference deep linear autoencoder",
    dimension: 2 * size,
    symmetric: true,
    evaluate(point, field) {
      const [w1, w2] = split(point);
      const m = residual(w1, w2);
      const ms = times(m, sigma);
      const d = timesNumber(2 / k, ms);
      join(times(transpose(w2), d), times(d, transpose(w1)), field);
      let trace = 0;
      for (let i = 0; i < k * k; i++) trace += ms.values[i]! * m.values[i]!;
      return trace / k;
    },
    linearize(point) {
      const [w1, w2] = split(point);
      const d = timesNumber(2 / k, times(residual(w1, w2), sigma));
      return linearMap({
        rows: 2 * size,
        columns: 2 * size,
        symmetric: true,
        apply(v, out) {
          const [v1, v2] = split(v);
          const dDot = timesNumber(2 / k, times(plus(times(w2, v1), times(v2, w1)), sigma));
          join(
            plus(times(transpose(w2), dDot), times(transpose(v2), d)),
            plus(times(dDot, transpose(w1)), times(d, transpose(v1))),
            out,
          );
        },
      });
    },
    blocks: [
      { name: "encoder", shape: [p, k], offset: 0, size },
      { name: "decoder", shape: [k, p], offset: size, size },
    ],
  };
}

import { linearMap } from "../../src/linalg/makeLinearMap.ts";
import type { Problem } from "../../src/problems/problem.ts";

export interface LinearModelOptions {
  /** n x d. */
  readonly x: Float64Array;
  /** n x m. */
  readonly y: Float64Array;
  readonly samples: number;
  /** left: W is d x m, Y = X W; right: W is m x d, Y = X W^T. */
  readonly side: "left" | "right";
}

/** ||X W - Y||^2 / (2 n), with the block `weights`. */
export function linearModel({ x, y, samples: n, side }: LinearModelOptions): Problem {
  const d = x.length / n;
  const m = y.length / n;
  const at = (i: number, o: number): number => (side === "left" ? i * m + o : o * d + i);
  /** out <- X^T (X W - s Y) / n; returns the squared residual / (2 n). */
  const gradient = (w: Float64Array, out: Float64Array, s: number): number => {
    out.fill(0);
    let value = 0;
    for (let row = 0; row < n; row++) {
      for (let o = 0; o < m; o++) {
        let residual = -s * y[row * m + o]!;
        for (let i = 0; i < d; i++) residual += x[row * d + i]! * w[at(i, o)]!;
        value += residual * residual;
        for (let i = 0; i < d; i++) out[at(i, o)]! += (x[row * d + i]! * residual) / n;
      }
    }
    return value / (2 * n);
  };
  const size = d * m;
  return {
    name: "linear model",
    dimension: size,
    symmetric: true,
    evaluate: (point, field) => gradient(point, field, 1),
    linearize: () =>
      linearMap({
        rows: size,
        columns: size,
        symmetric: true,
        apply: (v, out) => {
          gradient(v, out, 0);
        },
      }),
    blocks: [{ name: "weights", shape: side === "left" ? [d, m] : [m, d], offset: 0, size }],
  };
}

/** X W (n x m) of a point of {@link linearModel}, for any inputs of the same width. */
export function predictions(
  inputs: Float64Array,
  point: Float64Array,
  d: number,
  side: "left" | "right",
): Float64Array {
  const n = inputs.length / d;
  const m = point.length / d;
  const out = new Float64Array(n * m);
  for (let row = 0; row < n; row++) {
    for (let o = 0; o < m; o++) {
      for (let i = 0; i < d; i++) {
        out[row * m + o]! += inputs[row * d + i]! * point[side === "left" ? i * m + o : o * d + i]!;
      }
    }
  }
  return out;
}

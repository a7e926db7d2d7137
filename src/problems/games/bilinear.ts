import { failure } from "../../errors.ts";
import { linearMap } from "../../linalg/makeLinearMap.ts";
import { type Checked, readOptions } from "../../options.ts";
import type { Problem } from "../problem.ts";
import { matrix } from "../rules.ts";

export interface BilinearOptions {
  /** Matrix A, row by row: p rows of q numbers. Default: one row with one number, the coefficient. */
  readonly matrix?: readonly ArrayLike<number>[];
  /** Coefficient a in f = a x y. Default 1. Not allowed beside `matrix`. */
  readonly coefficient?: number;
}

const rules = { matrix, coefficient: {} } as const;

/**
 * Builds the bilinear game min over x, max over y of x^T A y, whose field is a pure rotation.
 *
 * z = (x, y) with x of length p and y of length q. F(z) = (A y, -A^T x) and J = [[0, A], [-A^T, 0]]. The equilibria are
 * the points with x in ker A^T and y in ker A. There is no potential, so the value is NaN. By default A = (1), so that
 * f = x y and F = (y, -x); gradient descent-ascent spirals outwards on it, and extragradient spirals inwards. The
 * blocks are `x` (player `minimiser`) and `y` (player `maximiser`).
 *
 * Cost of an evaluation or a product: 2 p q.
 *
 * @example iterate(bilinear(), [1, 1], extragradient({ stepSize: 0.5 }))
 * @param options {@link BilinearOptions}
 * @throws {RangeError} ERR_OPTION_RANGE if matrix and coefficient are both given, or the matrix is empty or ragged;
 *   ERR_NOT_FINITE if an entry is NaN or infinite
 * @see Korpelevich, "The extragradient method for finding saddle points and other problems", 1976
 */
export function bilinear(options: BilinearOptions = {}): Problem {
  const { rows: p, columns: q, values } = matrixOf(readOptions("bilinear", options, rules));
  const n = p + q;
  // Computes out <- s F(z), with s = 1, or s = -1 for the transpose J^T = -J.
  const multiply = (z: Float64Array, out: Float64Array, sign: number): void => {
    out.fill(0);
    for (let i = 0, at = 0; i < p; i++) {
      for (let j = 0; j < q; j++) {
        const a = sign * values[at++]!;
        out[i] = out[i]! + a * z[p + j]!;
        out[p + j] = out[p + j]! - a * z[i]!;
      }
    }
  };
  const jacobian = linearMap({
    rows: n,
    columns: n,
    apply: (v, out) => multiply(v, out, 1),
    applyTranspose: (u, out) => multiply(u, out, -1),
  });
  return {
    name: "bilinear",
    dimension: n,
    symmetric: false,
    evaluate(point, field) {
      multiply(point, field, 1);
      return Number.NaN;
    },
    linearize: () => jacobian,
    blocks: [
      { name: "x", shape: [p], offset: 0, size: p, player: "minimiser" },
      { name: "y", shape: [q], offset: p, size: q, player: "maximiser" },
    ],
    description: {
      problem: "bilinear",
      matrix: Array.from({ length: p }, (_, i) => Array.from(values.subarray(i * q, (i + 1) * q))),
    },
  };
}

function matrixOf(options: Checked<BilinearOptions, typeof rules>): {
  rows: number;
  columns: number;
  values: Float64Array;
} {
  if (options.matrix !== undefined && options.coefficient !== undefined) {
    throw failure(
      "ERR_OPTION_RANGE",
      "bilinear: expected matrix or coefficient, got both; multiply the matrix instead",
    );
  }
  const matrix = options.matrix ?? [[options.coefficient ?? 1]];
  const rows = matrix.length;
  const columns = matrix[0]?.length ?? 0;
  if (columns === 0) {
    throw failure(
      "ERR_OPTION_RANGE",
      "bilinear: expected a matrix of at least one row and one column, got an empty one",
    );
  }
  const values = new Float64Array(rows * columns);
  matrix.forEach((row, i) => {
    if (row.length !== columns) {
      throw failure("ERR_OPTION_RANGE", `bilinear: expected rows of ${columns} numbers, got ${row.length} in row ${i}`);
    }
    for (let j = 0; j < columns; j++) {
      const entry = row[j]!;
      if (!Number.isFinite(entry)) {
        throw failure("ERR_NOT_FINITE", `bilinear: expected finite entries, got ${entry} in row ${i}, column ${j}`);
      }
      values[i * columns + j] = entry;
    }
  });
  return { rows, columns, values };
}

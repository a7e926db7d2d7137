import type { JsonValue } from "../../json.ts";
import { denseProducts } from "../../linalg/dense/denseProducts.ts";
import { linearMap } from "../../linalg/makeLinearMap.ts";
import type { ConvexSet, Problem } from "../problem.ts";
import { productSet } from "../sets/productSet.ts";
import type { CertifiedProblem } from "./certified.ts";

export interface ZeroSumGame extends CertifiedProblem {
  /**
   * Gives the duality gap max over x' of x'^T A y - min over y' of x^T A y', by the support functions of the strategy
   * sets.
   */
  certificate(point: Float64Array): number;
  /** Gives the payoff x^T A y of the first player. */
  payoff(point: Float64Array): number;
}

interface ZeroSumParts {
  readonly name: string;
  /** Payoffs A of the first player, row by row; its strategies are the rows. */
  readonly values: Float64Array;
  /** Strategies X of the first player. */
  readonly rows: ConvexSet;
  /** Strategies Y of the second player. */
  readonly columns: ConvexSet;
  readonly players?: readonly [string, string];
  readonly description: JsonValue;
}

/**
 * Builds a bilinear zero-sum game on compact sets, in which x in X gets x^T A y from y in Y.
 *
 * F = (-A y, A^T x), and J is antisymmetric.
 *
 * Cost of an evaluation or a product: two passes over A, by the machine's BLAS if A is large.
 */
export function zeroSumGame(parts: ZeroSumParts): ZeroSumGame {
  const { name, values, rows, columns, players = ["row", "column"], description } = parts;
  const p = rows.dimension;
  const q = columns.dimension;
  const n = p + q;
  const products = denseProducts(p, q, values);
  // Computes out <- s (-A y, A^T x).
  const multiply = (z: Float64Array, out: Float64Array, sign: number): void => {
    products.apply(z.subarray(p), out.subarray(0, p));
    products.applyTranspose(z.subarray(0, p), out.subarray(p));
    for (let i = 0; i < p; i++) out[i] = -sign * out[i]!;
    if (sign < 0) for (let j = p; j < n; j++) out[j] = -out[j]!;
  };
  const jacobian = linearMap({
    rows: n,
    columns: n,
    apply: (v, out) => multiply(v, out, 1),
    applyTranspose: (u, out) => multiply(u, out, -1),
  });
  const payoff = (z: Float64Array): number => {
    const field = new Float64Array(n);
    multiply(z, field, 1);
    let sum = 0;
    for (let i = 0; i < p; i++) sum -= z[i]! * field[i]!;
    return sum;
  };
  const problem: Problem = {
    name,
    dimension: n,
    symmetric: false,
    evaluate(point, field) {
      multiply(point, field, 1);
      return Number.NaN;
    },
    linearize: () => jacobian,
    constraint: productSet([rows, columns]),
    blocks: [
      { name: "x", shape: [p], offset: 0, size: p, player: players[0] },
      { name: "y", shape: [q], offset: p, size: q, player: players[1] },
    ],
    game: {
      players: [
        { name: players[0], offset: 0, size: p, constraint: rows, affine: true },
        { name: players[1], offset: p, size: q, constraint: columns, affine: true },
      ],
      costs(point, out) {
        const got = payoff(point);
        out[0] = -got;
        out[1] = got;
      },
    },
    description,
  };
  return {
    ...problem,
    payoff,
    certificate(point) {
      const field = new Float64Array(n);
      multiply(point, field, -1);
      return rows.support(field.subarray(0, p)) + columns.support(field.subarray(p));
    },
  };
}

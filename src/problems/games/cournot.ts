import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import { plainField } from "../plainField.ts";
import { positive, vector } from "../rules.ts";
import { orthant } from "../sets/box.ts";
import { finiteVector } from "../sets/convexSet.ts";
import type { SolvedProblem } from "./certified.ts";

export interface CournotOptions {
  /** Marginal cost c_i of each firm at quantity 0. */
  readonly costs: ArrayLike<number>;
  /** Rise d_i >= 0 of each marginal cost per unit of quantity. Default 0. */
  readonly costSlopes?: ArrayLike<number>;
  /** Price a at which nothing is bought. Default 10. */
  readonly intercept?: number;
  /** Fall b > 0 of the price per unit of quantity. Default 1. */
  readonly slope?: number;
}

const rules = {
  costs: { ...vector, required: true },
  costSlopes: vector,
  intercept: { default: 10 },
  slope: { ...positive, default: 1 },
} as const;

export interface Cournot extends SolvedProblem {
  /** Gives the price a - b sum q. */
  price(point: Float64Array): number;
}

/**
 * Builds Cournot's oligopoly: firm i sells q_i >= 0 at the price a - b sum q and has the costs c_i q_i + d_i q_i^2 / 2.
 *
 * F_i = c_i + d_i q_i - a + b sum q + b q_i, which is strongly monotone with modulus at least b. The only equilibrium
 * is known: with Q = sum q, q_i = max(0, a - c_i - b Q) / (b + d_i). Q solves an equation that is linear between the
 * costs; firms enter it from the cheapest on.
 *
 * Cost of an evaluation or a product: O(n) for n firms.
 *
 * @example cournot({ costs: [1, 4] }).solutions[0] // [4, 1]
 * @param options {@link CournotOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options
 * @throws {RangeError} ERR_OPTION_RANGE for a slope that is not positive or a cost slope below 0; ERR_LENGTH for
 *   another number of cost slopes than costs; ERR_NOT_FINITE for NaN or infinities
 * @see Cournot, "Recherches sur les principes mathématiques de la théorie des richesses", 1838
 */
export function cournot(options: CournotOptions): Cournot {
  const { costs, costSlopes, intercept: a, slope: b } = readOptions("cournot", options, rules);
  const c = finiteVector("cournot", "costs", costs);
  const n = c.length;
  const d = finiteVector("cournot", "costSlopes", costSlopes ?? new Float64Array(n), n);
  if (d.some((slope) => slope < 0)) {
    throw failure("ERR_OPTION_RANGE", `cournot: expected cost slopes of at least 0, got ${Math.min(...d)}`);
  }
  const total = (z: Float64Array): number => z.reduce((sum, q) => sum + q, 0);
  const set = orthant(n);
  const names = Array.from(c, (_, i) => `firm${i + 1}`);
  const multiply = (_: Float64Array, v: Float64Array, out: Float64Array): void => {
    const sum = total(v);
    for (let i = 0; i < n; i++) out[i] = (b + d[i]!) * v[i]! + b * sum;
  };
  const problem = plainField({
    name: "cournot",
    dimension: n,
    field(z, out) {
      multiply(z, z, out);
      for (let i = 0; i < n; i++) out[i] = out[i]! + c[i]! - a;
    },
    jacobian: { apply: multiply },
    symmetric: true,
    constraint: set,
    blocks: names.map((name, i) => ({ name, shape: [], offset: i, size: 1, player: name })),
    game: {
      players: names.map((name, i) => ({ name, offset: i, size: 1, constraint: orthant(1), affine: false })),
      costs(z, out) {
        const price = a - b * total(z);
        for (let i = 0; i < n; i++) out[i] = (c[i]! - price + (d[i]! / 2) * z[i]!) * z[i]!;
      },
    },
    description: { problem: "cournot", costs: [...c], costSlopes: [...d], intercept: a, slope: b },
  });
  return { ...problem, price: (z) => a - b * total(z), solutions: [equilibrium(c, d, a, b)] };
}

/** Lets firms enter from the cheapest on, as long as the price without them exceeds their cost. */
function equilibrium(c: Float64Array, d: Float64Array, a: number, b: number): Float64Array {
  const order = Array.from(c, (_, i) => i).sort((i, j) => c[i]! - c[j]!);
  // With the firms so far, Q = sum (a - c_i - b Q) / (b + d_i).
  let offered = 0;
  let weight = 0;
  let sold = 0;
  for (const i of order) {
    if (a - c[i]! - b * sold <= 0) break;
    offered += (a - c[i]!) / (b + d[i]!);
    weight += b / (b + d[i]!);
    sold = offered / (1 + weight);
  }
  return c.map((cost, i) => Math.max(0, a - cost - b * sold) / (b + d[i]!));
}

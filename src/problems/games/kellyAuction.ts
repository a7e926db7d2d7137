import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import { plainField } from "../plainField.ts";
import { vector } from "../rules.ts";
import { budgetSet } from "../sets/budgetSet.ts";
import { finiteVector } from "../sets/convexSet.ts";
import { productSet } from "../sets/productSet.ts";
import { bestBids } from "./bestBids.ts";
import type { CertifiedProblem } from "./certified.ts";

export interface KellyAuctionOptions {
  /** Worth g_i > 0 of a unit to bidder i. */
  readonly gains: ArrayLike<number>;
  /** Quantity q_s > 0 of resource s. Default: one resource of quantity 1. */
  readonly quantities?: ArrayLike<number>;
  /** Reserve bid d_s > 0 for resource s, which keeps shares defined if nobody bids. Default 1 for each. */
  readonly reserves?: ArrayLike<number>;
  /** Budget b_i > 0 of bidder i for all resources together. Default 10 for each. */
  readonly budgets?: ArrayLike<number>;
}

const rules = {
  gains: { ...vector, required: true },
  quantities: { ...vector, default: [1] },
  // The defaults depend on the numbers of resources and of bidders.
  reserves: vector,
  budgets: vector,
} as const;

/**
 * Builds Kelly's proportional auction with budgets, in which each bidder gets of each resource the share that its bid
 * has among all bids.
 *
 * Bidder i maximises u_i = sum_s g_i q_s x_is / (d_s + sum_j x_js) - x_is over x_i >= 0 with sum_s x_is <= b_i. z holds
 * the bids, bidder by bidder. With D_s = d_s + sum_j x_js, F_is = 1 - g_i q_s (D_s - x_is) / D_s^2. Each u_i is concave
 * in x_i, so the solutions are the Nash equilibria.
 *
 * `certificate` is NashConv, the sum of what the bidders could gain by best responses. These are exact to rounding, by
 * bisection on the price of the budget. With one resource, N equal bidders and sufficient budgets, the bids solve
 * g q (D - x) = D^2, which for d -> 0 gives x = g q (N - 1) / N^2.
 *
 * Cost of an evaluation or a product: O(bidders x resources).
 *
 * @example kellyAuction({ gains: [2, 3, 4], quantities: [100, 50], budgets: [20, 20, 30] })
 * @param options {@link KellyAuctionOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options
 * @throws {RangeError} ERR_OPTION_RANGE for numbers that are not positive; ERR_LENGTH for lists that do not fit;
 *   ERR_NOT_FINITE for NaN or infinities
 * @see Kelly, "Charging and rate control for elastic traffic", 1997, doi:10.1002/ett.4460080106
 * @see Johari and Tsitsiklis, "Efficiency loss in a network resource allocation game", 2004, doi:10.1287/moor.1040.0091
 */
export function kellyAuction(options: KellyAuctionOptions): CertifiedProblem {
  const { gains, quantities, reserves, budgets } = readOptions("kellyAuction", options, rules);
  const g = positive("gains", gains);
  const q = positive("quantities", quantities);
  const [bidders, resources] = [g.length, q.length];
  const d = positive("reserves", reserves ?? new Float64Array(resources).fill(1), resources);
  const b = positive("budgets", budgets ?? new Float64Array(bidders).fill(10), bidders);
  const n = bidders * resources;
  // Adds the sums of the columns to `from`, such as D_s = d_s + sum_j x_js.
  const columns = (z: Float64Array, from: ArrayLike<number>): Float64Array => {
    const sums = Float64Array.from(from);
    for (let at = 0; at < n; at++) sums[at % resources] = sums[at % resources]! + z[at]!;
    return sums;
  };
  const none = new Float64Array(resources);
  const sets = Array.from(b, (budget) => budgetSet(resources, { budget }));
  const names = Array.from(g, (_, i) => `bidder${i + 1}`);
  const costs = (z: Float64Array, out: Float64Array): void => {
    const sums = columns(z, d);
    for (let i = 0; i < bidders; i++) {
      let cost = 0;
      for (let s = 0; s < resources; s++) {
        const x = z[i * resources + s]!;
        cost += x - (g[i]! * q[s]! * x) / sums[s]!;
      }
      out[i] = cost;
    }
  };
  // dF_is = g_i q_s (dx_is / D^2 - dD / D^2 + 2 (D - x_is) dD / D^3).
  const own = (i: number, s: number, D: number): number => (g[i]! * q[s]!) / (D * D);
  const others = (i: number, s: number, D: number, x: number): number => (g[i]! * q[s]! * (D - 2 * x)) / (D * D * D);
  const problem = plainField({
    name: "kellyAuction",
    dimension: n,
    field(z, out) {
      const sums = columns(z, d);
      for (let at = 0; at < n; at++) {
        const s = at % resources;
        const D = sums[s]!;
        out[at] = 1 - (g[(at - s) / resources]! * q[s]! * (D - z[at]!)) / (D * D);
      }
    },
    jacobian: {
      apply(z, v, out) {
        const sums = columns(z, d);
        const moved = columns(v, none);
        for (let at = 0; at < n; at++) {
          const s = at % resources;
          const i = (at - s) / resources;
          const D = sums[s]!;
          out[at] = own(i, s, D) * v[at]! + others(i, s, D, z[at]!) * moved[s]!;
        }
      },
      applyTranspose(z, u, out) {
        const sums = columns(z, d);
        const pulled = new Float64Array(resources);
        for (let at = 0; at < n; at++) {
          const s = at % resources;
          pulled[s] = pulled[s]! + others((at - s) / resources, s, sums[s]!, z[at]!) * u[at]!;
        }
        for (let at = 0; at < n; at++) {
          const s = at % resources;
          out[at] = own((at - s) / resources, s, sums[s]!) * u[at]! + pulled[s]!;
        }
      },
    },
    constraint: productSet(sets),
    blocks: names.map((name, i) => ({
      name,
      shape: [resources],
      offset: i * resources,
      size: resources,
      player: name,
    })),
    game: {
      players: names.map((name, i) => ({
        name,
        offset: i * resources,
        size: resources,
        constraint: sets[i]!,
        affine: false,
      })),
      costs,
    },
    description: {
      problem: "kellyAuction",
      gains: [...g],
      quantities: [...q],
      reserves: [...d],
      budgets: [...b],
    },
  });
  return {
    ...problem,
    certificate(z) {
      const now = new Float64Array(bidders);
      costs(z, now);
      const sums = columns(z, d);
      let gained = 0;
      for (let i = 0; i < bidders; i++) {
        const rivals = sums.map((sum, s) => sum - z[i * resources + s]!);
        const worth = q.map((quantity) => g[i]! * quantity);
        const bids = bestBids(worth, rivals, b[i]!);
        let best = 0;
        for (let s = 0; s < resources; s++) best += bids[s]! - (worth[s]! * bids[s]!) / (rivals[s]! + bids[s]!);
        gained += now[i]! - best;
      }
      return gained;
    },
  };
}

function positive(what: string, values: ArrayLike<number>, length?: number): Float64Array {
  const copy = finiteVector("kellyAuction", what, values, length);
  const bad = copy.findIndex((value) => !(value > 0));
  if (bad < 0 && copy.length > 0) return copy;
  throw failure("ERR_OPTION_RANGE", `kellyAuction: expected positive ${what}, got ${copy[bad] ?? "none"}`);
}

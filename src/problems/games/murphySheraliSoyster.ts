import { pow } from "../../elementary/index.ts";
import { plainField } from "../plainField.ts";
import { orthant } from "../sets/box.ts";
import type { SolvedProblem } from "./certified.ts";

const costs = [10, 8, 6, 4, 2];
const exponents = [1.2, 1.1, 1, 0.9, 0.8];
const scale = 5;
const elasticity = 1.1;
const demandAtOne = 5000;
/** Equilibrium quantities, computed by scripts/oligopolyReference.py. */
const equilibrium = [36.93251081573577, 41.818141660437625, 43.706578522274214, 42.65923974330512, 39.178952516625024];

/**
 * Builds the oligopoly of Murphy, Sherali and Soyster: five firms with convex costs, and demand of constant elasticity.
 *
 * The cost of q_i for firm i is c_i q_i + b_i / (1 + b_i) 5^(-1/b_i) q_i^((1 + b_i) / b_i), and the price is
 * p(Q) = (5000 / Q)^(1/1.1). F_i = c_i + (q_i / 5)^(1/b_i) - p (1 - q_i / (1.1 Q)) on q >= 0, with c = (10, 8, 6, 4, 2)
 * and b = (1.2, 1.1, 1, 0.9, 0.8). The equilibrium is (36.93, 41.82, 43.71, 42.66, 39.18). At Q = 0 the price is
 * infinite, so start from positive quantities.
 *
 * Cost of an evaluation: six powers.
 *
 * @example murphySheraliSoyster().solutions[0]
 * @see Murphy, Sherali and Soyster, "A mathematical programming approach for determining oligopolistic market
 *   equilibrium", 1982, doi:10.1007/BF01585096
 */
export function murphySheraliSoyster(): SolvedProblem {
  const n = costs.length;
  const total = (z: Float64Array): number => z.reduce((sum, q) => sum + q, 0);
  const price = (sold: number): number => pow(demandAtOne / sold, 1 / elasticity);
  // Methods try negative quantities too, so the power is continued to them.
  const power = (q: number, exponent: number): number => Math.sign(q) * pow(Math.abs(q / scale), exponent);
  // dF_i/dq_j is common_i, plus own_i if j = i.
  const slopes = (z: Float64Array): { own: Float64Array; common: Float64Array } => {
    const sold = total(z);
    const p = price(sold);
    const fall = p / (elasticity * sold);
    return {
      // The derivative with respect to q_i of the cost's slope, and of p q_i / (1.1 Q) at fixed Q.
      own: z.map((q, i) => pow(Math.abs(q / scale), 1 / exponents[i]! - 1) / (scale * exponents[i]!) + fall),
      // The derivative with respect to Q of -p + p q_i / (1.1 Q).
      common: z.map((q) => fall - (fall * q * (1 + 1 / elasticity)) / sold),
    };
  };
  const names = costs.map((_, i) => `firm${i + 1}`);
  const problem = plainField({
    name: "murphySheraliSoyster",
    dimension: n,
    field(z, out) {
      const sold = total(z);
      const p = price(sold);
      for (let i = 0; i < n; i++) {
        out[i] = costs[i]! + power(z[i]!, 1 / exponents[i]!) - p * (1 - z[i]! / (elasticity * sold));
      }
    },
    jacobian: {
      apply(z, v, out) {
        const { own, common } = slopes(z);
        const moved = total(v);
        for (let i = 0; i < n; i++) out[i] = own[i]! * v[i]! + common[i]! * moved;
      },
      applyTranspose(z, u, out) {
        const { own, common } = slopes(z);
        const pulled = u.reduce((sum, x, i) => sum + x * common[i]!, 0);
        for (let i = 0; i < n; i++) out[i] = own[i]! * u[i]! + pulled;
      },
    },
    constraint: orthant(n),
    blocks: names.map((name, i) => ({ name, shape: [], offset: i, size: 1, player: name })),
    game: {
      players: names.map((name, i) => ({ name, offset: i, size: 1, constraint: orthant(1), affine: false })),
      costs(z, out) {
        const p = price(total(z));
        for (let i = 0; i < n; i++) {
          const b = exponents[i]!;
          out[i] = (costs[i]! - p + (b / (1 + b)) * power(z[i]!, 1 / b)) * z[i]!;
        }
      },
    },
    description: { problem: "murphySheraliSoyster" },
  });
  return { ...problem, solutions: [Float64Array.from(equilibrium)] };
}

import { exp, log1p } from "../../elementary/index.ts";
import { readOptions } from "../../options.ts";
import type { ConvexSet } from "../problem.ts";
import { positive } from "../rules.ts";
import { boxSlice } from "./boxSlice.ts";
import { checkDimension, setOf, unitRow } from "./convexSet.ts";

export interface CappedSimplexOptions {
  /** Sum of the coordinates, positive. Default 1. */
  readonly total?: number;
  /** Upper bound of each coordinate, positive. Default 1. */
  readonly cap?: number;
}

const rules = { total: { ...positive, default: 1 }, cap: { ...positive, default: 1 } } as const;

/**
 * Makes the capped simplex {0 <= u <= cap, sum u = total}, for example for portfolios with a limit or for the weights
 * of the conditional value at risk.
 *
 * Projection: u_i = min(cap, max(0, z_i - tau)), exact by sorted breakpoints. Support: the largest entries are filled
 * to the cap. Entropic projection: u_i = min(cap, c exp(l_i)). `someElement`: all coordinates equal.
 *
 * Cost: O(n log n) for each of these.
 *
 * @example
 * const nearest = new Float64Array(3);
 * cappedSimplex(3, { cap: 0.5 }).project(Float64Array.of(2, 0, 0), nearest);
 * console.log(nearest.join(" "));
 * // 0.5 0.25 0.25
 * @param options {@link CappedSimplexOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for sizes that are not positive; ERR_EMPTY_SET if dimension * cap < total
 * @see Wang and Lu, "Projection onto the capped simplex", 2015, arXiv:1503.01002
 */
export function cappedSimplex(dimension: number, options: CappedSimplexOptions = {}): ConvexSet {
  checkDimension("cappedSimplex", dimension);
  const { total, cap } = readOptions("cappedSimplex", options, rules);
  const lower = new Float64Array(dimension);
  const upper = new Float64Array(dimension).fill(cap);
  const ones = new Float64Array(dimension).fill(1);
  const slice = boxSlice("cappedSimplex", lower, upper, ones, total);
  return setOf({
    name: "cappedSimplex",
    dimension,
    bounded: true,
    ...slice,
    someElement: (out) => out.fill(total / dimension),
    projectEntropic: (logarithms, out) => capped(logarithms, total, cap, out),
    linearConstraints: () => ({
      inequalities: [-1, 1].flatMap((sign) => Array.from({ length: dimension }, (_, i) => unitRow(dimension, i, sign))),
      bounds: [...new Array<number>(dimension).fill(0), ...new Array<number>(dimension).fill(cap)],
      equalities: [ones],
      values: [total],
    }),
  });
}

/**
 * Puts the k largest entries at the cap and the others at c exp(l), with the smallest k for which none exceeds the cap.
 */
function capped(logarithms: Float64Array, total: number, cap: number, out: Float64Array): void {
  const n = logarithms.length;
  const order = Array.from(logarithms, (_, i) => i).sort((i, j) => logarithms[j]! - logarithms[i]!);
  // Logarithms of the sums of exp(l) from the place k on, summed from the smallest.
  const tails = new Float64Array(n).fill(Number.NEGATIVE_INFINITY);
  for (let k = n - 1, rest = Number.NEGATIVE_INFINITY; k >= 0; k--) {
    const l = logarithms[order[k]!]!;
    rest = l === Number.NEGATIVE_INFINITY ? rest : l + log1p(exp(rest - l));
    tails[k] = rest;
  }
  // The share of the place j if the first k are at the cap. The shares are equal if no weight is left.
  const share = (j: number, k: number): number => {
    const rest = Math.max(0, total - k * cap);
    if (tails[k] === Number.NEGATIVE_INFINITY) return rest / (n - k);
    return rest * exp(logarithms[order[j]!]! - tails[k]!);
  };
  let k = 0;
  while (k < n && share(k, k) > cap) k++;
  order.forEach((i, place) => {
    out[i] = place < k ? cap : Math.min(cap, share(place, k));
  });
}

import { exp, log } from "../../elementary/index.ts";
import type { ConvexSet } from "../problem.ts";
import { checkDimension, checkPositive, convexSet, unitRow } from "./convexSet.ts";
import { faceMap } from "./faceMap.ts";
import { largestAt, simplexProjection, softmax } from "./simplex.ts";

export interface BudgetSetOptions {
  /** What the coordinates may add up to; default 1. */
  readonly budget?: number;
}

/**
 * What a budget buys, {u >= 0, sum u <= budget}: a simplex with its inside.
 *
 * Projection: max(0, z) where that is within the budget, else the projection on the simplex; O(n) as a rule, O(n log n) at
 * worst. Support: budget times the largest positive entry, else 0. `someElement`: half the budget, spread evenly.
 *
 * @example budgetSet(2, { budget: 10 }).project(Float64Array.of(-1, 4), out) // [0, 4]
 * @throws {RangeError} ERR_OPTION_RANGE for a dimension that is no positive integer or a budget that is not positive
 */
export function budgetSet(dimension: number, { budget = 1 }: BudgetSetOptions = {}): ConvexSet {
  checkDimension("budgetSet", dimension);
  checkPositive("budgetSet", "budget", budget);
  const onSimplex = simplexProjection(dimension, budget);
  const spent = (point: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < dimension; i++) sum += Math.max(0, point[i]!);
    return sum;
  };
  return convexSet({
    name: "budgetSet",
    dimension,
    bounded: true,
    project(point, out) {
      if (!(spent(point) <= budget)) onSimplex(point, out);
      else for (let i = 0; i < dimension; i++) out[i] = Math.max(0, point[i]!);
    },
    support(gradient, at) {
      const best = largestAt(gradient);
      at?.fill(0);
      if (gradient[best]! <= 0) return 0;
      if (at !== undefined) at[best] = budget;
      return budget * gradient[best]!;
    },
    someElement: (out) => out.fill(budget / (2 * dimension)),
    projectEntropic(logarithms, out) {
      // One entry beyond the budget decides before its exponential can overflow.
      let sum = logarithms[largestAt(logarithms)]! > log(budget) ? Number.POSITIVE_INFINITY : 0;
      if (sum === 0) for (const l of logarithms) sum += exp(l);
      if (!(sum <= budget)) softmax(logarithms, budget, out);
      else for (let i = 0; i < dimension; i++) out[i] = exp(logarithms[i]!);
    },
    linearizeProjection(point) {
      if (spent(point) <= budget) return faceMap(Array.from(point, (z) => z > 0));
      const nearest = new Float64Array(dimension);
      onSimplex(point, nearest);
      return faceMap(
        Array.from(nearest, (u) => u > 0),
        () => 1,
      );
    },
    linearConstraints: () => ({
      inequalities: [
        ...Array.from({ length: dimension }, (_, i) => unitRow(dimension, i, -1)),
        new Float64Array(dimension).fill(1),
      ],
      bounds: [...new Array<number>(dimension).fill(0), budget],
      equalities: [],
      values: [],
    }),
  });
}

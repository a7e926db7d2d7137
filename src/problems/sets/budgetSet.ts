import { exp, log } from "../../elementary/index.ts";
import { readOptions } from "../../options.ts";
import type { ConvexSet } from "../problem.ts";
import { positive } from "../rules.ts";
import { checkDimension, setOf, unitRow } from "./convexSet.ts";
import { faceMap } from "./faceMap.ts";
import { largestAt, simplexProjection, softmax } from "./simplex.ts";

export interface BudgetSetOptions {
  /** Upper bound of the sum of the coordinates, positive. Default 1. */
  readonly budget?: number;
}

const rules = { budget: { ...positive, default: 1 } } as const;

/**
 * Makes the budget set {u >= 0, sum u <= budget}: a simplex with its inside.
 *
 * Projection: max(0, z) if that is within the budget, else the projection on the simplex. Support: budget times the
 * largest entry if that is positive, else 0. `someElement`: half the budget, spread evenly.
 *
 * Cost of a projection: usually O(n), at worst O(n log n).
 *
 * @example
 * const nearest = new Float64Array(2);
 * budgetSet(2, { budget: 10 }).project(Float64Array.of(-1, 4), nearest);
 * console.log(nearest.join(" "));
 * // 0 4
 * @param options {@link BudgetSetOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for a dimension that is not a positive integer or a budget that is not positive
 */
export function budgetSet(dimension: number, options: BudgetSetOptions = {}): ConvexSet {
  checkDimension("budgetSet", dimension);
  const { budget } = readOptions("budgetSet", options, rules);
  const onSimplex = simplexProjection(dimension, budget);
  const spent = (point: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < dimension; i++) sum += Math.max(0, point[i]!);
    return sum;
  };
  return setOf({
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
      // An entry beyond the budget must decide before its exponential can overflow.
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

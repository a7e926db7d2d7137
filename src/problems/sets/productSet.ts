import { failure } from "../../errors.ts";
import type { LinearMap } from "../../linalg/linearMap.ts";
import { linearMap } from "../../linalg/makeLinearMap.ts";
import { norm } from "../../linalg/vector.ts";
import type { ConvexSet, LinearConstraints } from "../problem.ts";
import { checkSets } from "../traced/arguments.ts";
import { setOf, stepDisplacement } from "./convexSet.ts";

/**
 * Makes the product C_1 x C_2 x ... of sets, such as the strategies of several players. Its points hold those of the
 * factors, one after the other.
 *
 * Everything is done factor by factor. If a factor lacks an optional function, the product lacks it too.
 *
 * Cost: the sum of the factors' costs.
 *
 * @example productSet([simplex(3), ball([0, 0])]) // of dimension 5
 * @throws {RangeError} ERR_LENGTH without a factor
 */
export function productSet(sets: readonly ConvexSet[]): ConvexSet {
  checkSets("productSet", sets);
  if (sets.length === 0) throw failure("ERR_LENGTH", "productSet: expected at least one set, got none");
  let dimension = 0;
  const factors = sets.map((set) => {
    const from = dimension;
    dimension += set.dimension;
    const to = dimension;
    return { set, from, of: (z: Float64Array): Float64Array => z.subarray(from, to) };
  });
  const lacks = (what: "projectEntropic" | "linearizeProjection" | "linearConstraints"): boolean =>
    sets.some((set) => set[what] === undefined);
  return setOf({
    name: "productSet",
    dimension,
    bounded: () => sets.every((set) => set.bounded),
    project(point, out) {
      for (const { set, of } of factors) set.project(of(point), of(out));
    },
    displacement(point, stepSize, direction, out) {
      for (const { set, of } of factors) stepDisplacement(set, of(point), stepSize, of(direction), of(out));
    },
    support(gradient, at) {
      let sum = 0;
      for (const { set, of } of factors) sum += set.support(of(gradient), at && of(at));
      return sum;
    },
    distance: (point) => norm(Float64Array.from(factors, ({ set, of }) => set.distance(of(point)))),
    someElement(out) {
      for (const { set, of } of factors) startOf(set, of(out));
    },
    ...(sets.some((set) => set.inexactProjections !== undefined) && {
      inexactProjections: () => sets.reduce((sum, set) => sum + (set.inexactProjections?.() ?? 0), 0),
    }),
    ...(!lacks("projectEntropic") && {
      projectEntropic(logarithms: Float64Array, out: Float64Array): void {
        for (const { set, of } of factors) set.projectEntropic!(of(logarithms), of(out));
      },
    }),
    ...(!lacks("linearizeProjection") && {
      linearizeProjection(point: Float64Array): LinearMap {
        const maps = factors.map(({ set, of }) => set.linearizeProjection!(of(point)));
        return linearMap({
          rows: dimension,
          columns: dimension,
          symmetric: true,
          apply: (v, out) => {
            for (const [k, { of }] of factors.entries()) maps[k]!.apply(of(v), of(out));
          },
        });
      },
    }),
    ...(!lacks("linearConstraints") && {
      linearConstraints(): LinearConstraints {
        const parts = factors.map(({ set, from }) => ({ from, ...set.linearConstraints!() }));
        const placed = (rows: readonly Float64Array[], from: number): Float64Array[] =>
          rows.map((row) => {
            const wide = new Float64Array(dimension);
            wide.set(row, from);
            return wide;
          });
        return {
          inequalities: parts.flatMap(({ inequalities, from }) => placed(inequalities, from)),
          bounds: parts.flatMap(({ bounds }) => bounds),
          equalities: parts.flatMap(({ equalities, from }) => placed(equalities, from)),
          values: parts.flatMap(({ values }) => values),
        };
      },
    }),
  });
}

/** Writes an element of a set into `out`: its own choice if it has one, else the projection of 0. */
function startOf(set: ConvexSet, out: Float64Array): void {
  if (set.someElement !== undefined) {
    set.someElement(out);
    return;
  }
  out.fill(0);
  set.project(out, out);
}

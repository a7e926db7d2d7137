/** The sets of the tests of games, in any units. */
import type { ConvexSet } from "../../src/problems/problem.ts";
import {
  affineSubspace,
  ball,
  box,
  budgetSet,
  cappedSimplex,
  halfSpace,
  intersectionSet,
  orthant,
  polyhedron,
  productSet,
  secondOrderCone,
  simplex,
  wholeSpace,
} from "../../src/problems/sets/index.ts";

export interface SetInUnits {
  readonly name: string;
  /** Makes t C from numbers that are t times those of C. */
  readonly make: (t: number) => ConvexSet | undefined;
  readonly bounded: boolean;
  /** Whether it is a product of a set of the first two numbers and one of the last two. */
  readonly product: boolean;
  readonly entropic: boolean;
}

const times = (t: number, ...values: readonly number[]): number[] => values.map((x) => t * x);
const set = (
  name: string,
  make: SetInUnits["make"],
  ...kinds: readonly ("bounded" | "product" | "entropic")[]
): SetInUnits => ({
  name,
  make,
  bounded: kinds.includes("bounded"),
  product: kinds.includes("product"),
  entropic: kinds.includes("entropic"),
});

/** Sets of four numbers. */
export const setsInUnits: readonly SetInUnits[] = [
  set("none", () => undefined, "product"),
  set("orthant", () => orthant(4), "product", "entropic"),
  set("box", (t) => box(times(t, -1, -1, 0, 0), times(t, 1, 0.5, 1, 2)), "bounded", "product"),
  set("ball", (t) => ball(times(t, 0.5, 0, 0, 0), t), "bounded"),
  set("simplex", (t) => simplex(4, { total: 2 * t }), "bounded", "entropic"),
  set("cappedSimplex", (t) => cappedSimplex(4, { total: 2 * t, cap: 0.8 * t }), "bounded", "entropic"),
  set("budgetSet", (t) => budgetSet(4, { budget: 1.5 * t }), "bounded", "entropic"),
  set("halfSpace", (t) => halfSpace([1, 1, -1, 0], 0.3 * t)),
  set("affineSubspace", (t) => affineSubspace([[1, 1, 1, 1]], [t])),
  set("secondOrderCone", () => secondOrderCone(4)),
  set("polyhedron", (t) =>
    polyhedron({
      inequalities: {
        matrix: [[1, 1, 0, 0], [0, 1, 1, -1], [-1, 0, 0, 2]], // biome-ignore format: a matrix
        bounds: times(t, 0.5, 0.4, 1),
      },
    }),
  ),
  set("productSet", (t) => productSet([simplex(2, { total: t }), ball([0, 0], t)]), "bounded", "product"),
  set(
    "two simplices",
    (t) => productSet([simplex(2, { total: t }), simplex(2, { total: t })]),
    "bounded",
    "product",
    "entropic",
  ),
  set("intersectionSet", (t) => intersectionSet([ball([0, 0, 0, 0], t), orthant(4)]), "bounded"),
];

/** These sets in their own units, of each kind one, with no set as the whole space. */
export const gameSets: readonly ConvexSet[] = setsInUnits
  .filter(({ name }) => name !== "two simplices")
  .map(({ make }) => make(1) ?? wholeSpace(4));

/** Problems without a solution: complementarity problems, games, saddle points, variational inequalities, minimisation. */
import { linearMap } from "../../src/linalg/makeLinearMap.ts";
import type { Problem } from "../../src/problems/problem.ts";
import {
  affineSubspace,
  box,
  halfSpace,
  intersectionSet,
  orthant,
  polyhedron,
  productSet,
  secondOrderCone,
  simplex,
  wholeSpace,
} from "../../src/problems/sets/index.ts";
import { affine, blocksOf, type Parts } from "./games.ts";

export interface Unsolvable {
  readonly name: string;
  readonly problem: Problem;
  readonly start: readonly number[];
  /**
   * What the direction of the iterates means; undefined where the field fades so fast, or turns so much, that no
   * direction is claimed.
   */
  readonly escape?: "unbounded" | "infeasible";
}

const inf = Number.POSITIVE_INFINITY;

/** F_i(z) = f(z_i), with the derivative of f. */
function separable(
  f: (z: number) => number,
  derivative: (z: number) => number,
  n: number,
  parts: Parts = { symmetric: true },
): Problem {
  return {
    name: "separable",
    dimension: n,
    symmetric: parts.symmetric === true,
    blocks: blocksOf(n, parts.players),
    ...(parts.set === undefined ? {} : { constraint: parts.set }),
    evaluate(point, field) {
      for (let i = 0; i < n; i++) field[i] = f(point[i]!);
      return Number.NaN;
    },
    linearize(point) {
      const slopes = point.map(derivative);
      const apply = (v: Float64Array, out: Float64Array): void => {
        for (let i = 0; i < n; i++) out[i] = slopes[i]! * v[i]!;
      };
      return linearMap({ rows: n, columns: n, symmetric: true, apply });
    },
  };
}

const zero1 = [[0]];
const zero2 = [
  [0, 0],
  [0, 0],
];
const duel = { minimiser: 1, maximiser: 1 };
const ones = [
  [0.5, 0.5],
  [0.5, 0.5],
];

/** The conditions of min c^T x over A x >= b, x >= 0, with multipliers as second player. */
function linearProgramme(a: readonly (readonly number[])[], b: readonly number[], c: readonly number[]): Problem {
  const [m, n] = [b.length, c.length];
  const rows = [
    ...c.map((_, j) => [...new Array<number>(n).fill(0), ...a.map((row) => -row[j]!)]),
    ...a.map((row) => [...row, ...new Array<number>(m).fill(0)]),
  ];
  const players = { minimiser: n, maximiser: m };
  return affine(rows, [...c, ...b.map((x) => -x)], { set: orthant(n + m), players });
}

export const unsolvable: readonly Unsolvable[] = [
  // Complementarity problems.
  { name: "F = -1 on x >= 0", problem: affine(zero1, [-1], { set: orthant(1) }), start: [0], escape: "infeasible" },
  {
    name: "F = (-1, -1) on the orthant",
    problem: affine(zero2, [-1, -1], { set: orthant(2) }),
    start: [1, 0.5],
    escape: "infeasible",
  },
  {
    name: "one of two complementarity conditions cannot hold",
    problem: affine([[0, 0], [0, 1]], [-1, -1], { set: orthant(2) }), // biome-ignore format: a matrix
    start: [1, 2],
    escape: "infeasible",
  },
  {
    name: "skew and infeasible",
    problem: affine([[0, 1], [-1, 0]], [-1, -1], { set: orthant(2) }), // biome-ignore format: a matrix
    start: [0.5, 0.3],
  },
  {
    name: "semidefinite, with a free direction",
    problem: affine([[0.5, -0.5], [-0.5, 0.5]], [-1, 0], { set: orthant(2) }), // biome-ignore format: a matrix
    start: [0, 0],
    escape: "infeasible",
  },
  {
    name: "F = -exp(-z) on the orthant",
    problem: separable((z) => -Math.exp(-z), (z) => Math.exp(-z), 2, { set: orthant(2) }), // biome-ignore format: one line
    start: [0, 1],
  },
  {
    name: "F = -1 / (1 + z) on the orthant",
    problem: separable((z) => -1 / (1 + z), (z) => 1 / (1 + z) ** 2, 2, { set: orthant(2) }), // biome-ignore format: one line
    start: [0, 1],
  },
  {
    name: "F = -1 / (1 + z^2) on the orthant",
    problem: separable((z) => -1 / (1 + z * z), (z) => (2 * z) / (1 + z * z) ** 2, 1, { set: orthant(1) }), // biome-ignore format: one line
    start: [0],
  },
  {
    name: "F = -2 - sin z on the orthant",
    problem: separable((z) => -2 - Math.sin(z), (z) => -Math.cos(z), 1, { set: orthant(1) }), // biome-ignore format: one line
    start: [0],
    escape: "infeasible",
  },
  // Linear programmes as saddle points.
  { name: "infeasible programme", problem: linearProgramme([[0.5], [-0.5]], [1, -0.5], [0.3]), start: [1, 0, 0] },
  {
    name: "unbounded programme",
    problem: linearProgramme([[0.5, 0.25]], [0.5], [-0.5, 0.2]),
    start: [1, 1, 1],
    escape: "unbounded",
  },
  {
    name: "programme that is infeasible, and so is its dual",
    problem: linearProgramme([[0.5, -0.5], [-0.5, 0.5]], [0.5, 0.5], [-0.5, -0.25]), // biome-ignore format: a matrix
    start: [1, 1, 0, 0],
  },
  // Saddle points and games.
  {
    name: "min over x of x",
    problem: affine(zero2, [1, 0], { players: duel }),
    start: [1, 1],
    escape: "unbounded",
  },
  {
    name: "min over x, max over y of x^2 / 2 + y",
    problem: affine([[1, 0], [0, 0]], [0, -1], { players: duel }), // biome-ignore format: a matrix
    start: [1, 1],
    escape: "infeasible",
  },
  {
    name: "x >= 2 against the condition x <= 1",
    problem: affine([[0, 0.5], [-0.5, 0]], [0, 0.5], { players: duel, set: box([2, 0], [3, inf]) }), // biome-ignore format: a matrix
    start: [2.5, 0],
    escape: "infeasible",
  },
  {
    name: "both players gain without bound",
    problem: affine(zero2, [-0.5, -1], { players: { first: 1, second: 1 }, set: orthant(2) }),
    start: [1, 1],
    escape: "unbounded",
  },
  {
    name: "three players, one of whom gains without bound",
    problem: affine([[1, 0.3, 0], [-0.3, 1, 0], [0, 0, 0]], [1, -1, -0.5], { players: { a: 1, b: 1, c: 1 } }), // biome-ignore format: a matrix
    start: [1, 1, 1],
    escape: "unbounded",
  },
  {
    name: "a mixed strategy beside a quantity without bound",
    problem: affine(
      [[0, 0, 0], [0, 0, 0], [0, 0, 0]], // biome-ignore format: a matrix
      [1, -1, -0.7],
      { players: { mixed: 2, quantity: 1 }, set: productSet([simplex(2), orthant(1)]) },
    ),
    start: [0.5, 0.5, 1],
    escape: "unbounded",
  },
  {
    name: "two players whose costs fade: exp(-x), exp(-y)",
    problem: separable((z) => -Math.exp(-z), (z) => Math.exp(-z), 2, { players: { first: 1, second: 1 } }), // biome-ignore format: one line
    start: [0.5, -1],
  },
  // Variational inequalities.
  {
    name: "a rotation that drifts",
    problem: affine([[0, 1, 0], [-1, 0, 0], [0, 0, 0]], [0, 0, -0.5]), // biome-ignore format: a matrix
    start: [0.01, 0.02, 0],
    escape: "infeasible",
  },
  { name: "inconsistent equations", problem: affine(ones, [1, 0]), start: [1, 2], escape: "infeasible" },
  {
    name: "a half-space",
    problem: affine(zero2, [-1, -1], { set: halfSpace([1, -1], 0) }),
    start: [0, 1],
    escape: "infeasible",
  },
  {
    name: "a cone",
    problem: affine([[0, 0, 0], [0, 0.5, 0], [0, 0, 0.5]], [-1, 0, 0], { set: secondOrderCone(3) }), // biome-ignore format: a matrix
    start: [1, 0.5, 0.5],
    escape: "infeasible",
  },
  {
    name: "an unbounded polyhedron",
    problem: affine(zero2, [-1, -1], {
      set: polyhedron({ inequalities: { matrix: [[-1, 0], [0, -1], [1, -1]], bounds: [0, 0, 1] } }), // biome-ignore format: a matrix
    }),
    start: [0, 0],
    escape: "infeasible",
  },
  {
    name: "an affine subspace",
    problem: affine(zero2, [1, -1], { set: affineSubspace([[1, 1]], [1]) }),
    start: [0.5, 0.5],
    escape: "infeasible",
  },
  {
    name: "a box with an open side",
    problem: affine([[0, 0], [0, 1]], [-1, 0.3], { set: box([0, 0], [inf, 1]) }), // biome-ignore format: a matrix
    start: [0, 1],
    escape: "infeasible",
  },
  {
    name: "a cone within a half-space, by Dykstra's algorithm",
    problem: affine(
      [
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ],
      [-1, 0, 0],
      {
        // biome-ignore format: a matrix
        set: intersectionSet([secondOrderCone(3), halfSpace([0, 1, 0], 0.25)]),
      },
    ),
    start: [1, 0, 0],
    escape: "infeasible",
  },
  {
    name: "the whole space beside an orthant",
    problem: affine(zero2, [0.5, -0.25], { set: productSet([wholeSpace(1), orthant(1)]) }),
    start: [3, 0],
    escape: "infeasible",
  },
  { name: "F = exp(z)", problem: separable(Math.exp, Math.exp, 1, {}), start: [0] },
  // Minimisation.
  { name: "min -x - 2 y", problem: affine(zero2, [-0.5, -1], { symmetric: true }), start: [0, 0], escape: "unbounded" },
  {
    name: "a parabola that tilts",
    problem: affine([[1, 0, 0], [0, 0, 0], [0, 0, 0.1]], [1, 1, 1], { symmetric: true }), // biome-ignore format: a matrix
    start: [1, 1, 1],
    escape: "unbounded",
  },
  {
    name: "a trough that tilts",
    problem: affine(ones, [-1, 0], { symmetric: true }),
    start: [0, 3],
    escape: "unbounded",
  },
  {
    name: "min -log x over x >= 1",
    problem: separable((z) => -1 / z, (z) => 1 / z ** 2, 1, { symmetric: true, set: box([1], [inf]) }), // biome-ignore format: one line
    start: [2],
  },
  {
    name: "min -sqrt x over x >= 1",
    problem: separable((z) => -0.5 / Math.sqrt(z), (z) => 0.25 / z ** 1.5, 1, { symmetric: true, set: box([1], [inf]) }), // biome-ignore format: one line
    start: [1],
  },
  {
    name: "min 1 / x over x >= 1",
    problem: separable((z) => -1 / z ** 2, (z) => 2 / z ** 3, 1, { symmetric: true, set: box([1], [inf]) }), // biome-ignore format: one line
    start: [1],
  },
  {
    name: "min exp(-x)",
    problem: separable(
      (z) => -Math.exp(-z),
      (z) => Math.exp(-z),
      1,
    ),
    start: [0],
  },
  {
    name: "logistic regression of separable classes",
    problem: separable((z) => -1 / (1 + Math.exp(z)), (z) => 1 / (2 + 2 * Math.cosh(z)), 2), // biome-ignore format: one line
    start: [0, 0.1],
  },
];

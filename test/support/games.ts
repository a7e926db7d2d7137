import { denseMatrix } from "../../src/linalg/maps/maps.ts";
import { bilinear } from "../../src/problems/games/bilinear.ts";
import type { ConvexSet, ParameterBlock, Problem } from "../../src/problems/problem.ts";
import { productSet } from "../../src/problems/sets/productSet.ts";
import { simplex } from "../../src/problems/sets/simplex.ts";
import { normalVector } from "./random.ts";

/** The same field over a set. */
export function over(problem: Problem, constraint: ConvexSet): Problem {
  return { ...problem, name: `${problem.name} over ${constraint.name}`, constraint };
}

/** F(z) = M z - b with the blocks of two players of n / 2 numbers each. */
export function affineGame(rows: readonly (readonly number[])[], b: readonly number[]): Problem {
  const n = rows.length;
  const map = denseMatrix(n, n, Float64Array.from(rows.flat()));
  const half = n / 2;
  const blocks: readonly ParameterBlock[] = [
    { name: "x", shape: [half], offset: 0, size: half, player: "minimiser" },
    { name: "y", shape: [half], offset: half, size: half, player: "maximiser" },
  ];
  return {
    name: "affine game",
    dimension: n,
    symmetric: false,
    evaluate(point, field) {
      map.apply(point, field);
      for (let i = 0; i < n; i++) field[i] = field[i]! - b[i]!;
      return Number.NaN;
    },
    linearize: () => map,
    blocks,
  };
}

/** mu I + skew, both of random entries from a seed, with the given largest modulus of the skew part; b makes `solution` its zero. */
export function randomGame(
  n: number,
  seed: number,
  {
    modulus = 0,
    rotation = 1,
    solution = new Float64Array(n),
  }: {
    readonly modulus?: number;
    readonly rotation?: number;
    readonly solution?: ArrayLike<number>;
  } = {},
): Problem {
  const half = n / 2;
  const a = normalVector(half * half, seed).map((x) => (rotation * x) / (2 * Math.sqrt(half)));
  const rows = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => {
      if (i === j) return modulus;
      if (i < half && j >= half) return a[i * half + j - half]!;
      if (i >= half && j < half) return -a[j * half + i - half]!;
      return 0;
    }),
  );
  const b = rows.map((row) => row.reduce((sum, x, j) => sum + x * solution[j]!, 0));
  return affineGame(rows, b);
}

/** min over x, max over y of x^T A y, both on simplices. */
export function matrixGameOf(matrix: readonly (readonly number[])[]): Problem {
  return over(bilinear({ matrix }), productSet([simplex(matrix.length), simplex(matrix[0]!.length)]));
}

/** A random matrix game, entries uniform on [-1, 1]. */
export function randomMatrixGame(p: number, q: number, seed: number): Problem {
  const values = normalVector(p * q, seed).map(Math.tanh);
  return matrixGameOf(Array.from({ length: p }, (_, i) => Array.from(values.subarray(i * q, (i + 1) * q))));
}

export const rockPaperScissors: readonly (readonly number[])[] = [
  [0, 1, -1],
  [-1, 0, 1],
  [1, -1, 0],
];

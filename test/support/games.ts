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

/** Parts of a problem beside its field. */
export interface Parts {
  readonly set?: ConvexSet;
  readonly symmetric?: boolean;
  /** Sizes of the players' strategies. */
  readonly players?: Readonly<Record<string, number>>;
}

/** One block, or one for each player. */
export function blocksOf(n: number, players: Parts["players"]): readonly ParameterBlock[] {
  if (players === undefined) return [{ name: "z", shape: [n], offset: 0, size: n }];
  let offset = 0;
  return Object.entries(players).map(([player, size]) => {
    offset += size;
    return { name: player, shape: [size], offset: offset - size, size, player };
  });
}

/** F(z) = M z + q. */
export function affine(rows: readonly (readonly number[])[], q: readonly number[], parts: Parts = {}): Problem {
  const n = q.length;
  const map = denseMatrix(n, n, Float64Array.from(rows.flat()), { symmetric: parts.symmetric === true });
  return {
    name: "affine",
    dimension: n,
    symmetric: parts.symmetric === true,
    blocks: blocksOf(n, parts.players),
    ...(parts.set === undefined ? {} : { constraint: parts.set }),
    evaluate(point, field) {
      map.apply(point, field);
      for (let i = 0; i < n; i++) field[i] = field[i]! + q[i]!;
      return Number.NaN;
    },
    linearize: () => map,
  };
}

/** F(z) = M z - b of two players with n / 2 numbers each. */
export function affineGame(rows: readonly (readonly number[])[], b: readonly number[]): Problem {
  const half = rows.length / 2;
  return {
    ...affine(
      rows,
      b.map((x) => -x),
      { players: { minimiser: half, maximiser: half } },
    ),
    name: "affine game",
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

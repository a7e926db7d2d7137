import * as assert from "uvu/assert";
import { norm } from "../../../src/linalg/vector.ts";
import { naturalResidual } from "../../../src/operators/measures/gaps/naturalResidual.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import type { ConvexSet, Problem } from "../../../src/problems/problem.ts";
import { ball } from "../../../src/problems/sets/ball.ts";
import { orthant } from "../../../src/problems/sets/box.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Iterate, Measure, Update } from "../../../src/streams/types.ts";
import { affineGame, over, randomMatrixGame } from "../games.ts";
import { logLogSlope } from "../slope.ts";

/** Rotations of modulus 2^0 ... 2^-12: L is 1, and no order of residuals is better here than in the worst case. */
export const pairs = 13;
export const moduli = Array.from({ length: pairs }, (_, k) => 2 ** -k);
export const worstCase = bilinear({ matrix: moduli.map((s, i) => moduli.map((_, j) => (i === j ? s : 0))) });
export const ones = new Float64Array(2 * pairs).fill(1);
export const disc = over(worstCase, ball(new Float64Array(2 * pairs), 6));

/** Monotone, and steeper the further from 0: F = (x^3 + y, y^3 - x). */
export const steep: Problem = {
  ...affineGame(
    [
      [0, 1],
      [-1, 0],
    ],
    [0, 0],
  ),
  evaluate([x, y], field) {
    field[0] = x! ** 3 + y!;
    field[1] = y! ** 3 - x!;
    return Number.NaN;
  },
};

/** A rotation with an attraction near 0, a repulsion beyond |z|^2 = 0.2: stable at 0, and not monotone. */
export const whirl: Problem = {
  ...affineGame(
    [
      [0.2, 1],
      [-1, 0.2],
    ],
    [0, 0],
  ),
  evaluate([x, y], field) {
    const pull = 0.2 - x! ** 2 - y! ** 2;
    field[0] = y! + pull * x!;
    field[1] = -x! + pull * y!;
    return Number.NaN;
  },
  linearize([x, y]) {
    const pull = 0.2 - x! ** 2 - y! ** 2;
    return affineGame(
      [
        [pull - 2 * x! ** 2, 1 - 2 * x! * y!],
        [-1 - 2 * x! * y!, pull - 2 * y! ** 2],
      ],
      [0, 0],
    ).linearize(Float64Array.of(0, 0));
  },
};

export const strong = affineGame(
  [
    [1, 1],
    [-1, 1],
  ],
  [0, 0],
);

export function after(problem: Problem, start: ArrayLike<number>, update: Update, steps: number): Iterate {
  return firstRows(problem, start, update, steps + 1).at(-1)!;
}

/** Order p of a quantity that falls like k^p, measured over steps `from` to 1000. */
export function order(
  problem: Problem,
  update: Update,
  value: (row: Iterate) => number,
  measure?: Measure,
  from = 30,
): number {
  const rows = firstRows(problem, ones, update, 1001, measure === undefined ? {} : { after: measure });
  const points: (readonly [number, number])[] = [];
  for (let k = from; k < rows.length; k = Math.ceil(1.3 * k)) points.push([k, value(rows[k]!)]);
  return logLogSlope(points);
}

export const squared = (row: Iterate): number => row.squaredFieldNorm;
export const squaredResidual = (row: Iterate): number => row.columns.naturalResidual! ** 2;

/** ||F||^2, or the squared natural residual over a ball, is O(1 / k). */
export function assertLikeOneOverK(name: string, update: () => Update): void {
  const free = order(worstCase, update(), squared);
  assert.ok(free < -0.85, `${name}: order ${free}`);
  const bound = order(disc, update(), squaredResidual, naturalResidual(), 60);
  assert.ok(bound < -0.8, `${name} over a ball: order ${bound}`);
}

/** Steps until ||z|| is at most 1e-8 of what it was. */
export function stepsTo(problem: Problem, start: Float64Array, update: Update): number {
  return firstRows(problem, start, update, 5000).findIndex((row) => norm(row.point) <= 1e-8 * norm(start));
}

/** Whether the residual falls linearly: from 1e-4 to 1e-7 in about as many steps as from 1e-7 to 1e-10. */
export function fallsLinearly(problem: Problem, start: ArrayLike<number>, update: Update, most: number): void {
  const rows = firstRows(problem, start, update, most, { after: naturalResidual() });
  const [a, b, c] = [1e-4, 1e-7, 1e-10].map((level) =>
    rows.findIndex((row) => row.columns.naturalResidual! <= level),
  ) as [number, number, number];
  assert.ok(a >= 0 && c > 0, `${problem.name}: 1e-10 is not reached`);
  assert.ok(c - b < 4 * (b - a) + 20, `${problem.name}: steps ${a}, ${b}, ${c}`);
}

export const noisySteps = [100, 200, 400, 800, 1600, 3200];
export const orderOf = (values: readonly number[]): number => logLogSlope(noisySteps.map((k, i) => [k, values[i]!]));

/** The linear programme min <c, x>, A x >= b, x >= 0, as the saddle point of its Lagrangian: x = (1, 1), y = (1, 1). */
export const linearProgramme = over(
  affineGame(
    [
      [0, 0, -2, -1],
      [0, 0, -1, -3],
      [2, 1, 0, 0],
      [1, 3, 0, 0],
    ],
    [-3, -4, 3, 4],
  ),
  orthant(4),
);

export function perStep(count: (steps: number) => number): number {
  return (count(60) - count(20)) / 40;
}

export function projectionsPerStep(update: Update): number {
  return perStep((steps) => {
    let projections = 0;
    const set = disc.constraint!;
    const watched: ConvexSet = {
      ...set,
      project(point, out) {
        projections++;
        return set.project(point, out);
      },
    };
    firstRows(over(worstCase, watched), ones, update, steps);
    return projections;
  });
}

/** What the last cells mean: least and greatest number of evaluations per step, that of the row itself included. */
export const evaluations = {
  "1": [1, 1],
  "2": [2, 2],
  "2 to 3": [2, 3],
  "1 + 1": [2, 2],
  "1, and products with J": [1, 1],
  "1 to 3, and GMRES": [1, 3],
  several: [1.5, 100],
} as const;

export interface Trial {
  /** First cell of the row. */
  readonly situation: string;
  /** Methods of the row, with what its last cell says of the evaluations per step. */
  readonly methods: readonly (readonly [name: string, evaluations: keyof typeof evaluations, make: () => Update])[];
  /** Problem on which evaluations are counted. Default: rotations over a ball. */
  readonly on?: { readonly problem: Problem; readonly start: ArrayLike<number> };
  readonly holds: () => void;
}

export const inPlane = { problem: whirl, start: [0.3, 0] } as const;
export const simplices = (() => {
  const [p, q] = [12, 9];
  const start = new Float64Array(p + q).fill(1 / p);
  start.fill(1 / q, p);
  return { p, q, start, problem: randomMatrixGame(p, q, 4) };
})();

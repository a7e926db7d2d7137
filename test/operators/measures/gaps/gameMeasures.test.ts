/** Gaps, exploitability, distances: against closed forms, best responses by enumeration, fine grids. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { extragradient } from "../../../../src/operators/games/extragradient.ts";
import { average } from "../../../../src/operators/measures/average.ts";
import { distanceTo } from "../../../../src/operators/measures/distanceTo.ts";
import { dualityGap } from "../../../../src/operators/measures/gaps/dualityGap.ts";
import { responseKinds } from "../../../../src/operators/measures/gaps/exploitability.ts";
import { mintyGap } from "../../../../src/operators/measures/gaps/mintyGap.ts";
import { nashConv } from "../../../../src/operators/measures/gaps/nashConv.ts";
import { naturalResidual } from "../../../../src/operators/measures/gaps/naturalResidual.ts";
import { primalGap } from "../../../../src/operators/measures/gaps/primalGap.ts";
import { gradientStep } from "../../../../src/operators/steps/gradientStep.ts";
import { bilinear } from "../../../../src/problems/games/bilinear.ts";
import type { Problem } from "../../../../src/problems/problem.ts";
import { ball, box, orthant, productSet, simplex } from "../../../../src/problems/sets/index.ts";
import { chain } from "../../../../src/streams/chain.ts";
import { firstRows } from "../../../../src/streams/firstRows.ts";
import { iterate } from "../../../../src/streams/iterate.ts";
import type { Iterate, Measure } from "../../../../src/streams/types.ts";
import { assertClose, assertError, assertRejects } from "../../../support/assert.ts";
import { valuesOf } from "../../../support/collect.ts";
import {
  affineGame,
  matrixGameOf,
  over,
  randomGame,
  randomMatrixGame,
  rockPaperScissors,
} from "../../../support/games.ts";
import { linearProblem } from "../../../support/linearProblem.ts";
import { uniformVector } from "../../../support/random.ts";

/** The first row of a measure at a point. */
function at(problem: Problem, point: ArrayLike<number>, measure: Measure): Iterate {
  return firstRows(problem, point, gradientStep(0.1), 1, { after: measure })[0]!;
}

const residuals = suite("naturalResidual");
residuals("is ||F|| without a constraint, and ||z - Pi(z - eta F)|| / eta with one", () => {
  assertClose(at(bilinear(), [3, 4], naturalResidual()).columns.naturalResidual!, 5, 1e-15);
  const square = over(bilinear(), box([0, 0], [1, 1]));
  // z - F = (0.5 - 0.25, 0.25 + 0.5); z - F / 2: inside too.
  assertClose(at(square, [0.5, 0.25], naturalResidual()).columns.naturalResidual!, Math.hypot(0.25, 0.5), 1e-15);
  assertClose(at(square, [0, 0.25], naturalResidual()).columns.naturalResidual!, 0, 0);
  assertClose(at(square, [1, 1], naturalResidual({ scale: 0.5 })).columns.naturalResidual!, 1, 1e-15);
});
residuals("ends the run as converged, and measures the average by its own column", () => {
  const problem = randomGame(6, 3, { modulus: 0.5 });
  const update = chain(naturalResidual({ tolerance: 1e-8 }), extragradient({ stepSize: 0.5 }));
  const rows = firstRows(problem, new Float64Array(6).fill(1), update, 1000);
  assert.is(rows.at(-1)!.status, "converged");
  assert.ok(rows.at(-1)!.columns.naturalResidual! <= 1e-8);
  assert.ok(rows.at(-2)!.columns.naturalResidual! > 1e-8);
  const averaged: Measure = (source) => naturalResidual({ of: "average", every: 2 })(average()(source));
  const last = firstRows(bilinear(), [1, 0], extragradient({ stepSize: 0.5 }), 4, { after: averaged });
  assert.is(last[1]!.columns.averageNaturalResidual, undefined);
  assertClose(last[2]!.columns.averageNaturalResidual!, Math.hypot(...last[2]!.vectors.average!), 1e-15);
});
residuals("says which vector columns there are, where the asked one is not", async () => {
  const run = iterate(bilinear(), [1, 1], chain(average(), extragradient({ stepSize: 0.1 })));
  await assertRejects(valuesOf(run.pipe(naturalResidual({ of: "mean" }))), "ERR_OPTION_RANGE", /"mean", got average/);
  assertError(() => naturalResidual({ every: 0 }), "ERR_OPTION_RANGE");
});
residuals.run();

const distances = suite("distanceTo");
distances("is that to the nearest solution", () => {
  assertClose(at(bilinear(), [3, 4], distanceTo([0, 0])).columns.distance!, 5, 1e-15);
  assertClose(at(bilinear(), [3, 4], distanceTo([[0, 0], Float64Array.of(3, 3)])).columns.distance!, 1, 1e-15);
});
distances("refuses no solution, and one of another length", async () => {
  assertError(() => distanceTo([]), "ERR_OPTION_RANGE");
  const run = iterate(bilinear(), [1, 1], gradientStep(0.1)).pipe(distanceTo([1, 2, 3]));
  await assertRejects(valuesOf(run), "ERR_LENGTH", /length 2, got 3/);
});
distances.run();

const primal = suite("primalGap");
primal("of a matrix game is max_j (x^T A)_j - min_i (A y)_i", () => {
  const game = matrixGameOf([
    [2, -1, 0],
    [0, 3, 1],
  ]);
  const [x, y] = [
    [0.25, 0.75],
    [0.5, 0.3, 0.2],
  ];
  const rows = [2 * 0.5 - 0.3, 3 * 0.3 + 0.2];
  const columns = [2 * 0.25, -0.25 + 3 * 0.75, 0.75];
  const gap = Math.max(...columns) - Math.min(...rows);
  assertClose(at(game, [...x!, ...y!], primalGap()).columns.primalGap!, gap, 1e-15);
});
primal("vanishes at a solution only, and takes a set of its own", () => {
  const game = matrixGameOf(rockPaperScissors);
  const third = new Float64Array(6).fill(1 / 3);
  assertClose(at(game, third, primalGap()).columns.primalGap!, 0, 1e-15, "gap", 1);
  assertClose(at(bilinear(), [3, 4], primalGap({ over: ball([0, 0], 2) })).columns.primalGap!, 2 * 5, 1e-14);
});
primal("asks for a bounded set", async () => {
  const run = iterate(over(bilinear(), orthant(2)), [1, 1], gradientStep(0.1)).pipe(primalGap());
  await assertRejects(valuesOf(run), "ERR_OPTION_RANGE", /bounded set of dimension 2, got orthant/);
});
primal.run();

const dual = suite("mintyGap");
dual("equals the primal gap for skew fields", () => {
  const game = randomMatrixGame(4, 5, 3);
  const point = new Float64Array(9).fill(1 / 4);
  point.fill(1 / 5, 4);
  const both: Measure = (source) => mintyGap()(primalGap()(source));
  const row = at(game, point, both);
  assertClose(row.columns.mintyGap!, row.columns.primalGap!, 1e-12);
  assert.ok(row.columns.mintyGapSlack! <= 1e-10);
});
dual("agrees with a fine grid for a monotone field that is not skew", () => {
  const rows = [
    [1, 0.8],
    [-0.8, 0.5],
  ];
  const problem = over(affineGame(rows, [0.2, -0.1]), box([-1, -1], [1, 1]));
  const z = [0.6, -0.4];
  let best = Number.NEGATIVE_INFINITY;
  for (let i = 0; i <= 400; i++) {
    for (let j = 0; j <= 400; j++) {
      const u = [-1 + i / 200, -1 + j / 200];
      const f = [u[0]! + 0.8 * u[1]! - 0.2, -0.8 * u[0]! + 0.5 * u[1]! + 0.1];
      best = Math.max(best, f[0]! * (z[0]! - u[0]!) + f[1]! * (z[1]! - u[1]!));
    }
  }
  const row = at(problem, z, mintyGap());
  assertClose(row.columns.mintyGap!, best, 1e-4);
  assert.ok(row.columns.mintyGap! >= best - 1e-12);
  assert.ok(row.columns.mintyGapSlack! < 1e-8);
});
dual.run();

const nash = suite("nashConv");
nash("of a matrix game comes from linear problems, verified, one gain a player", () => {
  const game = randomMatrixGame(4, 3, 6);
  const point = Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.3, 0.2);
  const both: Measure = (source) => nashConv()(primalGap()(source));
  const row = at(game, point, both);
  assertClose(row.columns.nashConv!, row.columns.primalGap!, 1e-13);
  assert.is(responseKinds[row.columns.responses!], "linear");
  const [first, second] = row.vectors.exploitability!;
  assertClose(first! + second!, row.columns.nashConv!, 1e-15);
  assert.ok(first! >= 0 && second! >= 0);
});
nash("of a duopoly comes from an inner solve: each gain is (z_i - best response)^2", () => {
  // Cournot: cost_i = z_i (c_i - 10 + z_1 + z_2), F_i = c_i - 10 + 2 z_i + z_j, best response (10 - c_i - z_j) / 2.
  const rows = [
    [2, 1],
    [1, 2],
  ];
  for (const set of [box([0, 0], [10, 10]), orthant(2)]) {
    const game = over(affineGame(rows, [9, 6]), set);
    const [x, y] = [2, 3];
    const row = at(game, [x, y], nashConv());
    assertClose(row.vectors.exploitability!, [(x - (9 - y) / 2) ** 2, (y - (6 - x) / 2) ** 2], 1e-9);
    assert.is(responseKinds[row.columns.responses!], "solved");
    const end = at(game, [4, 1], nashConv());
    assertClose(end.columns.nashConv!, 0, 1e-12, "at the equilibrium", 1);
  }
});
nash("of unbounded linear costs says unsolved, and sets that bind the players are refused", async () => {
  const row = at(bilinear(), [1, 1], nashConv({ maxIterations: 5 }));
  assert.is(responseKinds[row.columns.responses!], "unsolved");
  const bound = iterate(over(bilinear(), ball([0, 0])), [0.5, 0.5], gradientStep(0.1)).pipe(nashConv());
  await assertRejects(valuesOf(bound), "ERR_UNSUPPORTED", /ball, which binds them together/);
});
nash.run();

const duality = suite("dualityGap");
duality("of a quadratic saddle over boxes agrees with the closed form", () => {
  // f = x^2 / 2 + 2 x y - y^2 / 2: F = (x + 2 y, -2 x + y).
  const rows = [
    [1, 2],
    [-2, 1],
  ];
  const game = over(affineGame(rows, [0, 0]), box([-1, -1], [1, 1]));
  const f = (x: number, y: number): number => x ** 2 / 2 + 2 * x * y - y ** 2 / 2;
  for (const [x, y] of [
    [0.5, 0.25],
    [-1, 0.1],
    [0, 0],
  ] as const) {
    const yBest = Math.max(-1, Math.min(1, 2 * x));
    const xBest = Math.max(-1, Math.min(1, -2 * y));
    const row = at(game, [x, y], dualityGap());
    assertClose(row.columns.dualityGap!, f(x, yBest) - f(xBest, y), 1e-9, "gap", 1e-3);
  }
});
duality("refuses games that are not zero-sum, and other than two players", async () => {
  const coordination = affineGame(
    [
      [2, 1],
      [1, 2],
    ],
    [0, 0],
  );
  const run = (problem: Problem): Promise<unknown> =>
    valuesOf(iterate(problem, [1, 1], gradientStep(0.1)).pipe(dualityGap()));
  await assertRejects(run(coordination), "ERR_UNSUPPORTED", /zero-sum/);
  await assertRejects(
    run(
      linearProblem(
        [
          [1, 0],
          [0, 1],
        ],
        [0, 0],
      ),
    ),
    "ERR_UNSUPPORTED",
    /two players, got 1/,
  );
});
duality("of the average falls while the last iterate of descent-ascent stays away", () => {
  const after: Measure = (source) =>
    dualityGap({ every: 100 })(dualityGap({ of: "average", every: 100 })(average()(source)));
  const game = matrixGameOf(rockPaperScissors);
  const rows = firstRows(game, uniformStart(), gradientStep(0.05), 1001, { after });
  assert.ok(rows[1000]!.columns.averageDualityGap! < 0.1);
  assert.ok(rows[1000]!.columns.dualityGap! > 0.5);
  assert.is(rows[999]!.columns.dualityGap, undefined);
});
duality.run();

function uniformStart(): Float64Array {
  const start = uniformVector(6, 4, 0, 1);
  productSet([simplex(3), simplex(3)]).project(start, start);
  return start;
}

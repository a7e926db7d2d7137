import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dot, norm } from "../../../src/linalg/vector.ts";
import { untilCritical } from "../../../src/operators/measures/untilCritical.ts";
import { gradientNormDirection } from "../../../src/operators/newton/gradientNormDirection.ts";
import { wolfeLineSearch } from "../../../src/operators/newton/lineSearch/wolfeLineSearch.ts";
import { minimizeGradientNorm } from "../../../src/operators/newton/minimizeGradientNorm.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { defineUpdate } from "../../../src/streams/defineUpdate.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Checkpoint, Update } from "../../../src/streams/types.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { linearProblem } from "../../support/linearProblem.ts";

const whole = defineUpdate({ name: "whole", refines: "direction", step: () => ({ stepSize: 1 }) });

const test = suite("gradientNormDirection");

test("is -J^T F, of a field that is no gradient too", () => {
  const problem = linearProblem(
    [
      [1, 2],
      [0, 3],
    ],
    [1, 1],
  );
  const [row] = firstRows(problem, [1, 1], chain(gradientNormDirection({ scale: "none" }), whole), 1);
  // F = (2, 2); J^T F = (2, 10).
  assertClose(row!.direction, [-2, -10], 1e-15);
  assertClose(row!.columns.gradientOfG!, Math.hypot(2, 10), 1e-15);
  const [game] = firstRows(bilinear(), [3, 4], chain(gradientNormDirection({ scale: "none" }), whole), 1);
  assertClose(game!.direction, [-3, -4], 1e-15);
});

test("vanishes at gradient-flat points", () => {
  const [row] = firstRows(quartic(), [Math.SQRT2, 0], chain(gradientNormDirection(), whole), 1);
  assert.ok(row!.columns.gradientOfG! < 1e-14);
});

test("scaled by Cauchy's step, the whole step minimises the linear model along it", () => {
  const problem = linearProblem(
    [
      [4, 1],
      [1, -2],
    ],
    [1, 5],
  );
  const rows = firstRows(problem, [2, 2], chain(gradientNormDirection(), whole), 2);
  assert.equal(
    rows[0]!.direction,
    firstRows(problem, [2, 2], chain(gradientNormDirection({ scale: "cauchy" }), whole), 1)[0]!.direction,
  );
  const { direction } = rows[0]!;
  const after = (alpha: number): number => {
    const field = new Float64Array(2);
    problem.evaluate(
      direction.map((d) => 2 + alpha * d),
      field,
    );
    return field[0]! ** 2 + field[1]! ** 2;
  };
  assertClose(rows[1]!.squaredFieldNorm, after(1), 1e-14);
  assert.ok(after(1) < after(0.99) && after(1) < after(1.01));
});

test("is zero at a zero, scaled or not", () => {
  for (const options of [{ scale: "none" }, {}, { conjugate: true }] as const) {
    const [row] = firstRows(linearProblem([[2]], [0]), [0], chain(gradientNormDirection(options), whole), 1);
    assert.is(Math.abs(row!.direction[0]!), 0);
  }
});

test("conjugate directions solve a quadratic in few steps, and are kept in checkpoints", () => {
  // Eigenvalues 1 to 10: steepest descent on ||F||^2 has condition 100 to overcome.
  const n = 10;
  const matrix = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? i + 1 : 0)));
  const problem = linearProblem(matrix, new Array(n).fill(1));
  const start = new Array(n).fill(0);
  const solved = (conjugate: boolean): number => {
    const search = wolfeLineSearch({ curvature: 1e-3, firstTrial: "previous" });
    const update = chain(untilCritical({ squaredFieldNorm: 1e-18 }), gradientNormDirection({ conjugate }), search);
    const rows = firstRows(problem, start, update, 2000);
    assert.is(rows.at(-1)!.status, "converged");
    return rows.length;
  };
  assert.ok(solved(true) < 25, `${solved(true)}`);
  assert.ok(solved(false) > 4 * solved(true), `${solved(false)}`);
  const saved: Checkpoint[] = [];
  const update = minimizeGradientNorm({ direction: { conjugate: true } });
  const options = { checkpoints: { every: 1, save: (checkpoint: Checkpoint) => saved.push(checkpoint) } };
  const rows = firstRows(quartic(), [-3.4, 1], update, 8, options);
  assert.equal(
    firstRows(quartic(), saved[4]!, update, 4).map((row) => Array.from(row.direction)),
    rows.slice(4).map((row) => Array.from(row.direction)),
  );
});

test("conjugate directions are those without a scale, times the Cauchy factor of the first row", () => {
  const matrix = [
    [3, 1, 0],
    [1, 2, 0.5],
    [0, 0.5, -1],
  ];
  const search = (): Update => wolfeLineSearch({ curvature: 1e-6, sufficientDecrease: 1e-8, firstTrial: "previous" });
  const [scaled, plain] = [{}, { scale: "none" } as const].map((options) =>
    firstRows(
      linearProblem(matrix, [1, 2, 3]),
      [1, 1, 1],
      chain(gradientNormDirection({ conjugate: true, ...options }), search()),
      3,
    ),
  );
  const factor = norm(scaled![0]!.direction) / norm(plain![0]!.direction);
  scaled!.forEach(({ direction, point }, k) => {
    assertClose(point, plain![k]!.point, 1e-9, "point", 1);
    assertClose(
      direction,
      plain![k]!.direction.map((d) => factor * d),
      1e-6,
      "direction",
      norm(direction),
    );
  });
});

test("conjugate directions always descend", () => {
  const rows = firstRows(quartic(), [3, 3], minimizeGradientNorm({ direction: { conjugate: true } }), 40);
  for (const row of rows.slice(0, -1)) {
    const product = new Float64Array(2);
    row.at.linearize().apply(row.direction, product);
    assert.ok(dot(product, row.at.field) <= 0);
    assert.ok(rows[row.step + 1]!.squaredFieldNorm <= row.squaredFieldNorm);
  }
});

test("refuses another scale, and options in contradiction", () => {
  assertError(() => gradientNormDirection({ scale: "cauchy", conjugate: true }), "ERR_OPTION_RANGE", /both/);
  assertError(
    () => minimizeGradientNorm({ backtrack: {}, direction: { conjugate: true } }),
    "ERR_OPTION_RANGE",
    /got both/,
  );
  assertError(() => minimizeGradientNorm({ backtrack: {}, wolfe: true }), "ERR_OPTION_RANGE", /got both/);
  assertError(() => gradientNormDirection({ scale: "newton" as "none" }), "ERR_OPTION_RANGE", /scale/);
});

test.run();

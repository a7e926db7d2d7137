import { suite } from "uvu";
import * as assert from "uvu/assert";
import { gradientNormDirection } from "../../src/operators/gradientNormDirection.ts";
import { bilinear } from "../../src/problems/bilinear.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { update } from "../../src/streams/author.ts";
import { method } from "../../src/streams/combinators.ts";
import { assertClose, assertError } from "../support/assert.ts";
import { firstRows } from "../support/firstRows.ts";
import { linearProblem } from "../support/linearProblem.ts";

const whole = update({ name: "whole", refines: true, step: () => ({ stepSize: 1 }) });

const test = suite("gradientNormDirection");

test("is -J^T F, of a field that is no gradient too", () => {
  const problem = linearProblem(
    [
      [1, 2],
      [0, 3],
    ],
    [1, 1],
  );
  const [row] = firstRows(problem, [1, 1], method(gradientNormDirection(), whole), 1);
  // F = (2, 2); J^T F = (2, 10).
  assertClose(row!.direction, [-2, -10], 1e-15);
  assertClose(row!.columns.gradientOfG!, Math.hypot(2, 10), 1e-15);
  const [game] = firstRows(bilinear(), [3, 4], method(gradientNormDirection(), whole), 1);
  assertClose(game!.direction, [-3, -4], 1e-15);
});

test("vanishes at gradient-flat points", () => {
  const [row] = firstRows(quartic(), [Math.SQRT2, 0], method(gradientNormDirection(), whole), 1);
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
  const rows = firstRows(problem, [2, 2], method(gradientNormDirection({ scale: "cauchy" }), whole), 2);
  const { direction } = rows[0]!;
  const after = (alpha: number): number => {
    const field = new Float64Array(2);
    problem.evaluate(
      direction.map((d) => 2 + alpha * d),
      field,
    );
    return field[0]! ** 2 + field[1]! ** 2;
  };
  assertClose(rows[1]!.squaredNorm, after(1), 1e-14);
  assert.ok(after(1) < after(0.99) && after(1) < after(1.01));
});

test("is zero at a zero, scaled or not", () => {
  for (const scale of ["none", "cauchy"] as const) {
    const [row] = firstRows(linearProblem([[2]], [0]), [0], method(gradientNormDirection({ scale }), whole), 1);
    assert.is(Math.abs(row!.direction[0]!), 0);
  }
});

test("refuses another scale", () => {
  assertError(() => gradientNormDirection({ scale: "newton" as "none" }), "ERR_OPTION_RANGE", /scale/);
});

test.run();

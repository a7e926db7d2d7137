import { suite } from "uvu";
import * as assert from "uvu/assert";
import { denseNewtonDirection } from "../../../src/operators/newton/denseNewtonDirection.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { chain } from "../../../src/streams/chain.ts";
import { defineUpdate } from "../../../src/streams/defineUpdate.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { linearProblem } from "../../support/linearProblem.ts";

const whole = defineUpdate({ name: "whole", refines: "direction", step: () => ({ stepSize: 1 }) });

const test = suite("denseNewtonDirection");

test("solves a linear field in one step, symmetric or not, by either inverse", () => {
  for (const inverse of ["exact", "pseudo"] as const) {
    const update = chain(denseNewtonDirection({ inverse }), whole);
    assertClose(firstRows(bilinear(), [3, 4], update, 2)[1]!.point, [0, 0], 1e-14, "game", 1);
    const skew = linearProblem(
      [
        [1, 2],
        [0, 3],
      ],
      [4, 6],
    );
    const rows = firstRows(skew, [7, -1], update, 2);
    assertClose(rows[1]!.point, [0, 2], 1e-13, "skew", 1);
    assert.is(rows[0]!.columns.rank, 2);
  }
});

test("takes the shortest least-squares solution where J is singular, also without symmetry", () => {
  const cases = [
    [
      [
        [1, 1, 0],
        [1, 1, 0],
        [0, 0, 0],
      ],
      [1, 3, 5],
      [1, 1, 0],
      1,
    ],
    [
      [
        [0, 2, 0],
        [0, 0, 0],
        [0, 0, -1],
      ],
      [4, 1, 3],
      [0, 2, -3],
      2,
    ],
  ] as const;
  for (const [matrix, b, expected, rank] of cases) {
    const [row] = firstRows(linearProblem(matrix, b), [0, 0, 0], chain(denseNewtonDirection(), whole), 1);
    assertClose(row!.direction, expected, 1e-12);
    assert.is(row!.columns.rank, rank);
  }
});

test("says that there is no exact direction at a singular Jacobian", () => {
  const problem = linearProblem(
    [
      [1, 1],
      [1, 1],
    ],
    [1, 3],
  );
  const rows = firstRows(problem, [0, 0], chain(denseNewtonDirection({ inverse: "exact" }), whole), 3);
  assert.is(rows.length, 1);
  assert.is(rows[0]!.status, "stagnated");
  assert.is(rows[0]!.columns.rank, undefined);
});

test("counts singular values by the cutoff", () => {
  const problem = linearProblem(
    [
      [1, 0],
      [0, 1e-6],
    ],
    [1, 1],
  );
  const [kept] = firstRows(problem, [0, 0], chain(denseNewtonDirection(), whole), 1);
  assertClose(kept!.direction, [1, 1e6], 1e-9);
  const [cut] = firstRows(problem, [0, 0], chain(denseNewtonDirection({ cutoff: 1e-5 }), whole), 1);
  assertClose(cut!.direction, [1, 0], 1e-12);
});

test("refuses options out of range", () => {
  assertError(() => denseNewtonDirection({ cutoff: 1 }), "ERR_OPTION_RANGE", /cutoff/);
  assertError(() => denseNewtonDirection({ inverse: "left" as "exact" }), "ERR_OPTION_RANGE", /inverse/);
});

test.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { untilCritical } from "../../../src/operators/measures/untilCritical.ts";
import { type NewtonFlowOptions, newtonFlow } from "../../../src/operators/newton/newtonFlow.ts";
import { homotopy } from "../../../src/problems/homotopy.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { distanceProblem } from "../../../src/problems/solvable.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Checkpoint, Update } from "../../../src/streams/types.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { linearProblem } from "../../support/linearProblem.ts";

const grid = Array.from({ length: 10 }, (_, k) => -4 + (8 * k) / 9);
const until = (update: Update): Update => chain(untilCritical({ squaredFieldNorm: 1e-20 }), update);

const test = suite("newtonFlow");

test("reaches the quartic's critical point from every start of the grid, through what catches descent on ||F||", () => {
  for (const x of grid) {
    for (const y of grid) {
      const rows = firstRows(quartic(), [x, y], until(newtonFlow()), 100);
      const last = rows.at(-1)!;
      assert.is(last.status, "converged", `from ${x}, ${y}`);
      assertClose(last.point, [-3, 0], 1e-9);
      // Beyond a fold ||F|| must rise before it can fall: the flow is not a descent method.
      const along = rows.map((row) => row.columns.along ?? 0);
      if (x > Math.SQRT2) assert.ok(along.some((a, k) => k > 0 && a > along[k - 1]!));
      for (const row of rows) assert.ok(Math.abs(row.columns.along ?? 0) < 0.05 || row.columns.deviation! <= 1e-2);
    }
  }
});

test("keeps F on the ray of its start, and measures arc length", () => {
  const rows = firstRows(quartic(), [3, 1], newtonFlow({ tolerance: 1e-6, maxStepSize: 0.2 }), 20);
  const first = rows[0]!.at.field;
  for (const row of rows.slice(0, -1)) {
    const a = row.columns.along!;
    assertClose(
      row.at.field,
      first.map((f) => a * f),
      1e-5,
      "F",
      1,
    );
  }
  const walked = rows.slice(1).reduce((sum, row, k) => {
    const before = rows[k]!.point;
    return sum + Math.hypot(row.point[0]! - before[0]!, row.point[1]! - before[1]!);
  }, 0);
  assertClose(rows.at(-1)!.columns.arcLength!, walked, 1e-12);
});

test("follows the homotopy path of a function with two turning points to the zero behind them", () => {
  // z^3 - 3 z + 3 has one zero, near -2.1; from z_0 = 2 the path of zeros turns back twice in t.
  const cubic = {
    ...linearProblem([[1]], [0]),
    evaluate: (point: Float64Array, field: Float64Array) => {
      const z = point[0]!;
      field[0] = z ** 3 - 3 * z + 3;
      return z ** 4 / 4 - 1.5 * z * z + 3 * z;
    },
    linearize: (point: Float64Array) => linearProblem([[3 * point[0]! ** 2 - 3]], [0]).linearize(point),
  };
  const path = homotopy(distanceProblem([2]), cubic);
  const rows = firstRows(path, [2, 0], until(newtonFlow({ maxStepSize: 0.2 })), 300);
  const last = rows.at(-1)!;
  assert.is(last.status, "converged");
  assertClose(last.point[1]!, 1, 1e-9);
  assertClose(last.point[0]! ** 3 - 3 * last.point[0]! + 3, 0, 1e-9);
  const t = rows.map((row) => row.point[1]!);
  const turns = t.filter((_, k) => k > 1 && (t[k]! - t[k - 1]!) * (t[k - 1]! - t[k - 2]!) < 0).length;
  assert.ok(turns >= 2, `${turns} turns`);
});

test("does not step over a zero, however long its steps", () => {
  const rows = firstRows(linearProblem([[0.01]], [0.5]), [0], until(newtonFlow({ stepSize: 80, maxStepSize: 80 })), 20);
  assert.is(rows.at(-1)!.status, "converged");
  assertClose(rows.at(-1)!.point, [50], 1e-9);
});

test("goes on from its checkpoint to the same iterates", () => {
  const saved: Checkpoint[] = [];
  const options = { checkpoints: { every: 1, save: (checkpoint: Checkpoint) => saved.push(checkpoint) } };
  const rows = firstRows(quartic(), [3, 1], newtonFlow(), 12, options);
  const again = firstRows(quartic(), saved[6]!, newtonFlow(), 4);
  assert.equal(
    again.map((row) => Array.from(row.point)),
    rows.slice(6, 10).map((row) => Array.from(row.point)),
  );
});

test("ends where it cannot begin: at a zero, and at a singular Jacobian", () => {
  for (const start of [
    [-3, 0],
    [Math.SQRT2, 0],
  ]) {
    const problem = { ...quartic(), linearize: (point: Float64Array) => quartic().linearize(point) };
    const rows = firstRows(problem, start, newtonFlow(), 3);
    if (start[0] === -3) {
      assert.is(rows.length, 1);
      assert.is(rows[0]!.status, "stagnated");
    }
    for (const row of rows) assert.ok(row.columns.along !== undefined && Number.isFinite(row.columns.along));
  }
  const flat = linearProblem(
    [
      [1, 1],
      [1, 1],
    ],
    [1, 3],
  );
  assert.equal(
    firstRows(flat, [0, 0], newtonFlow(), 3).map((row) => row.status),
    ["stagnated"],
  );
});

test("begins uphill where det J < 0, or downhill on request", () => {
  const saddle = linearProblem(
    [
      [1, 0],
      [0, -1],
    ],
    [0, 0],
  );
  const first = (options: NewtonFlowOptions) => firstRows(saddle, [2, 1], newtonFlow(options), 2)[1]!.columns.along!;
  assert.ok(first({}) > 1);
  assert.ok(first({ orientation: "descent" }) < 1);
});

test("refuses options out of range", () => {
  const bad: readonly [NewtonFlowOptions, RegExp][] = [
    [{ stepSize: 2, maxStepSize: 1 }, /stepSize/],
    [{ stepSize: 0 }, /stepSize/],
    [{ maxStepSize: Number.NaN }, /maxStepSize/],
    [{ tolerance: 1 }, /tolerance/],
    [{ corrections: 0 }, /corrections/],
    [{ orientation: "up" as "descent" }, /orientation/],
  ];
  for (const [options, message] of bad) assertError(() => newtonFlow(options), "ERR_OPTION_RANGE", message);
});

test.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { untilCritical } from "../../../src/operators/measures/untilCritical.ts";
import { levenbergMarquardt } from "../../../src/operators/newton/levenbergMarquardt.ts";
import { searchOutcomes } from "../../../src/operators/support/searchOutcome.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Checkpoint, Iterate } from "../../../src/streams/types.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { linearProblem } from "../../support/linearProblem.ts";

const outcome = (row: Iterate): string | undefined => searchOutcomes[row.columns.outcome ?? -1];
/** F = arctan z: Newton's whole steps diverge from |z| > 1.39. */
const arctan = {
  ...linearProblem([[1]], [0]),
  evaluate: (point: Float64Array, field: Float64Array) => {
    field[0] = Math.atan(point[0]!);
    return point[0]! * field[0] - Math.log1p(point[0]! ** 2) / 2;
  },
  linearize: (point: Float64Array) => linearProblem([[1 / (1 + point[0]! ** 2)]], [0]).linearize(point),
};

const test = suite("levenbergMarquardt");

test("solves (J^T J + mu I) p = -J^T F, of a field that is no gradient", () => {
  const problem = linearProblem(
    [
      [1, 2],
      [0, 3],
    ],
    [1, 1],
  );
  const [row] = firstRows(problem, [1, 1], levenbergMarquardt({ relativeTolerance: 1e-13 }), 1);
  const mu = row!.columns.damping!;
  // J^T J = (1, 2; 2, 13), J^T F = (2, 10).
  const [p, q] = row!.direction;
  assertClose([(1 + mu) * p! + 2 * q!, 2 * p! + (13 + mu) * q!], [-2, -10], 1e-10);
  const sigma = (14 + Math.sqrt(14 * 14 - 36)) / 2;
  assertClose(mu, 1e-3 * sigma, 1e-6);
});

test("has a gain ratio of 1 on a linear field, and lets the damping fall", () => {
  const rows = firstRows(
    bilinear(),
    [3, 4],
    chain(untilCritical({ squaredFieldNorm: 1e-24 }), levenbergMarquardt()),
    20,
  );
  assert.is(rows.at(-1)!.status, "converged");
  for (const row of rows.slice(0, 3)) assertClose(row.columns.gainRatio!, 1, 1e-9);
  assertClose(rows[1]!.columns.damping! / rows[0]!.columns.damping!, 1 / 3, 1e-9);
});

test("refuses a step that raises ||F||, stays, and raises the damping until it helps", () => {
  const rows = firstRows(
    arctan,
    [20],
    chain(untilCritical({ squaredFieldNorm: 1e-20 }), levenbergMarquardt({ damping: 1e-9 })),
    80,
  );
  const rejected = rows.filter((row) => outcome(row) === "rejected");
  assert.ok(rejected.length >= 2);
  for (const row of rejected) {
    assert.is(row.stepSize, 0);
    assert.is(row.status, "running");
    const next = rows[row.step + 1]!;
    assert.equal(Array.from(next.point), Array.from(row.point));
    assert.ok(next.columns.damping! > row.columns.damping!);
  }
  assertClose(rejected[1]!.columns.damping! / rejected[0]!.columns.damping!, 2, 1e-12);
  // A refusal costs its trial only: the point is not evaluated again.
  assert.is(rows.at(-1)!.evaluations, rows.length);
  assert.is(rows.at(-1)!.status, "converged");
  for (let k = 1; k < rows.length; k++) assert.ok(rows[k]!.squaredFieldNorm <= rows[k - 1]!.squaredFieldNorm);
});

test("converges quadratically to a regular zero", () => {
  const rows = firstRows(
    quartic(),
    [-3.5, 1],
    chain(untilCritical({ squaredFieldNorm: 1e-26 }), levenbergMarquardt()),
    20,
  );
  assert.is(rows.at(-1)!.status, "converged");
  assert.ok(rows.length < 10);
});

test("stagnates at a gradient-flat point, where its own gradient vanishes", () => {
  const last = firstRows(quartic(), [1.2, 0.1], levenbergMarquardt(), 200).at(-1)!;
  assert.is(last.status, "stagnated");
  assert.is(outcome(last), "stagnated");
  assertClose(last.point, [Math.SQRT2, 0], 1e-6);
});

test("keeps damping and growth in checkpoints", () => {
  const saved: Checkpoint[] = [];
  const options = { checkpoints: { every: 1, save: (checkpoint: Checkpoint) => saved.push(checkpoint) } };
  const rows = firstRows(arctan, [20], levenbergMarquardt({ damping: 1e-9 }), 8, options);
  const again = firstRows(arctan, saved[3]!, levenbergMarquardt({ damping: 1e-9 }), 5);
  assert.equal(
    again.map((row) => row.columns.damping),
    rows.slice(3).map((row) => row.columns.damping),
  );
});

test("refuses options out of range", () => {
  assertError(() => levenbergMarquardt({ damping: 0 }), "ERR_OPTION_RANGE", /damping/);
  assertError(() => levenbergMarquardt({ relativeTolerance: 2 }), "ERR_OPTION_RANGE", /relativeTolerance/);
  assertError(() => levenbergMarquardt({ maxIterations: 0.5 }), "ERR_OPTION_RANGE", /maxIterations/);
});

test.run();

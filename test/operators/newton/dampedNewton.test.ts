import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type DampedNewtonOptions, dampedNewton } from "../../../src/operators/newton/dampedNewton.ts";
import { searchOutcomes } from "../../../src/operators/support/searchOutcome.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose, assertError, checkError } from "../../support/assert.ts";
import { linearProblem } from "../../support/linearProblem.ts";
import { doubleWells } from "../../support/minima.ts";

const test = suite("dampedNewton");

test("takes the best candidate, wherever it stands in the set", () => {
  // J + gamma I = gamma - 1: of these gammas -1 gives p = F / 2, 0.5 gives 2 F, 0 the zero.
  const problem = linearProblem([[-1]], [0]);
  for (const dampings of [
    [0, 0.5, -1],
    [0.5, 0, -1],
    [-1, 0.5, 0],
  ]) {
    const [row] = firstRows(problem, [3], dampedNewton({ dampings, relativeTolerance: 1e-12 }), 1);
    assert.is(row!.columns.damping, 0);
    assertClose(row!.direction, [-3], 1e-12);
    assert.is(row!.columns.trials, 3);
  }
});

test("solves with each damping its own system", () => {
  const problem = linearProblem(
    [
      [2, 1],
      [1, -3],
    ],
    [1, 2],
  );
  for (const damping of [0.5, 1e-1, 1e-3]) {
    const options = { dampings: [damping], relativeTolerance: 1e-13 };
    const [row] = firstRows(problem, [5, 5], dampedNewton(options), 1);
    const [p, q] = row!.direction;
    assertClose(
      [(2 + damping) * p! + q!, p! + (damping - 3) * q!],
      Array.from(row!.at.field, (f) => -f),
      1e-11,
    );
  }
});

test("multiplies candidates by the step size, and halves it where none of them helps", () => {
  const [short] = firstRows(linearProblem([[1]], [0]), [1], dampedNewton({ dampings: [0], stepSize: 0.1 }), 1);
  assert.is(short!.stepSize, 0.1);
  const steep = { ...doubleWells(1) };
  const [halved] = firstRows(steep, [0.58], dampedNewton({ dampings: [0] }), 1);
  assert.ok(halved!.stepSize < 1 && halved!.columns.trials! > 1);
  const [plain] = firstRows(steep, [0.58], dampedNewton({ dampings: [0], halvings: 0 }), 1);
  assert.is(searchOutcomes[plain!.columns.outcome!], "failed");
  assert.is(plain!.status, "stagnated");
});

test("stays where it is when nothing helps, and never jumps to the origin", () => {
  const rows = firstRows(quartic(), [Math.SQRT2, 0], dampedNewton(), 3);
  assert.is(rows.length, 1);
  assert.is(rows[0]!.status, "stagnated");
  assert.equal(Array.from(rows[0]!.point), [Math.SQRT2, 0]);
});

test("counts its products and evaluations", () => {
  const rows = firstRows(doubleWells(3), [0.5, 0.3, 1.2], dampedNewton(), 2);
  assert.is(rows[1]!.evaluations, 1 + rows[0]!.columns.trials! + rows[1]!.columns.trials!);
  const { solverIterations } = rows[0]!.columns;
  assert.ok(rows[0]!.products >= solverIterations! && rows[0]!.products <= solverIterations! + 24);
});

test("refuses games and options out of range", () => {
  try {
    firstRows(bilinear(), [1, 1], dampedNewton(), 1);
    assert.unreachable();
  } catch (error) {
    checkError(error, "ERR_NOT_SYMMETRIC", /dampedNewton.*bilinear/);
  }
  const bad: readonly [DampedNewtonOptions, RegExp][] = [
    [{ dampings: [] }, /dampings/],
    [{ dampings: [Number.NaN] }, /dampings/],
    [{ stepSize: 0 }, /stepSize/],
    [{ halvings: -1 }, /halvings/],
    [{ relativeTolerance: 2 }, /relativeTolerance/],
  ];
  for (const [options, message] of bad) assertError(() => dampedNewton(options), "ERR_OPTION_RANGE", message);
});

test.run();

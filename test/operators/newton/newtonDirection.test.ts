import { of } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { minresTerminations } from "../../../src/linalg/krylov/minres/minresTypes.ts";
import { norm } from "../../../src/linalg/vector.ts";
import { newtonDirection } from "../../../src/operators/newton/newtonDirection.ts";
import { chain } from "../../../src/streams/chain.ts";
import { defineUpdate } from "../../../src/streams/defineUpdate.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose, assertError, checkError } from "../../support/assert.ts";
import { linearProblem } from "../../support/linearProblem.ts";

const whole = defineUpdate({ name: "whole", refines: "direction", step: () => ({ stepSize: 1 }) });

const test = suite("newtonDirection");

test("solves a quadratic in one whole step", () => {
  const problem = linearProblem(
    [
      [2, 1],
      [1, -3],
    ],
    [1, 2],
  );
  const rows = firstRows(problem, [5, 5], chain(newtonDirection({ relativeTolerance: 1e-12 }), whole), 2);
  assertClose(rows[1]!.point, [5 / 7, -3 / 7], 1e-12);
  assert.ok(rows[1]!.squaredFieldNorm < 1e-24);
});

test("takes the shortest of the least-squares solutions where J is singular", () => {
  const problem = linearProblem(
    [
      [1, 1, 0],
      [1, 1, 0],
      [0, 0, 0],
    ],
    [1, 3, 5],
  );
  const rows = firstRows(problem, [0, 0, 0], chain(newtonDirection({ relativeTolerance: 1e-12 }), whole), 1);
  assertClose(rows[0]!.direction, [1, 1, 0], 1e-12);
  assert.is(minresTerminations[rows[0]!.columns.termination!], "least-squares");
  assert.ok(rows[0]!.columns.relativeCokernelResidual! < 1e-12);
});

test("with the last iterate: a longer direction, with its own residuals, where the co-kernel test ends the solver", () => {
  // A gradient that is nearly in the kernel: eigenvalue 1e-5 beside 1 to 3.
  const problem = linearProblem(
    [
      [3, 0, 0, 0],
      [0, 2, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1e-5],
    ],
    [0.1, 0.2, 0.1, 1],
  );
  const of = (returnedIterate: "passed" | "last") =>
    firstRows(problem, [0, 0, 0, 0], chain(newtonDirection({ returnedIterate, maxNorm: 1e6 }), whole), 1)[0]!.columns;
  const [passed, last] = [of("passed"), of("last")];
  assert.is(minresTerminations[passed.termination!], "least-squares");
  assert.ok(passed.relativeResidual! > 0.7 && passed.relativeCokernelResidual! < 5e-4);
  assert.ok(last.relativeResidual! < 0.5, `${last.relativeResidual}`);
  assert.ok(last.directionNorm! > 100 * passed.directionNorm!);
  assert.equal(
    of("passed"),
    firstRows(problem, [0, 0, 0, 0], chain(newtonDirection({ maxNorm: 1e6 }), whole), 1)[0]!.columns,
  );
});

test("reports residuals that are those of its direction", () => {
  const problem = linearProblem(
    [
      [4, 1, 0],
      [1, -3, 2],
      [0, 2, 1],
    ],
    [1, 2, 3],
  );
  const [row] = firstRows(problem, [1, -1, 2], chain(newtonDirection({ maxIterations: 2 }), whole), 1);
  const { relativeResidual, relativeCokernelResidual, directionNorm, jacobianNorm, solverIterations } = row!.columns;
  const map = row!.at.linearize();
  const r = new Float64Array(3);
  map.apply(row!.direction, r);
  for (let i = 0; i < 3; i++) r[i] = r[i]! + row!.at.field[i]!;
  const product = new Float64Array(3);
  map.apply(r, product);
  assertClose(directionNorm!, norm(row!.direction), 1e-14);
  assertClose(relativeResidual!, norm(r) / (jacobianNorm! * directionNorm! + norm(row!.at.field)), 1e-12);
  assertClose(relativeCokernelResidual!, norm(product) / (jacobianNorm! * norm(r)), 1e-12);
  assert.is(solverIterations, 2);
  assert.is(minresTerminations[row!.columns.termination!], "iteration-limit");
  assert.ok(row!.products >= 4, "its products are counted");
});

test("declares its columns before the first row, and its settings", () => {
  const [row] = firstRows(linearProblem([[1]], [1]), [0], chain(newtonDirection({ damping: 0.25 }), whole), 1);
  for (const name of ["relativeResidual", "relativeCokernelResidual", "directionNorm", "termination"]) {
    assert.ok(name in row!.run.columns, name);
  }
  assert.equal(row!.run.columns.termination!.values, minresTerminations);
  assert.is(row!.run.settings["newtonDirection.damping"]!.value, 0.25);
  assertClose(row!.direction, [1 / 1.25], 1e-12);
});

test("is steered during the run", () => {
  const rows = firstRows(linearProblem([[1]], [1]), [0], chain(newtonDirection(), whole), 2, {
    commands: of({ type: "set", setting: "newtonDirection.damping", value: 3, step: 1 }),
  });
  assertClose(rows[0]!.direction, [1], 1e-12);
  assert.is(rows[1]!.commands?.[0]?.refused, undefined);
  const steered = firstRows(linearProblem([[1]], [1]), [0], chain(newtonDirection(), whole), 1, {
    commands: of({ type: "set", setting: "newtonDirection.damping", value: 3, step: 0 }),
  });
  assertClose(steered[0]!.direction, [0.25], 1e-12);
});

test("gives the direction 0 where F = 0, without NaN", () => {
  const [row] = firstRows(linearProblem([[2]], [0]), [0], chain(newtonDirection(), whole), 1);
  assert.is(row!.direction[0], 0);
  assert.is(row!.columns.relativeResidual, 0);
  assert.is(minresTerminations[row!.columns.termination!], "zero");
});

test("sends an error down the stream for a Jacobian that is not symmetric", () => {
  const problem = linearProblem(
    [
      [0, 1],
      [-1, 0],
    ],
    [0, 0],
  );
  try {
    firstRows(problem, [1, 1], chain(newtonDirection(), whole), 1);
    assert.unreachable();
  } catch (error) {
    checkError(error, "ERR_NOT_SYMMETRIC", /newtonDirection.*linear.*extragradient/);
  }
});

test("refuses options out of range, naming itself", () => {
  assertError(
    () => newtonDirection({ relativeTolerance: 2 }),
    "ERR_OPTION_RANGE",
    /newtonDirection: .*relativeTolerance/,
  );
  assertError(() => newtonDirection({ maxIterations: 0 }), "ERR_OPTION_RANGE", /maxIterations/);
  assertError(() => newtonDirection({ maxNorm: -1 }), "ERR_OPTION_RANGE", /maxNorm/);
});

test.run();

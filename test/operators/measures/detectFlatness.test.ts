import { suite } from "uvu";
import * as assert from "uvu/assert";
import { diagonal } from "../../../src/linalg/maps/maps.ts";
import { detectFlatness } from "../../../src/operators/measures/detectFlatness.ts";
import { newtonDirection } from "../../../src/operators/newton/newtonDirection.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { defineUpdate } from "../../../src/streams/defineUpdate.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Checkpoint } from "../../../src/streams/types.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { linearProblem } from "../../support/linearProblem.ts";

const stay = defineUpdate({ name: "stay", refines: "direction", step: (it) => ({ stepSize: 0, next: it.at }) });
const flatStart = [Math.SQRT2, 0];

const test = suite("detectFlatness");

test("judges by curvature where no solver stands before it, for two products a row", () => {
  const rows = firstRows(quartic(), flatStart, chain(detectFlatness(), stay), 3);
  for (const row of rows) {
    assert.is(row.columns.flat, 1);
    assert.ok(row.columns.relativeCurvature! < 1e-15);
  }
  assert.is(rows[2]!.products - rows[1]!.products, 2);
});

test("gives ||J F|| / (||J|| ||F||), whose norm becomes exact along the rows", () => {
  const problem = linearProblem(
    [
      [4, 0, 0],
      [0, -1, 0],
      [0, 0, 0.5],
    ],
    [1, 2, 3],
  );
  const row = firstRows(problem, [0, 0, 0], chain(detectFlatness(), stay), 30).at(-1)!;
  assertClose(row.columns.relativeCurvature!, Math.hypot(4, -2, 1.5) / (4 * Math.hypot(1, 2, 3)), 1e-10);
  assert.is(row.columns.flat, 0);
});

test("reads the residuals of newtonDirection for nothing", () => {
  const problem = linearProblem(
    [
      [1, 0],
      [0, 0],
    ],
    [0.01, 5],
  );
  const alone = firstRows(problem, [0, 0], chain(newtonDirection(), stay), 2);
  const rows = firstRows(problem, [0, 0], chain(newtonDirection(), detectFlatness(), stay), 2);
  assert.is(rows[1]!.products, alone[1]!.products);
  assert.is(rows[0]!.columns.flat, 1);
  assert.is(rows[0]!.columns.relativeCurvature, undefined);
  assert.ok(rows[0]!.columns.relativeResidual! > 0.9);
  const never = firstRows(problem, [0, 0], chain(newtonDirection(), detectFlatness({ relativeResidual: 1 }), stay), 1);
  assert.is(never[0]!.columns.flat, 0);
});

test("stands after the loop too, with the same verdicts", () => {
  const inside = firstRows(quartic(), [0.3, 0.4], chain(newtonDirection(), detectFlatness(), stay), 1);
  const after = firstRows(quartic(), [0.3, 0.4], chain(newtonDirection(), stay), 1, { after: detectFlatness() });
  assert.is(after[0]!.columns.flat, inside[0]!.columns.flat);
  assert.ok("flat" in after[0]!.run.columns);
});

test("judges by curvature on request although there are residuals", () => {
  const update = chain(newtonDirection(), detectFlatness({ by: "curvature" }), stay);
  const [row] = firstRows(quartic(), flatStart, update, 1);
  assert.is(row!.columns.flat, 1);
  assert.ok(row!.columns.relativeCurvature! < 1e-15);
  // The Krylov space of an eigenvector shows no norm but that of its tiny eigenvalue; the solver looks elsewhere too.
  assert.ok(row!.columns.jacobianNorm! > 1);
  assert.ok(row!.columns.relativeCokernelResidual! < 1e-15);
  assert.ok(row!.columns.relativeResidual! > 0.99);
});

test("uses the Frobenius norm on request, for the solver's residuals too", () => {
  const entries = [4, -1, 0.5];
  const problem = linearProblem(
    entries.map((entry, i) => entries.map((_, j) => (i === j ? entry : 0))),
    [1, 2, 3],
  );
  const frobenius = Math.hypot(...entries);
  const [alone] = firstRows(problem, [0, 0, 0], chain(detectFlatness({ norm: "frobenius" }), stay), 1);
  assertClose(alone!.columns.frobeniusNorm!, frobenius, 1e-14);
  assertClose(alone!.columns.relativeCurvature!, Math.hypot(4, -2, 1.5) / (frobenius * Math.hypot(1, 2, 3)), 1e-14);
  const update = chain(newtonDirection({ maxIterations: 1 }), detectFlatness({ norm: "frobenius" }), stay);
  const [row] = firstRows(problem, [0, 0, 0], update, 1);
  const p = row!.direction;
  const r = entries.map((entry, i) => entry * p[i]! + row!.at.field[i]!);
  const jr = r.map((value, i) => value * entries[i]!);
  const expected = Math.hypot(...r) / (frobenius * Math.hypot(...p) + Math.hypot(1, 2, 3));
  assertClose(row!.columns.relativeResidualFrobenius!, expected, 1e-12);
  assertClose(
    row!.columns.relativeCokernelResidualFrobenius!,
    Math.hypot(...jr) / (frobenius * Math.hypot(...r)),
    1e-12,
  );
  assert.match(row!.run.columns.relativeResidualFrobenius!.meaning, "||J||_F");
});

test("takes 0 / 0 for 0: a critical point and a vanishing Jacobian are flat", () => {
  for (const norm of ["two", "frobenius"] as const) {
    const critical = firstRows(linearProblem([[2]], [0]), [0], chain(detectFlatness({ norm }), stay), 1);
    assert.is(critical[0]!.columns.relativeCurvature, 0);
    assert.is(critical[0]!.columns.flat, 1);
    const constant = { ...linearProblem([[0]], [3]), linearize: () => diagonal(Float64Array.of(0)) };
    const [row] = firstRows(constant, [0], chain(detectFlatness({ norm }), stay), 1);
    assert.is(row!.columns.relativeCurvature, 0);
    assert.is(row!.columns.flat, 1);
  }
});

test("projects on an approximate kernel on request, whatever the solver says", () => {
  const problem = linearProblem(
    [
      [1, 0, 0],
      [0, 0, 0],
      [0, 0, -2],
    ],
    [0.1, 5, 0.2],
  );
  for (const norm of ["two", "frobenius"] as const) {
    const update = chain(newtonDirection(), detectFlatness({ by: "projection", norm }), stay);
    const [row] = firstRows(problem, [0, 0, 0], update, 1);
    assertClose(row!.columns.kernelShare!, 5 / Math.hypot(0.1, 5, 0.2), 1e-9);
    assert.is(row!.columns.flat, 1);
  }
  const never = chain(detectFlatness({ by: "projection", kernelShare: 1 }), stay);
  assert.is(firstRows(problem, [0, 0, 0], never, 1)[0]!.columns.flat, 0);
  const [skew] = firstRows(
    linearProblem(
      [
        [0, 1],
        [0, 0],
      ],
      [3, 4],
    ),
    [0, 0],
    chain(detectFlatness({ by: "projection" }), stay),
    1,
  );
  assertClose(skew!.columns.kernelShare!, 0.6, 1e-9);
});

test("by projection a gradient-flat point is flat, and so is a critical one", () => {
  for (const start of [flatStart, [-3, 0]]) {
    const [row] = firstRows(quartic(), start, chain(detectFlatness({ by: "projection" }), stay), 1);
    assert.is(row!.columns.flat, 1);
  }
  const [regular] = firstRows(quartic(), [2.5, 0.5], chain(detectFlatness({ by: "projection" }), stay), 1);
  assert.is(regular!.columns.kernelShare, 0);
});

test("is the same for the same seed, and keeps the vector of its power iteration in checkpoints", () => {
  const saved: Checkpoint[] = [];
  const options = { checkpoints: { every: 1, save: (checkpoint: Checkpoint) => saved.push(checkpoint) } };
  const rows = firstRows(quartic(), [1, 1], chain(detectFlatness({ seed: 4 }), stay), 4, options);
  const again = firstRows(quartic(), saved[2]!, chain(detectFlatness({ seed: 4 }), stay), 2);
  assert.equal(
    again.map((row) => row.columns.relativeCurvature),
    rows.slice(2).map((row) => row.columns.relativeCurvature),
  );
});

test("refuses options out of range", () => {
  assertError(() => detectFlatness({ relativeResidual: 1.1 }), "ERR_OPTION_RANGE", /relativeResidual/);
  assertError(() => detectFlatness({ relativeCurvature: Number.NaN }), "ERR_OPTION_RANGE", /relativeCurvature/);
  assertError(() => detectFlatness({ norm: "one" as "two" }), "ERR_OPTION_RANGE", /"frobenius", got "one"/);
  assertError(() => detectFlatness({ by: "eye" as "curvature" }), "ERR_OPTION_RANGE", /"projection", got "eye"/);
});

test.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { distance } from "../../../src/linalg/vector.ts";
import { extragradient } from "../../../src/operators/games/extragradient.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { defineUpdate } from "../../../src/streams/defineUpdate.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertResumes } from "../../support/checkpoints.ts";
import { linearProblem } from "../../support/linearProblem.ts";

const lengths = (rows: readonly { readonly point: Float64Array }[]): number[] =>
  rows.map(({ point }) => Math.hypot(...point));

const test = suite("gradientStep");

test("multiplies |z| by sqrt(1 + eta^2) a step on f = xy: descent-ascent spirals outwards for every eta", () => {
  for (const eta of [0.01, 0.1, 0.5, 1, 2]) {
    const length = lengths(firstRows(bilinear(), [1, 1], gradientStep(eta), 51));
    for (let k = 0; k < 50; k++) assertClose(length[k + 1]! / length[k]!, Math.sqrt(1 + eta ** 2), 1e-12);
  }
});

test("follows the powers of I - eta J on a linear field", () => {
  const eta = 0.3;
  const rows = firstRows(bilinear(), [1, 1], gradientStep(eta), 51);
  let [x, y] = [1, 1];
  for (const { point } of rows) {
    assertClose(point, [x, y], 1e-12);
    [x, y] = [x - eta * y, y + eta * x];
  }
});

test("shrinks the squared distance by 1 - 2 eta mu + eta^2 L^2 at least where F is strongly monotone", () => {
  // F(z) = (mu I + R) z with a rotation R of size s: mu-strongly monotone, L^2 = mu^2 + s^2, and the bound is attained.
  const [mu, s, eta] = [0.5, 2, 0.1];
  const problem = linearProblem(
    [
      [mu, s],
      [-s, mu],
    ],
    [0, 0],
  );
  const length = lengths(firstRows(problem, [3, -1], gradientStep(eta), 30));
  const factor = Math.sqrt(1 - 2 * eta * mu + eta ** 2 * (mu ** 2 + s ** 2));
  for (let k = 0; k < 29; k++) assertClose(length[k + 1]! / length[k]!, factor, 1e-12);
});

test("descends on a loss to its minimum", () => {
  const rows = firstRows(quartic(), [-2, 1], gradientStep(0.02), 400);
  for (let k = 1; k < rows.length; k++) assert.ok(rows[k]!.value <= rows[k - 1]!.value);
  assertClose(rows.at(-1)!.point, [-3, 0], 1e-12);
});

test("is the projection method where there is a constraint", () => {
  // min (x - 3)^2 / 2 + (y + 1)^2 / 2 over the unit disc: the solution is the projection of (3, -1).
  const disc: Problem = {
    ...linearProblem(
      [
        [1, 0],
        [0, 1],
      ],
      [3, -1],
    ),
    constraint: {
      name: "disc",
      dimension: 2,
      bounded: true,
      project(point, out) {
        const scale = Math.max(1, Math.hypot(...point));
        for (let i = 0; i < 2; i++) out[i] = point[i]! / scale;
      },
      support: (gradient) => Math.hypot(...gradient),
      distance: (point) => Math.max(0, Math.hypot(...point) - 1),
    },
  };
  const rows = firstRows(disc, [0, 0], gradientStep(0.5), 100);
  assertClose(rows.at(-1)!.point, [3 / Math.sqrt(10), -1 / Math.sqrt(10)], 1e-12);
});

test("with a local step size needs no number: the first is 1 / (2 L), later ones follow the change of F", () => {
  for (const [problem, start, end, rows] of [
    [quartic(), [-2, 1], [-3, 0], 300],
    // Curvatures 1e6 and 2e6: steps of a usual size would leave at once.
    [
      linearProblem(
        [
          [2e6, 0],
          [0, 1e6],
        ],
        [2e6, 3e6],
      ),
      [9, 9],
      [1, 3],
      100,
    ],
  ] as const) {
    const found = firstRows(problem, start, gradientStep(), rows);
    assertClose(found.at(-1)!.point, end, 1e-9);
    const etas = found.map(({ stepSize }) => stepSize);
    for (let k = 1; k < 20; k++) {
      const [before, now] = [found[k - 1]!, found[k]!];
      const quotient = distance(now.point, before.point) / distance(now.at.field, before.at.field) / 2;
      const theta = k === 1 ? 1 : etas[k - 1]! / etas[k - 2]!;
      assertClose(etas[k]!, Math.min(Math.sqrt(1 + theta) * etas[k - 1]!, quotient), 1e-12);
    }
  }
  const [first] = firstRows(linearProblem([[4]], [0]), [3], gradientStep("local"), 1);
  assertClose(first!.stepSize, 1 / 8, 1e-9);
});

test("with a local step size goes on from its checkpoints, and keeps it where F does not change", () => {
  assertResumes(quartic(), [-2, 1], () => chain(untilStep(10), gradientStep()));
  const still: Problem = { ...linearProblem([[0]], [-2]) };
  const rows = firstRows(still, [1], gradientStep(), 4);
  for (const { stepSize, point } of rows) assert.ok(Number.isFinite(stepSize) && Number.isFinite(point[0]!));
  const [zero] = firstRows(linearProblem([[2]], [0]), [0], gradientStep(), 1);
  assert.ok(Number.isFinite(zero!.stepSize));
});

test("keeps the direction that was chosen before it", () => {
  const sideways = defineUpdate({ name: "sideways", step: () => ({ direction: Float64Array.of(1, 0) }) });
  const rows = firstRows(quartic(), [0, 0], chain(sideways, gradientStep(0.5)), 3);
  assert.equal(rows[2]!.point, Float64Array.of(1, 0));
});

test("refuses to choose a second time, and step sizes that are none", () => {
  assertError(
    () => firstRows(bilinear(), [1, 1], chain(extragradient({ stepSize: 1 }), gradientStep(0.1)), 1),
    "ERR_STEP_SIZE_DISCARDED",
    /^gradientStep: would discard the step size that extragradient chose/,
  );
  for (const stepSize of [0, -0.1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assertError(
      () => gradientStep(stepSize),
      "ERR_OPTION_RANGE",
      /^gradientStep: expected stepSize to be a positive number, got/,
    );
  }
});

test.run();

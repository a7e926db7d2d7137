import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dot } from "../../../../src/linalg/vector.ts";
import { untilCritical } from "../../../../src/operators/measures/untilCritical.ts";
import { gradientNormDirection } from "../../../../src/operators/newton/gradientNormDirection.ts";
import {
  type WolfeLineSearchOptions,
  wolfeLineSearch,
} from "../../../../src/operators/newton/lineSearch/wolfeLineSearch.ts";
import { saddleFreeDirection } from "../../../../src/operators/newton/saddleFreeDirection.ts";
import { searchOutcomes } from "../../../../src/operators/support/searchOutcome.ts";
import { bilinear } from "../../../../src/problems/games/bilinear.ts";
import { quartic } from "../../../../src/problems/quartic.ts";
import { chain } from "../../../../src/streams/chain.ts";
import { defineUpdate } from "../../../../src/streams/defineUpdate.ts";
import { firstRows } from "../../../../src/streams/firstRows.ts";
import { evaluate } from "../../../../src/streams/loop/evaluation.ts";
import type { Checkpoint, Iterate } from "../../../../src/streams/types.ts";
import { assertClose, assertError, checkError } from "../../../support/assert.ts";
import { linearProblem } from "../../../support/linearProblem.ts";
import { doubleWells } from "../../../support/minima.ts";

const outcome = (row: Iterate): string | undefined => searchOutcomes[row.columns.outcome ?? -1];

/** phi and its slope at the end of a row's step. */
function ends(row: Iterate, merit: "gradientNorm" | "value") {
  const of = (at: ReturnType<typeof evaluate>) => {
    if (merit === "value") return { value: at.value, slope: dot(at.field, row.direction) };
    const product = new Float64Array(at.field.length);
    at.linearize().apply(row.direction, product);
    return { value: at.squaredFieldNorm / 2, slope: dot(at.field, product) };
  };
  const point = row.point.map((z, i) => z + row.stepSize * row.direction[i]!);
  return { before: of(evaluate(row.at.problem, row.point)), after: of(evaluate(row.at.problem, point)) };
}

const test = suite("wolfeLineSearch");

test("meets the strong Wolfe conditions at each row, on both merits", () => {
  for (const merit of ["gradientNorm", "value"] as const) {
    const search = wolfeLineSearch({ merit, curvature: 0.3, firstTrial: "previous" });
    const update = merit === "value" ? search : chain(gradientNormDirection(), search);
    const rows = firstRows(quartic(), [3, 3], chain(untilCritical({ squaredFieldNorm: 1e-12 }), update), 40);
    const steps = rows.filter((row) => row.columns.wolfe === 1);
    assert.ok(steps.length >= 10, `${merit}: ${steps.length}`);
    for (const row of steps) {
      const { before, after } = ends(row, merit);
      assert.ok(after.value <= before.value + 1e-4 * row.stepSize * before.slope + 1e-13);
      assert.ok(Math.abs(after.slope) <= 0.3 * Math.abs(before.slope) * (1 + 1e-9) + 1e-13);
    }
  }
});

test("goes on from a first step that is far too short, where a search that only shrinks would end", () => {
  const rows = firstRows(
    linearProblem([[1]], [0]),
    [1],
    chain(
      untilCritical({ squaredFieldNorm: 1e-20 }),
      gradientNormDirection({ scale: "none" }),
      wolfeLineSearch({ stepSize: 1e-9 }),
    ),
    50,
  );
  assert.is(rows.at(-1)!.status, "converged");
});

test("begins where the last search suggests, and keeps that in checkpoints", () => {
  const saved: Checkpoint[] = [];
  const direction = gradientNormDirection({ scale: "none" });
  const search = chain(direction, wolfeLineSearch({ firstTrial: "previous", stepSize: 1e-6 }));
  const options = { checkpoints: { every: 1, save: (checkpoint: Checkpoint) => saved.push(checkpoint) } };
  const rows = firstRows(quartic(), [-3.4, 1], search, 8, options);
  const again = firstRows(quartic(), saved[4]!, search, 4);
  assert.equal(
    again.map((row) => row.stepSize),
    rows.slice(4).map((row) => row.stepSize),
  );
  assert.ok(rows[0]!.columns.trials! > 2, "lengthens the first");
  assert.ok(
    rows.slice(3).every((row) => row.columns.trials! <= 3),
    "later ones begin well",
  );
});

test("accepts the trial, which is not evaluated again, and counts it", () => {
  const rows = firstRows(
    quartic(),
    [-3.4, 1],
    chain(gradientNormDirection({ scale: "none" }), wolfeLineSearch({ stepSize: 0.01 })),
    3,
  );
  assert.is(rows[1]!.evaluations, 1 + rows[0]!.columns.trials! + rows[1]!.columns.trials!);
});

test("is the last row where no step helps, with the reason", () => {
  const towards = (direction: readonly number[]) =>
    defineUpdate({ name: "towards", step: () => ({ direction: Float64Array.from(direction) }) });
  const well = linearProblem([[2]], [0]);
  const ending = (direction: number, problem = well, start = 1): Iterate =>
    firstRows(problem, [start], chain(towards([direction]), wolfeLineSearch()), 2).at(-1)!;
  for (const [row, expected] of [
    [ending(1), "failed"],
    [ending(0), "stagnated"],
    [ending(Number.NaN), "non-finite"],
  ] as const) {
    assert.is(outcome(row), expected);
    assert.is(row.status, "stagnated");
    assert.is(row.step, 0);
    assert.equal(Array.from(row.point), [1]);
  }
  const walled = {
    ...well,
    evaluate: (point: Float64Array, field: Float64Array) => (field[0] = point[0] === 1 ? 2 : Number.NaN),
  };
  assert.is(outcome(ending(-1, walled)), "non-finite");
});

test("reaches the rounding of the gradient on the value too, whose own changes drown before", () => {
  const rows = firstRows(
    quartic(),
    [-2.9, 0.2],
    chain(untilCritical({ squaredFieldNorm: 1e-22 }), wolfeLineSearch({ merit: "value", firstTrial: "previous" })),
    300,
  );
  assert.is(rows.at(-1)!.status, "converged");
  assertClose(rows.at(-1)!.point, [-3, 0], 1e-10);
});

test("ends on the value where only rounding is left, whatever chooses the direction", () => {
  for (const [problem, start] of [
    [quartic(), [-2.9, 0.2]],
    [doubleWells(3), [0.9, -1.2, 0.3]],
    [
      linearProblem(
        [
          [2, 1],
          [1, 3],
        ],
        [1, 1e6],
      ),
      [5, 5],
    ],
    [
      linearProblem(
        [
          [1e6, 0],
          [0, 1],
        ],
        [1, 1],
      ),
      [5, 5],
    ],
  ] as const) {
    for (const direction of [saddleFreeDirection(), defineUpdate({ name: "steepest", step: () => {} })]) {
      for (const firstTrial of ["constant", "previous"] as const) {
        const search = chain(direction, wolfeLineSearch({ merit: "value", firstTrial }));
        const rows = firstRows(problem, start, search, 3000);
        const last = rows.at(-1)!;
        assert.is(last.status, "stagnated", `${problem.name}, ${firstTrial}`);
        const values = rows.map(({ value }) => value);
        const lowest = Math.min(...values);
        assert.ok(last.value - lowest <= 1e-14 * Math.abs(lowest), `${problem.name}: ${last.value}, not ${lowest}`);
      }
    }
  }
});

test("refuses games on the value, and constraints", () => {
  const caught = (problem: Parameters<typeof firstRows>[0], options: WolfeLineSearchOptions): unknown => {
    try {
      return firstRows(problem, [1, 1], wolfeLineSearch(options), 1);
    } catch (error) {
      return error;
    }
  };
  checkError(caught(bilinear(), { merit: "value" }), "ERR_UNSUPPORTED", /potential, got bilinear/);
  const constraint = {
    name: "box",
    dimension: 2,
    bounded: true,
    project: () => {},
    support: () => 0,
    distance: () => 0,
  };
  checkError(caught({ ...quartic(), constraint }, {}), "ERR_UNSUPPORTED", /quartic on box/);
});

test("refuses options out of range", () => {
  const bad: readonly [WolfeLineSearchOptions, RegExp][] = [
    [{ merit: "loss" as "value" }, /merit/],
    [{ firstTrial: "last" as "previous" }, /firstTrial/],
    [{ sufficientDecrease: 0.6 }, /sufficientDecrease/],
    [{ curvature: 1e-5 }, /curvature/],
    [{ stepSize: 2, maxStepSize: 1 }, /stepSize/],
    [{ maxTrials: 0 }, /maxTrials/],
  ];
  for (const [options, message] of bad) assertError(() => wolfeLineSearch(options), "ERR_OPTION_RANGE", message);
});

test.run();

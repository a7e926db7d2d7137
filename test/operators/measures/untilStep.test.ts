import { from } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import { assertError } from "../../support/assert.ts";
import { valuesOf } from "../../support/collect.ts";
import { counted } from "../../support/countedProblem.ts";
import { makeRows } from "../../support/rows.ts";

const test = suite("untilStep");

test("ends with the row of that step, inside the loop: so many updates were made", () => {
  const problem = counted(quartic());
  const rows = firstRows(problem, [1, 2], chain(untilStep(4), gradientStep(0.01)), 100);
  assert.is(rows.length, 5);
  assert.is(rows[4]!.status, "stopped");
  assert.ok(Number.isNaN(rows[4]!.stepSize));
  assert.is(problem.calls.evaluate, 5);
});

test("ends at the start for 0", () => {
  assert.equal(
    firstRows(quartic(), [1, 2], chain(untilStep(0), gradientStep(0.01)), 9).map((row) => row.status),
    ["stopped"],
  );
});

test("works after the loop and on recorded rows", async () => {
  const after = await valuesOf(iterate(quartic(), [1, 2], gradientStep(0.01)).pipe(untilStep(4)));
  const replayed = await valuesOf(from(makeRows(10)).pipe(untilStep(4)));
  for (const rows of [after, replayed]) {
    assert.equal(
      rows.map((row) => row.status),
      ["running", "running", "running", "running", "stopped"],
    );
  }
});

test("lets a run that ended before keep its verdict", async () => {
  const rows = await valuesOf(from(makeRows(3)).pipe(untilStep(2)));
  assert.is(rows[2]!.status, "converged");
});

test("refuses what is no number of steps", () => {
  for (const step of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assertError(
      () => untilStep(step),
      "ERR_OPTION_RANGE",
      /^untilStep: expected step to be a non-negative integer, got/,
    );
  }
});

test.run();

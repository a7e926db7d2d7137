import { from } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { untilCritical } from "../../../src/operators/measures/untilCritical.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { valuesOf } from "../../support/collect.ts";
import { makeRows } from "../../support/rows.ts";

const test = suite("untilCritical");

test("ends with the first row whose ||F||^2 is at most the bound", () => {
  const rows = firstRows(
    quartic(),
    [-2, 0.1],
    chain(untilCritical({ squaredFieldNorm: 1e-10 }), gradientStep(0.05)),
    1000,
  );
  const last = rows.at(-1)!;
  assert.is(last.status, "converged");
  assert.ok(last.squaredFieldNorm <= 1e-10);
  assertClose(last.point, [-3, 0], 1e-5);
  for (const row of rows.slice(0, -1)) assert.ok(row.squaredFieldNorm > 1e-10);
});

test("takes a row that is exactly at the bound, and ||F|| = 0", async () => {
  const [, bound] = makeRows(3);
  const rows = await valuesOf(from(makeRows(3)).pipe(untilCritical({ squaredFieldNorm: bound!.squaredFieldNorm })));
  assert.is(rows.length, 2);
  const [start] = firstRows(quartic(), [-3, 0], chain(untilCritical({ squaredFieldNorm: 0 }), gradientStep(1)), 5);
  assert.is(start!.status, "converged");
});

test("works after the loop with the same rows as inside", async () => {
  const until = untilCritical({ squaredFieldNorm: 1e-8 });
  const inside = firstRows(quartic(), [-2, 0.1], chain(until, gradientStep(0.05)), 1000);
  const after = await valuesOf(iterate(quartic(), [-2, 0.1], gradientStep(0.05)).pipe(until));
  assert.is(after.length, inside.length);
  assert.is(after.at(-1)!.status, "converged");
  assert.equal(after.at(-1)!.point, inside.at(-1)!.point);
});

test("never takes a field that is no number for critical", () => {
  const rows = firstRows(quartic(), [3, 0], chain(untilCritical({ squaredFieldNorm: 1e300 }), gradientStep(1)), 5);
  assert.is(rows[0]!.status, "converged");
  const diverging = firstRows(
    quartic(),
    [3, 0],
    chain(untilCritical({ squaredFieldNorm: 1e-9 }), gradientStep(5)),
    100,
  );
  assert.is(diverging.at(-1)!.status, "diverged");
});

test("refuses a bound that is no number, or negative", () => {
  for (const squaredFieldNorm of [-1e-9, Number.NaN]) {
    assertError(
      () => untilCritical({ squaredFieldNorm }),
      "ERR_OPTION_RANGE",
      /^untilCritical: expected squaredFieldNorm to be a non-negative number, got/,
    );
  }
});

test.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { average } from "../../../src/operators/measures/average.ts";
import { decayingStep } from "../../../src/operators/steps/decayingStep.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Iterate } from "../../../src/streams/types.ts";
import { assertClose, assertError } from "../../support/assert.ts";

/** sum of w_i z_i / sum of w_i over rows. */
function mean(rows: readonly Iterate[], weight: (row: Iterate) => number): Float64Array {
  const sum = new Float64Array(rows[0]!.point.length);
  let total = 0;
  for (const row of rows) {
    total += weight(row);
    for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + weight(row) * row.point[i]!;
  }
  return sum.map((x) => x / total);
}

const test = suite("average");

test("uniform: the mean of all points so far", () => {
  const rows = firstRows(bilinear(), [1, 2], gradientStep(0.1), 50, { after: average() });
  for (const k of [0, 1, 7, 49]) {
    assertClose(
      rows[k]!.vectors.average!,
      mean(rows.slice(0, k + 1), () => 1),
      1e-13,
    );
  }
});

test("polynomial: row k weighs (k + 1)^power", () => {
  const rows = firstRows(bilinear(), [1, 2], gradientStep(0.1), 30, {
    after: average({ kind: "polynomial", power: 2 }),
  });
  assertClose(
    rows[29]!.vectors.average!,
    mean(rows, (row) => (row.step + 1) ** 2),
    1e-13,
  );
});

test("steps: weighted by the step sizes", () => {
  const update = chain(decayingStep({ stepSize: 0.3, power: 0.5 }), average({ kind: "steps" }));
  const rows = firstRows(bilinear(), [1, 2], update, 30);
  assertClose(
    rows[29]!.vectors.average!,
    mean(rows, (row) => row.stepSize),
    1e-13,
  );
});

test("suffix: the last half at least, three quarters at most", () => {
  const rows = firstRows(bilinear(), [1, 2], gradientStep(0.05), 100, { after: average({ kind: "suffix" }) });
  for (const [k, from] of [
    [0, 0],
    [1, 0],
    [7, 2],
    [8, 4],
    [63, 16],
    [64, 32],
    [99, 32],
  ] as const) {
    assertClose(
      rows[k]!.vectors.average!,
      mean(rows.slice(from, k + 1), () => 1),
      1e-13,
      `row ${k}`,
    );
  }
});

test("counts all rows where it writes only some", () => {
  const rows = firstRows(bilinear(), [1, 2], gradientStep(0.1), 11, { after: average({ every: 5 }) });
  assert.is(rows[3]!.vectors.average, undefined);
  assertClose(
    rows[10]!.vectors.average!,
    mean(rows, () => 1),
    1e-14,
  );
});

test("refuses what it does not know", () => {
  assertError(() => average({ kind: "median" as "uniform" }), "ERR_OPTION_RANGE", /median/);
  assertError(() => average({ power: -1 }), "ERR_OPTION_RANGE");
  assertError(() => average({ every: 1.5 }), "ERR_OPTION_RANGE");
});

test.run();

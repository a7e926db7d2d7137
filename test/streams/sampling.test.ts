import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../src/arrow/row.ts";
import { sampleByHeight } from "../../src/streams/sampleByHeight.ts";
import { sampleByIteration } from "../../src/streams/sampleByIteration.ts";
import { assertError } from "../support/assert.ts";
import * as fc from "../support/fastCheck.ts";
import { makeRow, makeRun } from "../support/rows.ts";

const run = makeRun({ columns: {} });
/** A trajectory with these losses; row k stands at (k, -k). */
const trajectory = (values: readonly number[]): Row[] => values.map((value, step) => makeRow(run, step, { value }));
const { point: _point, ...withoutPoint } = makeRow(run, 0);
const stepsOf = (samples: readonly { readonly step: number }[]): number[] => samples.map(({ step }) => step);

/** 64 losses, finite, repeats likely. */
const losses = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 64 });
const options = { seed: 20, numRuns: 200 };

const height = suite("sampleByHeight");

height("takes the row of least loss at or above a height that is uniform in the range", () => {
  fc.assert(
    fc.property(losses, fc.nat(), (values, seed) => {
      const [sample] = sampleByHeight(trajectory(values), { seed });
      assert.is(sample!.value, values[sample!.step]);
      assert.equal(sample!.point, Float64Array.of(sample!.step, -sample!.step));
      // The first of equal losses.
      assert.is(values.indexOf(sample!.value), sample!.step);
      const low = Math.min(...values);
      // The lowest row is taken at height 0 only, which has no measure.
      if (sample!.value === low) assert.is(Math.max(...values), low);
    }),
    options,
  );
});

height("draws each row as often as the gap below it is of the range", () => {
  // Sorted: 0, 1, 3, 10. Gaps 1, 2, 7.
  const rows = trajectory([10, 0, 3, 1]);
  const count = 4000;
  const drawn = stepsOf(sampleByHeight(rows, { count, seed: 5 }));
  const share = (step: number): number => drawn.filter((s) => s === step).length / count;
  assert.is(share(1), 0);
  // Four standard deviations of a share p are 4 sqrt(p (1 - p) / count) <= 0.032.
  assert.ok(Math.abs(share(3) - 0.1) < 0.02, `${share(3)}`);
  assert.ok(Math.abs(share(2) - 0.2) < 0.026, `${share(2)}`);
  assert.ok(Math.abs(share(0) - 0.7) < 0.03, `${share(0)}`);
});

height("does not care in which order the rows come, but for equal losses", () => {
  const values = [5, 1, 4, 2, 8];
  const order = [3, 0, 4, 1, 2];
  const rows = trajectory(values);
  const shuffled = order.map((k) => rows[k]!);
  assert.equal(sampleByHeight(rows, { count: 50, seed: 1 }), sampleByHeight(shuffled, { count: 50, seed: 1 }));
});

height("takes the first row where all losses are equal", () => {
  assert.equal(stepsOf(sampleByHeight(trajectory([7, 7, 7]), { count: 20, seed: 3 })), Array(20).fill(0));
  assert.equal(stepsOf(sampleByHeight(trajectory([7]), { count: 2 })), [0, 0]);
});

height("leaves out rows without a point or without a finite loss", () => {
  const rows = [
    { ...withoutPoint, step: 9, value: 50 },
    ...trajectory([Number.NaN, 3, Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY]),
  ];
  assert.equal(new Set(stepsOf(sampleByHeight(rows, { count: 50 }))), new Set([1]));
});

height("is determined by the seed, each draw for itself", () => {
  const rows = trajectory(Array.from({ length: 200 }, (_, k) => 100 / (1 + k)));
  const twenty = sampleByHeight(rows, { count: 20, seed: 4, variance: 0.01 });
  assert.equal(sampleByHeight(rows, { count: 20, seed: 4, variance: 0.01 }), twenty);
  assert.equal(sampleByHeight(rows, { count: 7, seed: 4, variance: 0.01 }), twenty.slice(0, 7));
  assert.not.equal(stepsOf(sampleByHeight(rows, { count: 20, seed: 5 })), stepsOf(twenty));
  assert.equal(
    stepsOf(sampleByHeight(rows, { count: 20, seed: 4 })),
    stepsOf(twenty),
    "noise does not change the draw",
  );
});

height("adds Gaussian noise whose variance is the option, coordinate by coordinate", () => {
  const variance = 0.04;
  const n = 50;
  const zero = makeRow(run, 0, { value: 1, point: new Float64Array(n) });
  const samples = sampleByHeight([zero], { count: 400, seed: 8, variance });
  const all = samples.flatMap(({ point }) => [...point]);
  const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
  const measured = all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length;
  // 20,000 numbers: standard errors 0.2 / sqrt(20000) = 0.0014 and 0.04 sqrt(2 / 20000) = 0.0004.
  assert.ok(Math.abs(mean) < 0.006, `${mean}`);
  assert.ok(Math.abs(measured - variance) < 0.0016, `${measured}`);
  assert.is(zero.point![0], 0, "the trajectory is left as it is");
  assert.is(samples[0]!.value, 1, "the loss is that before the noise");
});

height("gives copies of points, so that a search may start there", () => {
  const rows = trajectory([1, 2]);
  const [sample] = sampleByHeight(rows);
  assert.is.not(sample!.point, rows[sample!.step]!.point);
});

height("refuses options out of range, and rows of which none can be used", () => {
  const rows = trajectory([1, 2]);
  assertError(
    () => sampleByHeight(rows, { count: 1.5 }),
    "ERR_OPTION_RANGE",
    /^sampleByHeight: expected count to be a non-negative integer, got 1.5/,
  );
  assertError(() => sampleByHeight(rows, { count: -1 }), "ERR_OPTION_RANGE", /got -1/);
  for (const variance of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assertError(
      () => sampleByHeight(rows, { variance }),
      "ERR_OPTION_RANGE",
      /expected variance to be a non-negative number/,
    );
  }
  assertError(
    () => sampleByHeight([withoutPoint, withoutPoint]),
    "ERR_OPTION_RANGE",
    /^sampleByHeight: expected rows with points and finite values, got none among 2; record the trajectory with \{ points: "all" \}/,
  );
  assertError(() => sampleByHeight([]), "ERR_OPTION_RANGE", /none among 0/);
  assert.equal(sampleByHeight(rows, { count: 0 }), []);
});

height.run();

const iteration = suite("sampleByIteration");

iteration("draws each row with a point alike", () => {
  const rows = [{ ...withoutPoint, step: 9 }, ...trajectory([5, Number.NaN, 5, 5])];
  const count = 4000;
  const drawn = stepsOf(sampleByIteration(rows, { count, seed: 2 }));
  for (let step = 0; step < 4; step++) {
    const share = drawn.filter((s) => s === step).length / count;
    // Four standard deviations: 4 sqrt(0.25 * 0.75 / 4000) = 0.027.
    assert.ok(Math.abs(share - 0.25) < 0.028, `${share} of step ${step}`);
  }
  assert.not.ok(drawn.includes(9));
});

iteration("always gives a row of the trajectory, the same for the same seed", () => {
  fc.assert(
    fc.property(losses, fc.nat(), fc.integer({ min: 0, max: 30 }), (values, seed, count) => {
      const samples = sampleByIteration(trajectory(values), { seed, count });
      assert.is(samples.length, count);
      for (const { step, value, point } of samples) {
        assert.is(value, values[step]);
        assert.is(point[0], step);
      }
      assert.equal(sampleByIteration(trajectory(values), { seed, count }), samples);
    }),
    options,
  );
});

iteration("draws otherwise than sampleByHeight with the same seed", () => {
  // One row: the two can differ in their noise alone.
  const [row] = trajectory([1]);
  const options = { seed: 1, variance: 1 };
  const [a] = sampleByIteration([row!], options);
  const [b] = sampleByHeight([row!], options);
  assert.not.equal(a!.point, b!.point);
});

iteration("refuses rows without points", () => {
  assertError(
    () => sampleByIteration([withoutPoint]),
    "ERR_OPTION_RANGE",
    /^sampleByIteration: expected rows with points, got none among 1; record the trajectory/,
  );
});

iteration.run();

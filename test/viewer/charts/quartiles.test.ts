import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bandOf } from "../../../src/viewer/charts/seeds/quartiles.ts";
import { RunData } from "../../../src/viewer/runData.ts";
import * as fc from "../../support/fastCheck.ts";

const quartiles = suite("quartiles over seeds");
const axis = { quantity: "step", log: false } as const;
const view = { axis, zoom: undefined };

function dataOf(steps: readonly number[], values: readonly number[]): RunData {
  const data = new RunData({});
  const number = (numbers: readonly number[]) =>
    ({ kind: "number", values: Float64Array.from(numbers), missing: undefined }) as const;
  const columns = new Map([
    ["step", number(steps)],
    ["value", number(values)],
  ]);
  data.append({ rows: steps.length, columns });
  return data;
}

const run = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 20 }).chain((steps) =>
  fc.record({
    steps: fc.constant([...steps].sort((a, b) => a - b)),
    values: fc.array(fc.integer({ min: -50, max: 50 }), { minLength: steps.length, maxLength: steps.length }),
    live: fc.boolean(),
  }),
);

quartiles("are those of the values that the runs have at each place, by the definition", () => {
  fc.assert(
    fc.property(fc.array(run, { minLength: 1, maxLength: 7 }), (runs) => {
      const seeds = runs.map(({ steps, values, live }) => ({ data: dataOf(steps, values), live }));
      const band = bandOf(seeds, "value", view, false);
      band.xs.forEach((x, index) => {
        const values = runs
          .flatMap(({ steps, values, live }) => {
            const row = steps.findLastIndex((step) => step <= x);
            return row < 0 || (live && x > steps.at(-1)!) ? [] : [values[row]!];
          })
          .sort((a, b) => a - b);
        for (const [share, got] of [
          [0.25, band.lower[index]],
          [0.5, band.median[index]],
          [0.75, band.upper[index]],
        ] as const) {
          const place = share * (values.length - 1);
          const [low, high] = [values[Math.floor(place)]!, values[Math.ceil(place)]!];
          assert.ok(Math.abs(got! - (low + (place % 1) * (high - low))) < 1e-12);
        }
      });
      const all = [...new Set(runs.flatMap(({ steps }) => steps))].sort((a, b) => a - b);
      assert.equal(band.xs, all);
    }),
  );
});

quartiles("of numbers are those of NumPy's default", () => {
  const seeds = [4, 1, 8, 2].map((value) => ({ data: dataOf([0], [value]), live: false }));
  const { lower, median, upper } = bandOf(seeds, "value", view, false);
  // numpy.quantile([1, 2, 4, 8], [0.25, 0.5, 0.75])
  assert.equal([lower, median, upper], [[1.75], [3], [5]]);
});

quartiles("count a run that is not finite above all others", () => {
  const seeds = [
    [1, 1, 1],
    [2, Number.NaN, Number.NaN],
    [3, 3, Number.POSITIVE_INFINITY],
  ].map((values) => ({ data: dataOf([0, 1, 2], values), live: false }));
  const band = bandOf(seeds, "value", view, false);
  assert.equal(band.median, [2, 3, null]);
  assert.equal(band.lower, [1.5, 2, null]);
});

quartiles("leave gaps where a logarithmic axis has no place", () => {
  const seeds = [
    [1, -1],
    [10, -2],
  ].map((values) => ({ data: dataOf([0, 1], values), live: false }));
  assert.equal(bandOf(seeds, "value", view, true).median, [5.5, null]);
});

quartiles("of long runs are thinned along the axis as it is drawn", () => {
  const steps = Array.from({ length: 3000 }, (_, step) => step);
  const seeds = [1, 2, 3].map((factor) => ({
    data: dataOf(
      steps,
      steps.map((step) => factor * step),
    ),
    live: false,
  }));
  const log = { axis: { quantity: "step", log: true }, zoom: undefined } as const;
  const { xs, median } = bandOf(seeds, "value", log, false);
  assert.ok(xs.length <= 401 && xs.length > 100, String(xs.length));
  assert.equal(xs.slice(0, 4), [1, 2, 3, 4]);
  assert.equal(
    median,
    xs.map((x) => 2 * (x - 1)),
  );
  const near = bandOf(seeds, "value", { axis: log.axis, zoom: { min: 1000, max: 1100 } }, false);
  assert.is(near.xs.length, 101);
});

quartiles.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { heatCells } from "../../../src/viewer/charts/heat/heatCells.ts";
import { heatColor, heatScale } from "../../../src/viewer/charts/heat/heatScale.ts";
import type { ShownRun } from "../../../src/viewer/charts/series.ts";
import { RunData } from "../../../src/viewer/runData.ts";
import * as fc from "../../support/fastCheck.ts";

const heat = suite("heat map");
/** Numbers of all sizes, but none whose last places the smallest numbers do not have. */
const numbers = fc
  .array(fc.double({ min: -1e200, max: 1e200, noNaN: true }), { minLength: 1, maxLength: 30 })
  .map((values) => values.map((value) => (Math.abs(value) < 1e-200 ? 0 : value)));

heat("has a scale that keeps order and sign, and whose places can be read back", () => {
  fc.assert(
    fc.property(numbers, (values) => {
      const { place, value, signed } = heatScale(values);
      const sorted = [...values].sort((a, b) => a - b);
      assert.is(signed, sorted[0]! < 0);
      sorted.forEach((number, i) => {
        assert.ok(place(number) >= (signed ? -1 : 0) && place(number) <= 1);
        if (i > 0) assert.ok(place(number) >= place(sorted[i - 1]!));
        // A size below 1e-12 of the largest lies where 0 does.
        if (signed) assert.ok(place(number) * Math.sign(number) >= 0);
      });
      for (const at of [0.1, 0.5, 0.9]) assert.ok(Math.abs(place(value(at)) - at) < 1e-9);
    }),
  );
});

heat("has a scale that does not depend on the unit", () => {
  fc.assert(
    fc.property(numbers, fc.constantFrom(2 ** -60, 2 ** 60), (values, unit) => {
      const [one, other] = [heatScale(values), heatScale(values.map((value) => value * unit))];
      for (const value of values) assert.ok(Math.abs(one.place(value) - other.place(value * unit)) < 1e-9);
    }),
  );
});

heat("survives numbers that are no numbers, and nothing but zeros", () => {
  for (const values of [[], [0, 0], [Number.NaN, Number.POSITIVE_INFINITY], [-0]]) {
    const { place, range } = heatScale(values);
    assert.ok(Number.isFinite(place(0)) && range.every(Number.isFinite), String(values));
    assert.match(heatColor(place(0), false), /^rgb\(\d+, \d+, \d+\)$/);
  }
});

function runOf(steps: readonly number[], first: readonly (number | undefined)[]): ShownRun {
  const data = new RunData({});
  const columns = new Map([
    ["step", { kind: "number", values: Float64Array.from(steps), missing: undefined }],
    [
      "spectrum",
      { kind: "list", values: first.map((value) => (value === undefined ? undefined : Float64Array.of(value, 9))) },
    ],
  ] as const);
  data.append({ rows: steps.length, columns });
  return { name: "a", slot: 0, live: false, columns: {}, players: [], data, detail: undefined };
}

heat("shows in each bin the last vector up to its right edge, as a direct search finds it", () => {
  const run = fc.uniqueArray(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 20 }).chain((steps) =>
    fc.tuple(
      fc.constant([...steps].sort((a, b) => a - b)),
      fc.array(fc.option(fc.integer({ min: -9, max: 9 }), { nil: undefined }), {
        minLength: steps.length,
        maxLength: steps.length,
      }),
    ),
  );
  fc.assert(
    fc.property(run, fc.integer({ min: 1, max: 40 }), ([steps, values], bins) => {
      const axis = { quantity: "step", log: false } as const;
      const cells = heatCells(runOf(steps, values), ["spectrum.0", "spectrum.1"], { axis, zoom: undefined }, bins);
      if (values.every((value) => value === undefined)) return assert.is(cells, undefined);
      const [min, max] = cells!.xRange;
      for (let bin = 0; bin < bins; bin++) {
        const right = bin === bins - 1 ? max : min + ((max - min) * (bin + 1)) / bins;
        const row = steps.findLastIndex((step, i) => step <= right && values[i] !== undefined);
        assert.is(cells!.rows[bin], row);
        assert.equal(cells!.values[2 * bin], row < 0 ? Number.NaN : values[row]);
        assert.equal(cells!.values[2 * bin + 1], row < 0 ? Number.NaN : 9);
      }
    }),
  );
});

heat.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { chain, defineUpdate, type Iterate, norm } from "../../../src/authoring/index.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { clipByNorm } from "../../../src/operators/steps/clipByNorm.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../../src/operators/steps/momentum.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertResumes } from "../../support/checkpoints.ts";
import * as fc from "../../support/fastCheck.ts";

/** The row in which a direction was clipped. */
function clip(entries: ArrayLike<number>, maxNorm: number): Iterate {
  const direction = Float64Array.from(entries);
  const choose = defineUpdate({ name: "choose", step: () => ({ direction }) });
  const problem = { ...bilinear(), dimension: direction.length, name: "any", blocks: [] };
  const zero = {
    ...problem,
    evaluate(_: Float64Array, field: Float64Array): number {
      field.fill(0);
      return Number.NaN;
    },
  };
  const start = new Float64Array(direction.length);
  return firstRows(zero, start, chain(choose, clipByNorm({ maxNorm }), gradientStep(0.1)), 1)[0]!;
}

const test = suite("clipByNorm");

test("shortens a long direction to the norm asked for, and says by which factor", () => {
  const row = clip([3, -4], 1);
  assertClose(row.direction, [0.6, -0.8], 1e-15);
  assertClose(row.columns.clipFactor!, 0.2, 1e-15);
});

test("hands on the same array where the direction is short enough", () => {
  const chosen: Float64Array[] = [];
  const watch = defineUpdate({ name: "watch", step: (it) => void chosen.push(it.direction) });
  const update = chain(momentum(), watch, clipByNorm({ maxNorm: 1e6 }), gradientStep(0.01));
  const [row] = firstRows(quartic(), [1, 2], update, 1);
  assert.is(row!.direction, chosen[0]);
  assert.is(row!.columns.clipFactor, 1);
  // The bound itself is allowed, and so is a direction of zero.
  assert.equal(clip([3, 4], 5).direction, Float64Array.of(3, 4));
  assert.equal(clip([0, 0], 5).columns.clipFactor, 1);
});

test("gives a direction of at most the norm, parallel to the one it got", () => {
  const entry = fc.double({ noNaN: true, noDefaultInfinity: true });
  const bound = fc.double({ min: 1e-290, max: 1e290, noNaN: true });
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 8 }), bound, (entries, maxNorm) => {
      const { direction, columns } = clip(entries, maxNorm);
      const length = norm(direction);
      assert.ok(length <= maxNorm * (1 + 1e-14), `${length} of ${maxNorm}`);
      assert.ok(columns.clipFactor! <= 1);
      if (columns.clipFactor! < 1) {
        assertClose(length, maxNorm, 1e-14);
        const largest = Math.max(...entries.map(Math.abs));
        const kept = Math.max(...direction.map(Math.abs));
        assertClose(
          [...direction].map((d) => d / kept),
          entries.map((x) => x / largest),
          1e-14,
        );
      }
    }),
    { numRuns: 1000 },
  );
});

test("is safe where squares or even the norm overflow, and where squares underflow", () => {
  assertClose(clip([1.5e308, 1.5e308], 1).direction, [Math.SQRT1_2, Math.SQRT1_2], 1e-15);
  assertClose(clip([3e-200, 4e-200], 1e-200).direction, [0.6e-200, 0.8e-200], 1e-15);
  assertClose(clip([3e-320, 4e-320], 1e-300).direction, [3e-320, 4e-320], 0);
});

test("gives the same bits when direction and bound are multiplied by a power of two", () => {
  const entry = fc.double({ min: -1e3, max: 1e3, noNaN: true }).map((x) => Math.fround(x));
  const entries = fc.array(entry, { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(
      entries,
      fc.double({ min: 0.1, max: 10, noNaN: true }),
      fc.integer({ min: -500, max: 500 }),
      (all, maxNorm, exponent) => {
        const factor = 2 ** exponent;
        const scaled = clip(
          all.map((x) => x * factor),
          maxNorm * factor,
        );
        const plain = clip(all, maxNorm);
        assert.equal(
          scaled.direction,
          plain.direction.map((d) => d * factor),
        );
        assert.is(scaled.columns.clipFactor, plain.columns.clipFactor);
      },
    ),
  );
});

test("passes a direction on unchanged that is not finite, with an empty cell", () => {
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const row = clip([1, wrong, 2], 1);
    assert.equal([...row.direction], [1, wrong, 2]);
    assert.is(row.columns.clipFactor, undefined);
  }
});

test("can be steered and resumed", () => {
  const make = () => chain(untilStep(8), clipByNorm({ maxNorm: 5 }), momentum(), gradientStep(0.05));
  const commands = [{ type: "set", setting: "clipByNorm.maxNorm", value: 0.1, step: 4 }] as const;
  const rows = assertResumes(quartic(), [1, 2], make, { commands });
  assert.ok(rows[4]!.columns.clipFactor! < rows[3]!.columns.clipFactor!);
});

test("needs a positive bound", () => {
  assertError(() => clipByNorm({} as never), "ERR_OPTION_TYPE", /clipByNorm: expected the option maxNorm/);
  assertError(() => clipByNorm({ maxNorm: 0 }), "ERR_OPTION_RANGE", /maxNorm to be a positive number, got 0/);
});

test.run();

/** What schedules have in common, whatever their options; references.test.ts compares their numbers with PyTorch's. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cosine, exponentialDecay, gradientStep, oneCycle, stepDecay, warmUp } from "../../../src/operators/index.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { firstRows, scheduled } from "../../../src/streams/index.ts";
import { assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";

const test = suite("schedules");
const unit = fc.double({ min: 0, max: 1, noNaN: true });
const count = fc.integer({ min: 1, max: 40 });

/** Signs of the differences of neighbours, rounding left out. */
function turns(values: readonly number[]): number[] {
  return values.slice(1).map((value, i) => (Math.abs(value - values[i]!) < 1e-14 ? 0 : Math.sign(value - values[i]!)));
}

test("cosine rises in its warm-up to 1, falls to its floor, and stays there", () => {
  fc.assert(
    fc.property(count, count, unit, unit, (warm, fall, floor, initial) => {
      const steps = warm + fall;
      const factor = cosine({ steps, floor, warmUp: warm, initial });
      assert.is(factor(0), initial);
      assert.ok(Math.abs(factor(warm) - 1) < 1e-15);
      assert.is(factor(steps), floor);
      assert.is(factor(steps + 5), floor);
      const all = Array.from({ length: steps + 1 }, (_, k) => factor(k));
      assert.ok(turns(all.slice(0, warm + 1)).every((turn) => turn >= 0));
      assert.ok(turns(all.slice(warm)).every((turn) => turn <= 0));
    }),
  );
});

test("oneCycle goes through its three factors, in both forms", () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 60 }), unit, unit, unit, (steps, initial, final, rise) => {
      for (const shape of ["cosine", "linear"] as const) {
        const factor = oneCycle({ steps, initial, peak: 2, final, rise, shape });
        const all = Array.from({ length: steps + 3 }, (_, k) => factor(k));
        assert.ok(all.every((value) => value >= 0 && value <= 2 + 1e-15));
        if (rise * steps > 2) assert.ok(Math.abs(all[0]! - initial) < 1e-15);
        assert.is(all[steps - 1], rise === 1 ? 2 : final);
        assert.is(all[steps + 2], final);
        if (rise === 0) assert.is(all[0], 2);
        const top = Math.max(0, Math.ceil(rise * steps - 1));
        assert.ok(turns(all.slice(top)).every((turn) => turn <= 0));
      }
    }),
  );
});

test("falls in steps agree with the list of the same places, and with powers there", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 1, noNaN: true }), count, (decay, every) => {
      const falls = Array.from({ length: 5 }, (_, i) => every * (i + 1));
      const [regular, listed] = [stepDecay({ decay, every }), stepDecay({ decay, at: falls })];
      const smooth = exponentialDecay({ decay, every });
      for (let k = 0; k < 6 * every; k++) {
        assert.is(regular(k), listed(k));
        assert.ok(smooth(k) <= regular(k));
        if (k % every === 0) assert.is(smooth(k), regular(k));
      }
    }),
  );
  assert.is(exponentialDecay({ decay: 0.5, floor: 0.2 })(10), 0.2);
});

test("warmUp hands over to another schedule, which counts from there", () => {
  const factor = warmUp({ steps: 2, initial: 0.5, next: (k) => 10 + k });
  assert.equal([0, 1, 2, 3].map(factor), [0.5, 0.75, 10, 11]);
  assert.is(warmUp({ steps: 3 })(100), 1);
});

test("a run whose step size has fallen to 0 stays where it is", () => {
  const update = scheduled(gradientStep(0.01), { stepSize: cosine({ steps: 3 }) });
  const points = firstRows(quartic(), [1, 2], update, 6).map((row) => row.point.join());
  assert.is(new Set(points).size, 4);
});

test("options out of range are named", () => {
  assertError(() => cosine({ steps: 4, warmUp: 4 }), "ERR_OPTION_RANGE", /cosine: expected warmUp/);
  assertError(() => cosine({} as { steps: number }), "ERR_OPTION_TYPE", /cosine/);
  assertError(() => oneCycle({ steps: 4, rise: 2 }), "ERR_OPTION_RANGE", /oneCycle: expected rise/);
  assertError(() => stepDecay({ decay: 0.5 }), "ERR_OPTION_TYPE", /either every or at/);
  assertError(() => stepDecay({ every: 2, at: [1] }), "ERR_OPTION_TYPE", /either every or at/);
  assertError(() => stepDecay({ at: [3, 1] }), "ERR_OPTION_TYPE", /ascending/);
  assertError(() => exponentialDecay({ decay: 1.5 }), "ERR_OPTION_RANGE", /decay/);
  assertError(() => warmUp({ steps: 0 }), "ERR_OPTION_RANGE", /steps/);
});

test.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type Probe,
  type StrongWolfeOptions,
  strongWolfe,
} from "../../../../src/operators/newton/lineSearch/strongWolfe.ts";
import * as fc from "../../../support/fastCheck.ts";

const options: StrongWolfeOptions = {
  sufficientDecrease: 1e-4,
  curvature: 0.9,
  first: 1,
  maxStepSize: 1e10,
  maxTrials: 60,
};

/** Probes of phi with its derivative, counting. */
function probing(phi: (a: number) => number, slope: (a: number) => number) {
  const asked: number[] = [];
  const at = (alpha: number): Probe => ({ alpha, value: phi(alpha), slope: () => slope(alpha) });
  const probe = (alpha: number): Probe => {
    asked.push(alpha);
    return at(alpha);
  };
  return { start: at(0), probe, asked };
}

const test = suite("strongWolfe");

test("meets both conditions on random quartics, whatever the first step", () => {
  const number = fc.double({ min: 0.1, max: 5, noNaN: true });
  fc.assert(
    fc.property(number, number, fc.double({ min: -6, max: 6, noNaN: true }), (a, b, power) => {
      // phi(x) = a x^4 / 4 + b x^2 / 2 - x, convex, phi'(0) = -1.
      const phi = (x: number): number => (a * x ** 4) / 4 + (b * x * x) / 2 - x;
      const slope = (x: number): number => a * x ** 3 + b * x - 1;
      const { start, probe } = probing(phi, slope);
      for (const curvature of [0.9, 0.1]) {
        const { found, complete } = strongWolfe(start, probe, { ...options, curvature, first: 10 ** power });
        assert.ok(complete && found !== undefined);
        assert.ok(found.value <= 1e-4 * found.alpha * -1 + 1e-15);
        assert.ok(Math.abs(found.slope()) <= curvature);
      }
    }),
    { numRuns: 200, seed: 5 },
  );
});

test("lengthens a step that is too short, which backtracking cannot", () => {
  const { start, probe } = probing(
    (x) => (x - 1000) ** 2,
    (x) => 2 * (x - 1000),
  );
  const { found, complete } = strongWolfe(start, probe, { ...options, first: 1e-3, curvature: 0.1 });
  assert.ok(complete && found!.alpha > 899 && found!.alpha < 1101, `${found?.alpha}`);
});

test("finds a narrow valley behind a hill", () => {
  // A wavy descent: several stationary points, only some with sufficient decrease.
  const phi = (x: number): number => -x + 2 * Math.sin(2 * x) + 0.02 * x * x;
  const slope = (x: number): number => -1 + 4 * Math.cos(2 * x) + 0.04 * x;
  const shift = 0.9;
  const { start, probe } = probing(
    (x) => phi(x + shift),
    (x) => slope(x + shift),
  );
  for (const first of [0.01, 0.5, 3, 40]) {
    const { found, complete } = strongWolfe(start, probe, { ...options, first, curvature: 0.1 });
    assert.ok(complete, `first ${first}`);
    assert.ok(found!.value <= start.value + 1e-4 * found!.alpha * start.slope());
    assert.ok(Math.abs(found!.slope()) <= 0.1 * Math.abs(start.slope()));
  }
});

test("takes values that are not finite for too long a step", () => {
  // -log(1 - x) - 2 x, defined below 1.
  const { start, probe, asked } = probing(
    (x) => (x < 1 ? -Math.log(1 - x) - 2 * x : Number.NaN),
    (x) => 1 / (1 - x) - 2,
  );
  const { found, complete } = strongWolfe(start, probe, { ...options, first: 64, curvature: 0.1 });
  assert.ok(complete && Math.abs(found!.alpha - 0.5) < 0.1);
  assert.ok(asked.length < 15, `${asked.length} trials`);
});

test("stops at the longest step, which decreases, and says that the curvature condition fails there", () => {
  const { start, probe, asked } = probing(
    (x) => -x,
    () => -1,
  );
  const { found, complete } = strongWolfe(start, probe, { ...options, maxStepSize: 50 });
  assert.is(found!.alpha, 50);
  assert.is(complete, false);
  assert.ok(asked.length < 10);
});

test("gives nothing where no step decreases, within its trials", () => {
  // The slope promises a decrease that is not there.
  const { start, probe, asked } = probing(
    (x) => x,
    () => -1,
  );
  const { found } = strongWolfe(start, probe, { ...options, maxTrials: 20 });
  assert.is(found, undefined);
  assert.is(asked.length, 20);
});

test("judges by slopes where changes drown in rounding", () => {
  const base = 1e6;
  // All values are equal to rounding; the slopes know better.
  const { start, probe } = probing(
    (x) => base + 1e-12 * (x - 1) ** 2,
    (x) => 2e-12 * (x - 1),
  );
  const { found, complete } = strongWolfe(start, probe, {
    ...options,
    first: 4,
    curvature: 0.1,
    rounding: 16 * Number.EPSILON,
  });
  assert.ok(complete && Math.abs(found!.alpha - 1) <= 0.1, `${found?.alpha}`);
});

test.run();

/** Noisy fields: which step sizes converge, and at which rate. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { stochasticExtragradient } from "../../../src/operators/games/stochasticExtragradient.ts";
import { decayingStep } from "../../../src/operators/steps/decayingStep.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { affineGame } from "../../support/games.ts";
import { meanSquares } from "../../support/noise.ts";
import { logLogSlope } from "../../support/slope.ts";

const strong = affineGame(
  [
    [1, 1],
    [-1, 1],
  ],
  [0, 0],
);

const stochastic = suite("decayingStep");
stochastic("is eta_0 / (1 + k / delay)^power", () => {
  const rows = firstRows(bilinear(), [1, 1], decayingStep({ stepSize: 0.3, power: 0.5, delay: 4 }), 13);
  assertClose(
    rows.map((row) => row.stepSize),
    rows.map((row) => 0.3 / Math.sqrt(1 + row.step / 4)),
    1e-15,
  );
});
stochastic("with power 1: E ||z - z*||^2 = O(1 / k) under strong monotonicity; a fixed step stays in the noise", () => {
  const steps = [50, 100, 200, 400, 800, 1600];
  const decaying = meanSquares(strong, () => decayingStep({ stepSize: 0.5, delay: 8 }), steps);
  const slope = logLogSlope(steps.map((k, i) => [k, decaying[i]!]));
  assert.ok(slope < -0.7 && slope > -1.3, `slope ${slope}`);
  const [fixed] = meanSquares(strong, () => decayingStep({ stepSize: 0.5, power: 0 }), [1600]);
  assert.ok(fixed! > 20 * decaying.at(-1)!, `${fixed}`);
});
stochastic("refuses options out of range", () => {
  assertError(() => decayingStep({ stepSize: 0 }), "ERR_OPTION_RANGE");
  assertError(() => decayingStep({ stepSize: 1, power: 2 }), "ERR_OPTION_RANGE");
  assertError(() => decayingStep({ stepSize: 1, delay: 0 }), "ERR_OPTION_RANGE");
});
stochastic.run();

const extra = suite("stochasticExtragradient");
extra("on xy: bold looks and careful steps converge, one decaying step size for both does not", () => {
  const [bold] = meanSquares(
    bilinear(),
    (second) =>
      stochasticExtragradient({ aheadStepSize: 0.5, aheadPower: 0, power: 1, stepSize: 1, delay: 20, second }),
    [2000],
  );
  const [alike] = meanSquares(
    bilinear(),
    (second) => stochasticExtragradient({ aheadStepSize: 0.5, aheadPower: 1, power: 1, delay: 20, second }),
    [2000],
  );
  assert.ok(bold! < 0.02, `${bold}`);
  assert.ok(alike! > 10 * bold!, `${alike}`);
});
extra("evaluates the looked-ahead point on the second batch where one is given, else on the same", () => {
  const seen: string[] = [];
  const named = (name: string): Problem => ({
    ...strong,
    evaluate(point, field) {
      seen.push(name);
      return strong.evaluate(point, field);
    },
  });
  const batches = (k: number): Problem => named(k >= 0 ? `first ${k}` : `second ${-1 - k}`);
  const cached = new Map<number, Problem>();
  const batch = (k: number): Problem => {
    if (!cached.has(k)) cached.set(k, batches(k));
    return cached.get(k)!;
  };
  firstRows(batch, [1, 1], stochasticExtragradient({ aheadStepSize: 0.1, second: (k) => batch(-1 - k) }), 2);
  assert.equal(seen.slice(0, 4), ["first 0", "second 0", "first 1", "second 1"]);
  seen.length = 0;
  firstRows(batch, [1, 1], stochasticExtragradient({ aheadStepSize: 0.1 }), 2);
  assert.equal(seen.slice(0, 4), ["first 0", "first 0", "first 1", "first 1"]);
});
extra("refuses options out of range", () => {
  assertError(() => stochasticExtragradient({ aheadStepSize: 0 }), "ERR_OPTION_RANGE");
  assertError(() => stochasticExtragradient({ aheadStepSize: 1, power: -1 }), "ERR_OPTION_RANGE");
});
extra.run();

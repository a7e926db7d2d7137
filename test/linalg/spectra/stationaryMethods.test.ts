import { suite } from "uvu";
import * as assert from "uvu/assert";
import { generalEigenvalues } from "../../../src/linalg/dense/generalEigenvalues.ts";
import {
  amplification,
  classifyStationaryPoint,
  predictedFactor,
  type StationaryMethod,
  stationaryMethods,
  stepLimit,
} from "../../../src/linalg/spectra/stationaryMethods.ts";
import { extragradient } from "../../../src/operators/games/extragradient.ts";
import { goldenRatio } from "../../../src/operators/games/goldenRatio.ts";
import { optimistic } from "../../../src/operators/games/optimistic.ts";
import { proximalPoint } from "../../../src/operators/games/proximalPoint.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Update } from "../../../src/streams/types.ts";
import { assertClose } from "../../support/assert.ts";
import { linearProblem } from "../../support/linearProblem.ts";

const updates: Partial<Record<StationaryMethod, (eta: number) => Update>> = {
  gradientStep: (eta) => gradientStep(eta),
  extragradient: (eta) => extragradient({ stepSize: eta }),
  optimistic: (eta) => chain(optimistic(), gradientStep(eta)),
  proximalPoint: (eta) => proximalPoint({ stepSize: eta }),
  goldenRatio: (eta) => goldenRatio({ stepSize: eta }),
};

/** Eigenvalues 1 +- 2 i and 3. */
const rows = [
  [1, 2, 0],
  [-2, 1, 0],
  [0, 0, 3],
];
const spectrum = generalEigenvalues(Float64Array.from(rows.flat()));

const predicted = suite("predictedFactor");
for (const [name, update] of Object.entries(updates)) {
  predicted(`is what ${name} does in the long run`, () => {
    for (const eta of [0.05, 0.15]) {
      const run = firstRows(linearProblem(rows, [0, 0, 0]), [1, 1, 1], update(eta), 121);
      const measured = (run[120]!.squaredFieldNorm / run[80]!.squaredFieldNorm) ** (1 / 80);
      assertClose(measured, predictedFactor(name as StationaryMethod, eta, spectrum), 5e-3, `eta ${eta}`);
    }
  });
}
predicted("knows every method, and no eigenvalue but zero gives no factor", () => {
  for (const name of stationaryMethods) {
    const factor = predictedFactor(name, 0.1, spectrum);
    assert.ok(factor > 0.5 && factor < 1, `${name}: ${factor}`);
    assert.ok(Number.isNaN(predictedFactor(name, 0.1, generalEigenvalues(new Float64Array(4)))));
  }
});
predicted("agrees with the exact multipliers on f(x, y) = xy", () => {
  assertClose(amplification("gradientStep", 0.3, 0, 1), Math.sqrt(1.09), 1e-15);
  assertClose(amplification("extragradient", 0.3, 0, -1), Math.sqrt(1 - 0.09 + 0.0081), 1e-15);
  assertClose(amplification("proximalPoint", 2, 0, 1), 1 / Math.sqrt(5), 1e-15);
  assertClose(amplification("optimistic", 0.5, 0, 1), Math.SQRT1_2, 1e-7);
});
predicted.run();

const limits = suite("stepLimit");
limits("is the exact limit of known cases", () => {
  const rotation = generalEigenvalues(Float64Array.of(0, 4, -4, 0));
  assert.is(stepLimit("gradientStep", rotation), 0);
  assertClose(stepLimit("extragradient", rotation), 1 / 4, 1e-12);
  assertClose(stepLimit("optimistic", rotation), 1 / Math.sqrt(3) / 4, 1e-12);
  assertClose(stepLimit("goldenRatio", rotation), Math.sqrt((5 - Math.sqrt(5)) / 2) / 4, 1e-12);
  assert.is(stepLimit("proximalPoint", rotation), Number.POSITIVE_INFINITY);
  // |1 - eta (1 + 2 i)| < 1 below 2 / 5, |1 - 3 eta| < 1 below 2 / 3.
  assertClose(stepLimit("gradientStep", spectrum), 0.4, 1e-12);
  const gradient = generalEigenvalues(Float64Array.of(1, 0, 0, 5));
  assertClose(stepLimit("extragradient", gradient), 1 / 5, 1e-12);
  assertClose(stepLimit("optimistic", gradient), 2 / 3 / 5, 1e-12);
});
limits("is zero where a direction repels, and passes over zero eigenvalues", () => {
  assert.is(stepLimit("extragradient", generalEigenvalues(Float64Array.of(1, 0, 0, -1))), 0);
  assertClose(stepLimit("gradientStep", generalEigenvalues(Float64Array.of(2, 0, 0, 0))), 1, 1e-12);
});
for (const [name, update] of Object.entries(updates)) {
  limits(`separates runs of ${name} that fall from runs that grow`, () => {
    const limit = stepLimit(name as StationaryMethod, spectrum);
    const last = (eta: number): number =>
      firstRows(linearProblem(rows, [0, 0, 0]), [1, 1, 1], update(eta), 2001).at(-1)!.squaredFieldNorm;
    if (!Number.isFinite(limit)) {
      assert.ok(last(1000) < 1e-20);
      return;
    }
    assert.ok(last(0.98 * limit) < 1e-6);
    assert.not.ok(last(1.02 * limit) < 1e6);
  });
}
limits.run();

const classes = suite("classify");
classes("names stationary points by the eigenvalues of J", () => {
  const of = (...values: number[]): string => classifyStationaryPoint(generalEigenvalues(Float64Array.from(values)));
  assert.is(of(1, 0, 0, 2), "stable");
  assert.is(of(1, 5, -5, 1), "stable");
  assert.is(of(-1, 5, -5, -1), "unstable");
  assert.is(of(1, 0, 0, -2), "saddle");
  assert.is(of(0, 1, -1, 0), "rotating");
  assert.is(of(1, 0, 0, 0), "degenerate");
  assert.is(of(0, 0, 0, 0), "degenerate");
});
classes.run();

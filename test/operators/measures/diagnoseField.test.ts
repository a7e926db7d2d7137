import { suite } from "uvu";
import * as assert from "uvu/assert";
import { stationaryPoints } from "../../../src/linalg/spectra/stationaryMethods.ts";
import { extragradient } from "../../../src/operators/games/extragradient.ts";
import { diagnoseField } from "../../../src/operators/measures/diagnoseField.ts";
import { jacobianSpectrum } from "../../../src/operators/measures/jacobianSpectrum.ts";
import { measuredRate } from "../../../src/operators/measures/measuredRate.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import type { Iterate, Measure } from "../../../src/streams/types.ts";
import { assertClose, assertError, assertRejects } from "../../support/assert.ts";
import { valuesOf } from "../../support/collect.ts";
import { affineGame, randomGame } from "../../support/games.ts";
import { linearProblem } from "../../support/linearProblem.ts";

function first(rows: readonly (readonly number[])[], measure: Measure, count = 1): readonly Iterate[] {
  const zero = rows.map(() => 0);
  return firstRows(
    linearProblem(rows, zero),
    rows.map((_, i) => 1 + i),
    gradientStep(0.1),
    count,
    { after: measure },
  );
}

const diagnosis = suite("diagnoseField");
diagnosis("of a rotation: no monotonicity to spare, all rotation, not cocoercive", () => {
  const row = firstRows(bilinear({ coefficient: 3 }), [1, 2], gradientStep(0.1), 1, { after: diagnoseField() })[0]!;
  assertClose(row.columns.monotonicity!, 0, 1e-15, "monotonicity", 1);
  assertClose(row.columns.lipschitz!, 3, 1e-14);
  assert.is(row.columns.rotation, 1);
  assertClose(row.columns.cocoercivity!, 0, 1e-15, "cocoercivity", 1);
  assert.is(row.columns.secantLipschitz, undefined);
});

diagnosis("of a gradient: the least and the largest eigenvalue, cocoercive by 1 / L", () => {
  const row = first(
    [
      [2, 1],
      [1, 4],
    ],
    diagnoseField(),
  )[0]!;
  assertClose(row.columns.monotonicity!, 3 - Math.SQRT2, 1e-14);
  assertClose(row.columns.lipschitz!, 3 + Math.SQRT2, 1e-14);
  assert.is(row.columns.rotation, 0);
  assertClose(row.columns.cocoercivity!, 1 / (3 + Math.SQRT2), 1e-13);
});

diagnosis("of mu I + skew: mu, its rotation, cocoercive by mu / (mu^2 + s^2)", () => {
  const row = first(
    [
      [0.5, 2],
      [-2, 0.5],
    ],
    diagnoseField(),
  )[0]!;
  assertClose(row.columns.monotonicity!, 0.5, 1e-14);
  assertClose(row.columns.lipschitz!, Math.hypot(0.5, 2), 1e-14);
  assertClose(row.columns.rotation!, 0.8, 1e-14);
  assertClose(row.columns.cocoercivity!, 0.5 / (0.25 + 4), 1e-13);
});

diagnosis("knows singular maps: cocoercive where J and its transpose have one kernel, else not at all", () => {
  const along = first(
    [
      [1, 1],
      [1, 1],
    ],
    diagnoseField(),
  )[0]!;
  assertClose(along.columns.cocoercivity!, 1 / 2, 1e-13);
  const across = first(
    [
      [0, 1],
      [0, 1],
    ],
    diagnoseField(),
  )[0]!;
  assert.is(across.columns.cocoercivity, Number.NEGATIVE_INFINITY);
  assert.ok(across.columns.monotonicity! < 0);
  assert.is(first([[0]], diagnoseField())[0]!.columns.cocoercivity, Number.POSITIVE_INFINITY);
});

diagnosis("by Lanczos agrees with the dense one, whole or nearly", () => {
  const n = 60;
  const game = randomGame(n, 7, { modulus: 0.3 });
  const start = new Float64Array(n).fill(1);
  const dense = firstRows(game, start, gradientStep(0.1), 1, { after: diagnoseField() })[0]!;
  const estimated = firstRows(game, start, gradientStep(0.1), 1, {
    after: diagnoseField({ exactUpTo: 10, steps: 60 }),
  })[0]!;
  for (const name of ["monotonicity", "lipschitz", "rotation"]) {
    assertClose(estimated.columns[name]!, dense.columns[name]!, 1e-6, name);
  }
  const few = firstRows(game, start, gradientStep(0.1), 1, { after: diagnoseField({ exactUpTo: 10, steps: 12 }) })[0]!;
  assertClose(few.columns.lipschitz!, dense.columns.lipschitz!, 0.1);
  assert.is(few.columns.cocoercivity, undefined);
});

diagnosis("measures quotients along the way, which for an affine field keep to its constants", () => {
  const game = affineGame(
    [
      [0.5, 2],
      [-2, 0.5],
    ],
    [1, 1],
  );
  const rows = firstRows(game, [3, 1], extragradient({ stepSize: 0.2 }), 10, { after: diagnoseField({ every: 5 }) });
  for (const row of rows.slice(1)) {
    assertClose(row.columns.secantMonotonicity!, 0.5, 1e-9);
    assertClose(row.columns.secantLipschitz!, Math.hypot(0.5, 2), 1e-9);
    assertClose(row.columns.secantCocoercivity!, 0.5 / 4.25, 1e-9);
    assert.is(row.columns.lipschitz === undefined, row.step % 5 !== 0);
  }
});

diagnosis("finds where a loss is not convex", () => {
  const row = firstRows(quartic(), [0, 1], gradientStep(0.01), 1, { after: diagnoseField() })[0]!;
  assertClose(row.columns.monotonicity!, -6, 1e-12);
  assertError(() => diagnoseField({ every: 0 }), "ERR_OPTION_RANGE");
});
diagnosis.run();

const spectra = suite("jacobianSpectrum");
spectra("writes eigenvalues, the kind of point, step sizes allowed, the factor predicted", () => {
  const row = first(
    [
      [1, 2],
      [-2, 1],
    ],
    jacobianSpectrum({ method: { name: "gradientStep", stepSize: 0.1 } }),
  )[0]!;
  assertClose(row.vectors.eigenvaluesReal!, [1, 1], 1e-14);
  assertClose(row.vectors.eigenvaluesImaginary!, [-2, 2], 1e-14);
  assert.is(stationaryPoints[row.columns.stationaryPoint!], "stable");
  assertClose(row.columns.stepLimitGradientStep!, 0.4, 1e-12);
  assert.ok(row.columns.stepLimitExtragradient! > 0.4);
  assertClose(row.columns.predictedFactor!, Math.hypot(0.9, 0.2), 1e-14);
});

spectra("stands beside what measuredRate measures", () => {
  const both: Measure = (source) =>
    measuredRate({ window: 20 })(jacobianSpectrum({ method: { name: "extragradient", stepSize: 0.3 } })(source));
  const rows = firstRows(bilinear({ coefficient: 2 }), [1, 1], extragradient({ stepSize: 0.3 }), 40, { after: both });
  assert.is(rows[10]!.columns.measuredFactor, undefined);
  assertClose(rows[39]!.columns.measuredFactor!, rows[39]!.columns.predictedFactor!, 1e-12);
  assert.is(stationaryPoints[rows[0]!.columns.stationaryPoint!], "rotating");
  assert.is(rows[0]!.columns.stepLimitGradientStep, 0);
});

spectra("refuses problems that are too large, and methods it does not know", async () => {
  const run = iterate(randomGame(8, 1), new Float64Array(8), gradientStep(0.1)).pipe(
    jacobianSpectrum({ maxDimension: 4 }),
  );
  await assertRejects(valuesOf(run), "ERR_OPTION_RANGE", /at most 4 coordinates, got 8/);
  assertError(() => jacobianSpectrum({ limits: ["adam" as "popov"] }), "ERR_OPTION_RANGE", /adam/);
});
spectra.run();

const rates = suite("measuredRate");
rates("fits the order of an algebraic decay", () => {
  // x' = -x^2 has x ~ 1 / t.
  const problem = {
    ...linearProblem([[1]], [0]),
    evaluate(point: Float64Array, field: Float64Array): number {
      field[0] = point[0]! ** 2;
      return point[0]! ** 3 / 3;
    },
  };
  const rows = firstRows(problem, [1], gradientStep(0.5), 4001, { after: measuredRate({ window: 500 }) });
  // ||F||^2 = x^4.
  assertClose(rows[4000]!.columns.measuredOrder!, -4, 0.02);
  assert.ok(rows[4000]!.columns.measuredFactor! > 0.999);
});

rates("reads any column, and names those there are", async () => {
  const own: Measure = (source) => measuredRate({ column: "lipschitz", window: 3 })(diagnoseField()(source));
  const rows = first(
    [
      [2, 0],
      [0, 1],
    ],
    own,
    8,
  );
  assertClose(rows[7]!.columns.measuredFactor!, 1, 1e-14);
  const run = iterate(bilinear(), [1, 1], chain(gradientStep(0.1))).pipe(measuredRate({ column: "gap" }));
  await assertRejects(valuesOf(run), "ERR_OPTION_RANGE", /squaredFieldNorm/);
  assertError(() => measuredRate({ window: 2 }), "ERR_OPTION_RANGE");
});
rates.run();

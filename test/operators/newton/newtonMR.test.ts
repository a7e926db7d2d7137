import { suite } from "uvu";
import * as assert from "uvu/assert";
import { symmetricEigen } from "../../../src/linalg/dense/dense.ts";
import { type NewtonMROptions, newtonMR } from "../../../src/operators/newton/newtonMR.ts";
import { gaussianData } from "../../../src/problems/data/gaussianData.ts";
import { secondMoment } from "../../../src/problems/data/secondMoment.ts";
import { autoencoderClasses } from "../../../src/problems/linearAutoencoder/autoencoderClasses.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Iterate } from "../../../src/streams/types.ts";
import { assertClose } from "../../support/assert.ts";
import { linearProblem } from "../../support/linearProblem.ts";
import { normalVector } from "../../support/random.ts";
import { referenceDeepLinearAutoencoder } from "../../support/referenceDeepLinearAutoencoder.ts";

/** The settings of the published runs on the quartic. */
const settings: NewtonMROptions = {
  direction: { relativeTolerance: 1e-10, maxIterations: 2, maxNorm: 100 },
  flatness: { by: "curvature" },
  search: { stepSize: 1, shrink: 0.9, sufficientDecrease: 0.1, pureStep: 0.1 },
};
const grid = Array.from({ length: 10 }, (_, k) => -4 + (8 * k) / 9);

const test = suite("newtonMR");

test("ends in one of the two basins of the quartic from each start of a 10 x 10 grid", () => {
  let critical = 0;
  let flat = 0;
  for (const x of grid) {
    for (const y of grid) {
      const last: Iterate = firstRows(quartic(), [x, y], newtonMR(settings), 40).at(-1)!;
      const [endX, endY] = last.point;
      if (Math.hypot(endX! + 3, endY!) < 1e-6) {
        critical++;
        assert.ok(last.squaredFieldNorm < 1e-20);
        assertClose(last.value, 6.25, 1e-12);
      } else {
        flat++;
        assert.ok(Math.hypot(endX! - Math.SQRT2, endY!) < 0.01, `(${x}, ${y}) -> (${endX}, ${endY})`);
        assert.ok(last.squaredFieldNorm > 11, "not critical");
        // Nearer to the flat point Newton's step would be longer than maxNorm: 3.34 / 100 is the smallest eigenvalue seen.
        assert.ok(last.columns.relativeCurvature! < 3.4e-3, `${last.columns.relativeCurvature}`);
      }
    }
  }
  // The published runs leave about 44 of the 100 at (sqrt 2, 0).
  assert.ok(flat >= 38 && flat <= 50, `${flat} near (sqrt 2, 0)`);
  assert.is(critical + flat, 100);
});

test("says r > 0.99 and r_H < 1e-10 beside the gradient-flat point, and that it is flat", () => {
  const { search, direction } = settings;
  const [row] = firstRows(
    quartic(),
    [Math.SQRT2, 1e-3],
    newtonMR({ direction: { ...direction }, search: { ...search } }),
    1,
  );
  assert.ok(row!.columns.relativeResidual! > 0.99, `${row!.columns.relativeResidual}`);
  assert.ok(row!.columns.relativeCokernelResidual! < 1e-10, `${row!.columns.relativeCokernelResidual}`);
  assert.ok(row!.columns.directionNorm! <= 100 * (1 + 1e-12));
  assert.is(row!.columns.flat, 1);
});

test("drives ||J F|| / (||J|| ||F||) to 0 towards the gradient-flat point, the more the longer its steps may be", () => {
  let least = 1;
  for (const maxNorm of [1e2, 1e4, 1e6]) {
    const direction = { ...settings.direction, maxNorm };
    const rows = firstRows(quartic(), [1, 0.5], newtonMR({ ...settings, direction }), 60);
    const near = rows.filter((row) => Math.abs(row.point[0]! - Math.SQRT2) < 0.1);
    const smallest = Math.min(...near.map((row) => row.columns.relativeCurvature!));
    assert.ok(rows[0]!.columns.relativeCurvature! > 0.5);
    assert.ok(smallest < Math.min(least, 3.4 / maxNorm), `${smallest} with maxNorm ${maxNorm}`);
    least = smallest;
  }
  assert.ok(least < 1e-5);
});

test("finds analytic critical points of the deep linear autoencoder from starts uniform in height", () => {
  const inputs = 8;
  const hidden = 2;
  const moment = secondMoment(gaussianData({ inputs, samples: 500, seed: 1 }), inputs);
  const problem = referenceDeepLinearAutoencoder({ inputs, hidden, moment });
  const classes = autoencoderClasses({ inputs, hidden, moment, hash: "test" });
  const descent: { readonly value: number; readonly point: Float64Array }[] = [];
  let point = normalVector(problem.dimension, 3).map((x) => 0.1 * x);
  for (let k = 0; k < 2000; k++) {
    const field = new Float64Array(problem.dimension);
    descent.push({ value: problem.evaluate(point, field), point });
    point = point.map((x, i) => x - 0.05 * field[i]!);
  }
  const highest = descent[0]!.value;
  const lowest = descent.at(-1)!.value;
  let found = 0;
  for (let k = 0; k < 12; k++) {
    const height = lowest + ((highest - lowest) * (k + 0.5)) / 12;
    const start = descent.findLast(({ value }) => value >= height)!.point;
    const last = firstRows(problem, start, newtonMR(), 300).at(-1)!;
    if (last.squaredFieldNorm > 1e-10) continue;
    found++;
    assert.ok(last.squaredFieldNorm < 1e-20, `${last.squaredFieldNorm}`);
    const { values } = symmetricEigen(last.at.linearize());
    const index = values.filter((value) => value < -1e-5).length;
    const match = classes.match(last.point);
    assert.is(match.class.morseIndex, index);
    assertClose(last.value, match.class.loss, 1e-8, "loss", 1);
  }
  assert.ok(found >= 9, `${found} of 12`);
});

test("never raises ||F||^2", () => {
  for (const start of [
    [3, 3],
    [-2, 1],
    [0.1, -4],
  ]) {
    const rows = firstRows(quartic(), start, newtonMR(), 40);
    for (let k = 1; k < rows.length; k++) assert.ok(rows[k]!.squaredFieldNorm <= rows[k - 1]!.squaredFieldNorm);
  }
});

test("solves a quadratic and then stagnates, as its last row says", () => {
  const rows = firstRows(
    linearProblem(
      [
        [2, 1],
        [1, -3],
      ],
      [1, 2],
    ),
    [5, 5],
    newtonMR({ direction: { relativeTolerance: 1e-12 } }),
    20,
  );
  assert.is(rows.at(-1)!.status, "stagnated");
  assertClose(rows.at(-1)!.point, [5 / 7, -3 / 7], 1e-14);
});

test.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { modeProgress } from "../../../../src/operators/measures/training/modeProgress.ts";
import { gradientStep } from "../../../../src/operators/steps/gradientStep.ts";
import { whiten } from "../../../../src/operators/steps/whiten.ts";
import { sampleMoment } from "../../../../src/problems/whitening/sampleMoment.ts";
import { whitening } from "../../../../src/problems/whitening/whitening.ts";
import { chain } from "../../../../src/streams/chain.ts";
import { firstRows } from "../../../../src/streams/firstRows.ts";
import type { Update } from "../../../../src/streams/types.ts";
import { assertClose, assertError } from "../../../support/assert.ts";
import { linearModel, predictions } from "../../../support/linearModel.ts";
import { normalVector } from "../../../support/random.ts";

const [n, d, c] = [7, 5, 3];
const x = normalVector(n * d, 1).map((value, at) => value * [3, 1, 0.5, 2, 0.1][at % d]!);
const y = normalVector(n * c, 2);
const start = normalVector(d * c, 3);

/** Rows of `modeProgress` of a linear model with squared loss. */
function progress(
  inputs: Float64Array,
  features: number,
  update: Update,
  options: { readonly modes?: number; readonly every?: number } = {},
) {
  const problem = linearModel({ x: inputs, y, samples: n, side: "left" });
  const predict = (point: Float64Array): Float64Array => predictions(inputs, point, features, "left");
  const measure = modeProgress(predict, inputs, y, { features, ...options });
  return firstRows(problem, start.slice(0, features * c), chain(update, measure), 40);
}

const measure = suite("modeProgress");

measure("of a linear model is 1 - (1 - eta lambda_k / n)^t: large eigenvalues come first", () => {
  const { spectrum } = sampleMoment(x, { features: d });
  const eta = n / spectrum[0]! / 1.5;
  const rows = progress(x, d, gradientStep(eta));
  assert.is(rows.length, 40);
  for (const { step, vectors } of rows) {
    const expected = spectrum.slice(0, d).map((lambda) => 1 - (1 - (eta * lambda) / n) ** step);
    assertClose(vectors.modeProgress!, expected, 1e-10, `step ${step}`, 1);
  }
  const total = spectrum.reduce((sum, value) => sum + value, 0);
  assertClose(
    rows[0]!.vectors.modeShares!,
    spectrum.slice(0, d).map((value) => value / total),
    1e-13,
  );
  assert.is(rows[1]!.vectors.modeShares, undefined);
});

measure("is the same for all directions on whitened data, and under whitening", () => {
  const white = whitening(x, { features: d });
  const onWhitened = progress(white.transform(x), white.outputs, gradientStep(0.2));
  const whitened = progress(x, d, chain(whiten({ block: "weights", inputs: x }), gradientStep(0.2)));
  for (const rows of [onWhitened, whitened]) {
    for (const { step, vectors } of rows) {
      assertClose(vectors.modeProgress!, new Float64Array(d).fill(1 - 0.8 ** step), 1e-10, `step ${step}`, 1);
    }
  }
});

measure("counts what there is: no more directions than the rank, and learnt where there is nothing to learn", () => {
  assert.is(progress(x, d, gradientStep(0.1), { modes: 2 })[0]!.vectors.modeProgress!.length, 2);
  assert.is(progress(x, d, gradientStep(0.1), { modes: 99 })[0]!.vectors.modeProgress!.length, d);
  const problem = linearModel({ x, y: new Float64Array(n * c), samples: n, side: "left" });
  const predict = (point: Float64Array): Float64Array => predictions(x, point, d, "left");
  const own = modeProgress(predict, x, new Float64Array(n * c), { features: d });
  const [first] = firstRows(problem, new Float64Array(d * c), chain(gradientStep(0.1), own), 2);
  assert.equal([...first!.vectors.modeProgress!], [1, 1, 1, 1, 1]);
});

measure("begins at the first row that is measured", () => {
  const rows = progress(x, d, gradientStep(0.05), { every: 10 });
  const measured = rows.filter(({ vectors }) => vectors.modeProgress !== undefined);
  assert.equal(
    measured.map(({ step }) => step),
    [0, 10, 20, 30],
  );
  assert.equal([...measured[0]!.vectors.modeProgress!], [0, 0, 0, 0, 0]);
});

measure("refuses samples, targets and outputs that do not fit", () => {
  const predict = (): Float64Array => new Float64Array(2);
  assertError(() => modeProgress(predict, [[1]], [0]), "ERR_LENGTH", /at least two samples, got 1/);
  assertError(() => modeProgress(predict, [[1], [2]], [0]), "ERR_LENGTH", /2 labels, one per sample, got 1/);
  assertError(() => modeProgress(predict, [[1], [Number.NaN]], [0, 1]), "ERR_NOT_FINITE", /row 1, feature 0/);
  assertError(() => modeProgress(predict, [[0], [0]], [0, 1]), "ERR_NOT_POSITIVE_DEFINITE", /not all zero/);
  const wrong = undefined as unknown as () => Float64Array;
  assertError(() => modeProgress(wrong, [[1], [2]], [0, 1]), "ERR_OPTION_TYPE", /a function that gives the outputs/);
  const problem = linearModel({ x, y, samples: n, side: "left" });
  const update = chain(gradientStep(0.1), modeProgress(predict, x, y, { features: d }));
  assertError(() => firstRows(problem, start, update, 2), "ERR_LENGTH", /7 x 3 outputs, got 2 numbers/);
});

measure.run();

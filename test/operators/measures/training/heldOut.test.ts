/** Measures on held-out data: their definitions beside NumPy, their cadence, and what is refused. */
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { data } from "../../../../src/autodiff/index.ts";
import { average } from "../../../../src/operators/measures/average.ts";
import { accuracy } from "../../../../src/operators/measures/training/accuracy.ts";
import { calibration } from "../../../../src/operators/measures/training/calibration.ts";
import { testLoss } from "../../../../src/operators/measures/training/testLoss.ts";
import { untilStep } from "../../../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../../../src/operators/steps/gradientStep.ts";
import { bilinear } from "../../../../src/problems/games/bilinear.ts";
import { network } from "../../../../src/problems/networks/network.ts";
import { objective } from "../../../../src/problems/objective.ts";
import { quartic } from "../../../../src/problems/quartic.ts";
import { predictions } from "../../../../src/problems/traced/predictions.ts";
import { chain } from "../../../../src/streams/chain.ts";
import { firstRows } from "../../../../src/streams/firstRows.ts";
import type { Measure } from "../../../../src/streams/types.ts";
import { assertClose, assertError } from "../../../support/assert.ts";
import * as fc from "../../../support/fastCheck.ts";
import { normalVector } from "../../../support/random.ts";

interface Reference {
  readonly bins: number;
  readonly classes: number;
  readonly logits: readonly number[];
  readonly labels: readonly number[];
  readonly accuracy: number;
  readonly calibrationError: number;
  readonly logLoss: number;
  readonly brierScore: number;
}
const { cases } = JSON.parse(readFileSync(new URL("../../../data/calibration.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Reference[];
};

/** The columns of the first row. */
function measured(...measures: readonly Measure[]): Readonly<Record<string, number | undefined>> {
  return firstRows(quartic(), [1, 2], chain(gradientStep(0.01), ...measures), 1)[0]!.columns;
}
const always = (numbers: ArrayLike<number>) => () => Float64Array.from(numbers);

const test = suite("measures on held-out data");

test("accuracy, calibration error, log loss and Brier score are NumPy's", () => {
  assert.ok(cases.length > 4);
  for (const reference of cases) {
    const { bins, classes, logits, labels } = reference;
    const columns = measured(accuracy(always(logits), labels), calibration(always(logits), labels, { bins }));
    assert.is(columns.testAccuracy, reference.accuracy);
    assertClose(columns.testCalibrationError!, reference.calibrationError, 1e-13);
    assertClose(columns.testLogLoss!, reference.logLoss, 1e-13);
    assertClose(columns.testBrierScore!, reference.brierScore, 1e-13);
    // Probabilities instead of logits, and one logit instead of two.
    const p = new Float64Array(logits.length);
    for (let i = 0; i < labels.length; i++) {
      const row = logits.slice(i * classes, (i + 1) * classes).map(Math.exp);
      p.set(
        row.map((x) => x / row.reduce((sum, y) => sum + y, 0)),
        i * classes,
      );
    }
    const given = measured(calibration(always(p), labels, { bins, outputs: "probabilities", on: "other" }));
    assertClose(given.otherBrierScore!, reference.brierScore, 1e-12);
    if (classes !== 2) continue;
    const odds = labels.map((_, i) => logits[2 * i + 1]! - logits[2 * i]!);
    const single = measured(accuracy(always(odds), labels), calibration(always(odds), labels, { bins }));
    for (const [name, value] of Object.entries(columns)) assertClose(single[name]!, value!, 1e-13, name);
    const first = p.filter((_, at) => at % 2 === 1);
    const one = measured(calibration(always(first), labels, { bins, outputs: "probabilities" }));
    assertClose(one.testLogLoss!, reference.logLoss, 1e-12);
  }
});

test("large logits cost no digits: the log loss is their difference, and a shift of a row changes nothing", () => {
  const far = measured(calibration(always([0, 2000]), [0]));
  assert.equal([far.testLogLoss, far.testBrierScore, far.testCalibrationError], [2000, 2, 1]);
  fc.assert(
    fc.property(fc.integer({ min: -500, max: 500 }), fc.nat({ max: 5 }), (shift, which) => {
      const { logits, labels, bins } = cases[which]!;
      // Multiples of 2^-10, so that the shift is exact.
      const rounded = logits.map((x) => Math.round(x * 1024) / 1024);
      const columns = measured(calibration(always(rounded), labels, { bins }));
      assert.equal(measured(calibration(always(rounded.map((x) => x + shift)), labels, { bins })), columns);
    }),
  );
  const certain = measured(calibration(always([0, 1]), [0], { outputs: "probabilities" }));
  assert.is(certain.testLogLoss, Number.POSITIVE_INFINITY);
});

test("rows between two measurements have no value, and the last row has one", () => {
  let passes = 0;
  const loss = (point: Float64Array): number => {
    passes++;
    return point[0]!;
  };
  const steps = (measure: Measure, name: string): number[] =>
    firstRows(quartic(), [1, 2], chain(untilStep(7), gradientStep(0.01), measure), 20)
      .filter(({ columns }) => columns[name] !== undefined)
      .map(({ step }) => step);
  assert.equal(steps(testLoss(loss, { every: 3 }), "testLoss"), [0, 3, 6, 7]);
  assert.is(passes, 4);
  assert.equal(steps(testLoss(loss, { when: "end", on: "validation" }), "validationLoss"), [7]);
  assert.equal(steps(accuracy(always([1, 2]), [1], { every: 5 }), "testAccuracy"), [0, 5, 7]);
  assert.equal(steps(calibration(always([1, 2]), [1], { every: 4 }), "testBrierScore"), [0, 4, 7]);
});

const inputs = normalVector(12, 1);
const labels = [0, 2, 1, 1];
const targets = Float64Array.from({ length: 12 }, (_, i) => (labels[Math.floor(i / 3)] === i % 3 ? 1 : 0));

test("works on networks and on losses of one's own: the loss on other rows is that of the definition", () => {
  const net = network({ layers: [3, 4, 3], loss: "softmaxCrossEntropy", inputs, targets });
  const heldOut = normalVector(21, 5);
  const truth = Array.from({ length: 7 }, (_, i) => i % 3);
  const wanted = Float64Array.from({ length: 21 }, (_, i) => (truth[Math.floor(i / 3)] === i % 3 ? 1 : 0));
  const scores = net.predictionsOn(heldOut);
  const problem = net.with({ inputs: heldOut, targets: wanted });
  const update = chain(
    untilStep(3),
    gradientStep(0.1),
    testLoss(problem),
    calibration(scores, truth),
    accuracy(scores, truth),
  );
  const rows = firstRows(net, net.initialPoint(1), update, 10);
  for (const { columns, point } of rows) {
    assertClose(columns.testLoss!, columns.testLogLoss!, 1e-14);
    const own = scores(point);
    assertClose(
      columns.testAccuracy!,
      truth.filter((label, i) => [0, 1, 2].every((c) => own[3 * i + c]! <= own[3 * i + label]!)).length / 7,
      0,
    );
  }
  assert.is.not(rows[0]!.columns.testLoss, rows[3]!.columns.testLoss);

  const own = objective([[3, 3]], (w: tf.Tensor2D) =>
    tf.mean(tf.square(tf.sub(tf.matMul(data("x", inputs, [4, 3]) as tf.Tensor2D, w), data("y", targets, [4, 3])))),
  );
  const linear = predictions([[3, 3]], (w) => tf.matMul(data("x", inputs, [4, 3]) as tf.Tensor2D, w));
  const other = { x: heldOut, y: wanted };
  const [row] = firstRows(
    own,
    normalVector(9, 2),
    chain(gradientStep(0.1), testLoss(own.with(other)), accuracy(linear.with({ x: heldOut }), truth)),
    1,
  );
  const dense = linear.with({ x: heldOut })(row!.point);
  for (let i = 0; i < 7; i++) {
    for (let c = 0; c < 3; c++) {
      let sum = 0;
      for (let j = 0; j < 3; j++) sum += heldOut[3 * i + j]! * row!.point[3 * j + c]!;
      assertClose(dense[3 * i + c]!, sum, 1e-14);
    }
  }
  assertClose(row!.columns.testLoss!, dense.reduce((sum, x, i) => sum + (x - wanted[i]!) ** 2, 0) / 21, 1e-14);
});

test("measures another point of the row, such as an average", () => {
  const update = chain(
    gradientStep(0.01),
    average(),
    testLoss((point) => point[0]!, { of: "average" }),
  );
  for (const { columns, vectors } of firstRows(quartic(), [1, 2], update, 4)) {
    assert.is(columns.averageTestLoss, vectors.average![0]);
  }
  const lone = chain(
    gradientStep(0.01),
    testLoss(() => 0, { of: "average" }),
  );
  assertError(() => firstRows(quartic(), [1, 2], lone, 1), "ERR_OPTION_RANGE", /a vector column "average", got none/);
});

test("outputs that are not finite are not measured, and labels that do not match are named", () => {
  const bad = measured(accuracy(always([Number.NaN, 1]), [0]), calibration(always([Number.POSITIVE_INFINITY, 1]), [0]));
  assert.equal(
    Object.values(bad).filter((value) => value !== undefined),
    [],
  );
  for (const make of [accuracy, calibration]) {
    assertError(() => make(always([1]), []), "ERR_LENGTH", /labels of the rows, got an empty list/);
    assertError(() => make(always([1]), [0, 1.5]), "ERR_OPTION_RANGE", /integers from 0, got 1.5 in row 1/);
    assertError(() => make(always([1]), [-1]), "ERR_OPTION_RANGE", /got -1 in row 0/);
    assertError(() => make({} as never, [0]), "ERR_OPTION_TYPE", /a function that gives the outputs/);
    assertError(() => measured(make(always([1, 2, 3]), [0, 1])), "ERR_LENGTH", /each of 2 rows, .* got 3 numbers/);
    assertError(
      () => measured(make(always([1, 2, 3, 4]), [0, 2])),
      "ERR_OPTION_RANGE",
      /from 0 to 1, .* got 2 in row 1/,
    );
    assertError(() => make(always([1]), [0], { on: "Bad name" }), "ERR_OPTION_RANGE", /letters and digits/);
  }
  const wrong = calibration(always([0.2, 1.1]), [0], { outputs: "probabilities" });
  assertError(() => measured(wrong), "ERR_OPTION_RANGE", /probabilities in \[0, 1\], got 1.1 in row 0/);
  assertError(() => testLoss(bilinear()), "ERR_UNSUPPORTED", /a problem with a loss/);
  assertError(() => testLoss(3 as never), "ERR_OPTION_TYPE", /a problem or a function/);
});

test.run();

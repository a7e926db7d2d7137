import { lastValueFrom, take, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { symmetricEigen } from "../../../src/linalg/dense/dense.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { whiten } from "../../../src/operators/steps/whiten.ts";
import { secondMoment } from "../../../src/problems/data/secondMoment.ts";
import { chain } from "../../../src/streams/chain.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import type { Update } from "../../../src/streams/types.ts";
import { assertClose, assertError, assertRejects } from "../../support/assert.ts";
import { linearModel, predictions } from "../../support/linearModel.ts";
import { normalVector } from "../../support/random.ts";

const d = 4;
const m = 2;
const y = normalVector(9 * m, 2);
/** Inputs of very different variances. */
const x = normalVector(9 * d, 1).map((value, at) => value * [1, 10, 0.1, 3][at % d]!);

/** B^power on the range of B, for a second moment B. */
function power(moment: Float64Array, exponent: number): Float64Array {
  const size = Math.sqrt(moment.length);
  const { values, vectors } = symmetricEigen(moment);
  const out = new Float64Array(moment.length);
  values.forEach((value, l) => {
    if (value <= 1e-12 * values[size - 1]!) return;
    for (let at = 0; at < out.length; at++) {
      out[at]! += value ** exponent * vectors[l * size + Math.floor(at / size)]! * vectors[l * size + (at % size)]!;
    }
  });
  return out;
}

function times(rows: Float64Array, square: Float64Array): Float64Array {
  const size = Math.sqrt(square.length);
  return Float64Array.from(rows, (_, at) => {
    const row = at - (at % size);
    let sum = 0;
    for (let l = 0; l < size; l++) sum += rows[row + l]! * square[l * size + (at % size)]!;
    return sum;
  });
}

function points(
  inputs: Float64Array,
  side: "left" | "right",
  step: Update,
  steps = 11,
): Promise<readonly Float64Array[]> {
  const samples = inputs.length / d;
  const problem = linearModel({ x: inputs, y: y.subarray(0, samples * m), samples, side });
  const run = iterate(problem, new Float64Array(d * m), step, { slice: Number.POSITIVE_INFINITY });
  return lastValueFrom(run.pipe(take(steps), toArray())).then((rows) => rows.map((row) => row.point));
}

async function sameAsWhitenedData(inputs: Float64Array, side: "left" | "right"): Promise<void> {
  const whitener = power(secondMoment(inputs, d), -0.5);
  const white = times(inputs, whitener);
  const update = chain(whiten({ block: "weights", inputs, side }), gradientStep(0.3));
  const bySecondOrder = await points(inputs, side, update);
  const byWhitenedData = await points(white, side, gradientStep(0.3));
  const test = inputs.slice(0, 2 * d).map((value, at) => 2 * value - inputs[d + (at % d)]!);
  assert.is(bySecondOrder.length, 11);
  bySecondOrder.forEach((point, step) => {
    for (const some of [inputs, test]) {
      const expected = predictions(times(some, whitener), byWhitenedData[step]!, d, side);
      assertClose(predictions(some, point, d, side), expected, 1e-12, `predictions at step ${step}`);
    }
  });
  assert.ok(Math.max(...predictions(inputs, bySecondOrder[10]!, d, side)) > 0.1);
}

const operator = suite("whiten");

operator("trains a linear model as plain descent does on whitened data, weights inputs x outputs", () =>
  sameAsWhitenedData(x, "left"),
);

operator("does so for weights outputs x inputs too", () => sameAsWhitenedData(x, "right"));

operator("does so with fewer samples than inputs, on inputs in the span of the samples", async () => {
  await sameAsWhitenedData(x.slice(0, 3 * d), "left");
  await sameAsWhitenedData(x.slice(0, 3 * d), "right");
});

operator("is the Newton step of a linear model: one step of size 1 reaches the solution", async () => {
  const moment = secondMoment(x, d);
  const [, solution] = await points(x, "left", chain(whiten({ block: "weights", moment }), gradientStep(1)), 2);
  const gradient = new Float64Array(d * m);
  linearModel({ x, y, samples: 9, side: "left" }).evaluate(solution!, gradient);
  assertClose(gradient, new Float64Array(d * m), 1e-12, "gradient", 1);
});

operator("mixes with the identity: [(1 - lambda) B + lambda I]^-1, lambda = 1 being plain descent", async () => {
  const moment = Float64Array.of(4, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
  const plain = await points(x, "left", gradientStep(1), 2);
  const full = await points(x, "left", chain(whiten({ block: "weights", moment, mixing: 1 }), gradientStep(1)), 2);
  assertClose(full[1]!, plain[1]!, 1e-15);
  const half = await points(x, "left", chain(whiten({ block: "weights", moment, mixing: 0.5 }), gradientStep(1)), 2);
  assertClose(
    half[1]!,
    plain[1]!.map((w, at) => w / [2.5, 1.5, 0.5, 1][Math.floor(at / m)]!),
    1e-14,
  );
});

operator("damps: [B + epsilon I]^-1", async () => {
  const moment = Float64Array.of(4, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
  const plain = await points(x, "left", gradientStep(1), 2);
  const damped = await points(x, "left", chain(whiten({ block: "weights", moment, damping: 0.5 }), gradientStep(1)), 2);
  assertClose(
    damped[1]!,
    plain[1]!.map((w, at) => w / [4.5, 2.5, 0.5, 1.5][Math.floor(at / m)]!),
    1e-14,
  );
});

operator("builds on the direction chosen before it", async () => {
  const moment = Float64Array.of(4, 1, 0, 0, 1, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0.5);
  const update = (of: Float64Array): Update => whiten({ block: "weights", moment: of });
  const twice = await points(x, "left", chain(update(moment), update(moment), gradientStep(1)), 2);
  const once = await points(x, "left", chain(update(times(moment, moment)), gradientStep(1)), 2);
  assertClose(twice[1]!, once[1]!, 1e-13);
});

operator("refuses options that contradict each other or lie out of range", () => {
  const moment = Float64Array.of(1);
  const block = "weights";
  assertError(() => whiten({ block }), "ERR_OPTION_RANGE", /got neither/);
  assertError(() => whiten({ block, moment, inputs: moment }), "ERR_OPTION_RANGE", /got both/);
  assertError(
    () => whiten({ block, moment, mixing: 1.5 }),
    "ERR_OPTION_RANGE",
    /mixing to be a number in \[0, 1\], got 1.5/,
  );
  assertError(() => whiten({ block, moment, damping: -1 }), "ERR_OPTION_RANGE", /got -1/);
  assertError(() => whiten({ block, moment, mixing: 0.5, damping: 1 }), "ERR_OPTION_RANGE", /mixing or damping/);
  assertError(() => whiten({ block, moment: Float64Array.of(Number.NaN) }), "ERR_NOT_FINITE", /got NaN at 0/);
});

operator("names the blocks there are, and the sizes that do not fit", async () => {
  const run = (update: Update): Promise<unknown> => points(x, "left", chain(update, gradientStep(1)), 2);
  await assertRejects(run(whiten({ block: "layer1", inputs: x })), "ERR_OPTION_RANGE", /\(weights\), got "layer1"/);
  await assertRejects(run(whiten({ block: "weights", moment: new Float64Array(9) })), "ERR_LENGTH", /4 x 4 moment/);
  await assertRejects(run(whiten({ block: "weights", inputs: new Float64Array(9) })), "ERR_LENGTH", /samples of 4/);
  const negative = Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1);
  await assertRejects(
    run(whiten({ block: "weights", moment: negative })),
    "ERR_NOT_POSITIVE_DEFINITE",
    /eigenvalue -1/,
  );
});

operator.run();

import { lastValueFrom, take, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { whiten } from "../../../src/operators/steps/whiten.ts";
import { secondMoment } from "../../../src/problems/data/secondMoment.ts";
import { digits8x8 } from "../../../src/problems/datasets/digits8x8.ts";
import type { WhiteningKind } from "../../../src/problems/whitening/types.ts";
import { whitening } from "../../../src/problems/whitening/whitening.ts";
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

/** Samples of d features whose singular values fall from 1 to 1/`condition`, in no special basis. */
function ofCondition(samples: number, features: number, condition: number): Float64Array {
  const rank = Math.min(samples, features);
  const left = normalVector(samples * rank, 11);
  const right = normalVector(rank * features, 12);
  const out = new Float64Array(samples * features);
  for (let i = 0; i < samples; i++) {
    for (let l = 0; l < rank; l++) {
      const weight = left[i * rank + l]! * condition ** (-l / (rank - 1));
      for (let j = 0; j < features; j++) out[i * features + j]! += weight * right[l * features + j]!;
    }
  }
  return out;
}

/** Largest difference of predictions from those of plain descent on whitened data, by the largest prediction. */
async function gapToWhitenedData(
  inputs: Float64Array,
  features: number,
  kind: WhiteningKind,
  { side = "left", steps = 101, rate = 0.3 }: { side?: "left" | "right"; steps?: number; rate?: number } = {},
): Promise<{ readonly gap: number; readonly bound: number }> {
  const samples = inputs.length / features;
  const white = whitening(inputs, { features, kind });
  const targets = normalVector(samples * m, 2);
  const run = (x: Float64Array, width: number, step: Update): Promise<readonly Float64Array[]> => {
    const problem = linearModel({ x, y: targets, samples, side });
    const rows = iterate(problem, new Float64Array(width * m), step, { slice: Number.POSITIVE_INFINITY });
    return lastValueFrom(rows.pipe(take(steps), toArray())).then((all) => all.map(({ point }) => point));
  };
  const update = chain(whiten({ block: "weights", inputs, side }), gradientStep(rate));
  const bySecondOrder = await run(inputs, features, update);
  const byWhitenedData = await run(white.transform(inputs), white.outputs, gradientStep(rate));
  // Test samples in the span of the training samples.
  const test = inputs.slice(0, 2 * features).map((value, at) => 2 * value - inputs[features + (at % features)]!);
  let [gap, largest] = [0, 0];
  bySecondOrder.forEach((point, step) => {
    for (const some of [inputs, test]) {
      const own = predictions(some, point, features, side);
      const expected = predictions(white.transform(some), byWhitenedData[step]!, white.outputs, side);
      expected.forEach((value, at) => {
        largest = Math.max(largest, Math.abs(value));
        gap = Math.max(gap, Math.abs(value - own[at]!));
      });
    }
  });
  assert.is(bySecondOrder.length, steps);
  assert.ok(largest > 0.1, `predictions up to ${largest}`);
  return { gap: gap / largest, bound: Math.max(1e-13, 10 * 2 ** -52 * Math.sqrt(white.condition)) };
}

const operator = suite("whiten");

for (const side of ["left", "right"] as const) {
  const which = side === "left" ? "inputs x outputs" : "outputs x inputs";
  operator(`trains a linear model as plain descent does on whitened data, weights ${which}`, async () => {
    // The factor of `cholesky` comes from another algorithm than that of `whiten`.
    for (const kind of ["pca", "zca", "cholesky"] as const) {
      const { gap, bound } = await gapToWhitenedData(x, d, kind, { side });
      assert.ok(gap <= bound, `${kind}: ${gap} above ${bound}`);
    }
  });

  operator(`does so with fewer samples than inputs, on inputs in their span, weights ${which}`, async () => {
    for (const kind of ["pca", "zca"] as const) {
      const { gap, bound } = await gapToWhitenedData(x.slice(0, 3 * d), d, kind, { side });
      assert.ok(gap <= bound, `${kind}: ${gap} above ${bound}`);
    }
  });
}

for (const [samples, features] of [
  [60, 20],
  [20, 40],
  [30, 30],
] as const) {
  operator(`does so up to 10 eps sqrt(cond B), ${samples} samples of ${features} inputs`, async () => {
    for (const condition of [1, 1e3, 1e6]) {
      for (const rate of [0.3, 1.9]) {
        const inputs = ofCondition(samples, features, condition);
        const kind = samples >= features ? "cholesky" : "zca";
        const { gap, bound } = await gapToWhitenedData(inputs, features, kind, { rate });
        assert.ok(gap <= bound, `condition ${condition}, rate ${rate}: ${gap} above ${bound}`);
      }
    }
  });
}

operator("does so on real digits, above and below their dimension", async () => {
  const { inputs } = digits8x8();
  for (const samples of [1000, 30]) {
    const { gap, bound } = await gapToWhitenedData(inputs.slice(0, samples * 64), 64, "pca", { steps: 31 });
    assert.ok(gap <= bound, `${samples} digits: ${gap} above ${bound}`);
  }
});

operator("multiplies by the inverse of B to the last digits where a moment is given, too", async () => {
  const moment = Float64Array.of(4, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
  const plain = await points(x, "left", gradientStep(1), 2);
  const full = await points(x, "left", chain(whiten({ block: "weights", moment }), gradientStep(1)), 2);
  assertClose(
    full[1]!,
    plain[1]!.map((w, at) => w * [0.25, 0.5, 0, 1][Math.floor(at / m)]!),
    1e-14,
  );
});

operator("divides by inputs in other units exactly: 2^k X gives 2^-2k of the direction", async () => {
  const update = (inputs: Float64Array): Update => chain(whiten({ block: "weights", inputs }), gradientStep(1));
  for (const samples of [9, 3]) {
    const inputs = x.slice(0, samples * d);
    const [, one] = await points(x, "left", update(inputs), 2);
    for (const k of [-300, -30, 40, 300]) {
      const [, other] = await points(x, "left", update(inputs.map((value) => value * 2 ** k)), 2);
      assert.equal(
        other!.map((w) => w * 2 ** k * 2 ** k),
        one,
        `${samples} samples, 2^${k}`,
      );
    }
  }
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

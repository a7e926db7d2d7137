/** What `fluxion run whitening` says in sentences, and how it scores: by intervals, and in the same units in each part. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { tellAdvice, tellFaster } from "../../../../src/experiments/catalogue/whitening/advice.ts";
import { drawOf, scoreOf, slice } from "../../../../src/experiments/catalogue/whitening/draw.ts";
import type { Source } from "../../../../src/experiments/catalogue/whitening/source.ts";
import { experimentContext } from "../../../../src/experiments/framework/context.ts";
import type { ExperimentContext } from "../../../../src/experiments/framework/definition.ts";
import type { ArmResult } from "../../../../src/experiments/protocols/comparison/compareArms.ts";
import * as fc from "../../../support/fastCheck.ts";

/** A context that keeps what is concluded. */
function listening(): { readonly context: ExperimentContext; readonly lines: string[] } {
  const lines: string[] = [];
  const signal = new AbortController().signal;
  return { context: experimentContext({ seed: 1, signal, onConclusion: (line) => lines.push(line) }), lines };
}

/** An arm with a difference from the baseline and the updates that its one draw takes. */
function result(arm: string, mean: number, half: number, updatesToLoss: number): ArmResult {
  const estimate = { mean: 0.1 + mean, half, count: 20 };
  const difference = { mean, half, count: 20 };
  return {
    ...{ arm, rate: 1, refused: undefined, stop: estimate, end: estimate, seconds: 1 },
    ...{ stopDifference: difference, endDifference: difference, updatesToLoss, stopUpdates: 1 },
    trials: [
      {
        ...{ arm, draw: 0, rate: 1, stated: 1, stopLoss: 1, lows: [], reached: 1, updatesToLoss, diverged: false },
        ...{ validation: 0, stopUpdates: 1, endUpdates: 1, stop: 0, end: 0, seconds: 1, secondsToLoss: 1 },
      },
    ],
  };
}

const sentences = suite("sentences of the whitening experiment");

sentences("of the lambdas that cost less than a point, only one that is faster is told as faster", () => {
  const told = (...arms: readonly ArmResult[]): string => {
    const { context, lines } = listening();
    tellFaster(context, [result("lambda 1", 0, 0, 100), ...arms], 61, true);
    return lines.join("\n");
  };
  assert.match(
    told(result("lambda 0.3", 0.001, 0.004, 2), result("lambda 0", 0.3, 0.02, 1)),
    /n 61: lambda 0\.3 reaches .* in 50\.0 times fewer updates/,
  );
  for (const updates of [100, 775]) {
    const slow = told(result("lambda 0.3", 0, 0, updates));
    assert.match(slow, /no lambda below 1 that is shown to cost less than 1 point reaches .* in fewer updates/);
    assert.not.match(slow, /times fewer/);
  }
  assert.match(told(result("lambda 0.3", 0.02, 0.001, 1)), /of no lambda below 1 is it shown that it costs less/);
});

sentences("advice says of a difference that is shown but small how small it is", () => {
  const advice = (mean: number, half: number, percent = true): string => {
    const { context, lines } = listening();
    tellAdvice(context, { n: 9, trials: [] }, [result("raw", 0, 0, 1), result("train", mean, half, 1)], percent);
    return lines.join("\n");
  };
  assert.match(advice(0.004, 0.003), /\+0\.4\+-0\.3 points .* generalises worse, by less than 1 point: /);
  assert.match(advice(0.3, 0.02), /generalises worse: leave it out/);
  assert.match(advice(-0.004, 0.003), /generalises better, by less than 1 point$/);
  assert.match(advice(-0.04, 0.003), /generalises better$/);
  assert.match(advice(0.001, 0.004), /it makes no difference of 1 point/);
  assert.match(advice(0.001, 0.004, false), /it makes no difference of 0\.01$/);
  assert.match(advice(0.01, 0.05), /no difference is shown; more draws/);
});

sentences.run();

const scores = suite("scores of the whitening experiment");

scores("the mean of the scores of test sets is the score of them all, for classes and for regression", () => {
  const finite = fc.double({ min: -100, max: 100, noNaN: true });
  const numbers = fc.array(fc.tuple(finite, finite), { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(numbers, fc.boolean(), fc.constantFrom(2, 3, 4, 6), (pairs, classes, size) => {
      const source: Source = {
        ...{
          name: "own",
          count: 12,
          width: 1,
          constant: 0,
          outputs: classes ? 2 : 1,
          shape: [1],
          exponents: { inputs: 0, targets: 0 },
          own: true,
        },
        inputs: Float64Array.from(pairs, (_, i) => i),
        targets: Float64Array.from(pairs.flatMap(([y]) => (classes ? [Number(y <= 0), Number(y > 0)] : [y]))),
        labels: classes ? Int32Array.from(pairs, ([y]) => Number(y > 0)) : undefined,
      };
      const sizes = { train: 0, validation: 0, test: 12, testSet: size };
      const { test } = drawOf(source, sizes, 0, 1);
      const outputs = Float64Array.from(
        { length: 12 * source.outputs },
        (_, at) => pairs[at % 12]![1] + (at % source.outputs),
      );
      let mean = 0;
      for (let from = 0; from < 12; from += size) {
        const own = outputs.subarray(from * source.outputs, (from + size) * source.outputs);
        mean += (scoreOf(own, slice(test, from, from + size)) * size) / 12;
      }
      const whole = scoreOf(outputs, test);
      assert.ok(Math.abs(mean - whole) <= 1e-12 * Math.max(1, whole), `${mean} ${whole}`);
    }),
  );
});

scores.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  bootstrap,
  entropy,
  estimateText,
  fraction,
  fractionText,
  mannWhitney,
  median,
} from "../../../src/experiments/protocols/statistics.ts";
import { randomSource } from "../../../src/random.ts";
import { assertClose } from "../../support/assert.ts";

// Reference numbers: scipy 1.17.1, binomtest(k, n).proportion_ci(method="wilson"), mannwhitneyu(method="asymptotic"), entropy(base=2).

const fractions = suite("fraction");
fractions("has Wilson's interval, at the ends too", () => {
  for (const [k, n, low, high] of [
    [80, 100, 0.711170834406841, 0.8666330666689674],
    [0, 20, 0, 0.16112515805281935],
    [5, 5, 0.5655175352168251, 1],
    [17, 50, 0.22436949222500085, 0.47846173949767395],
  ] as const) {
    const estimate = fraction(k, n);
    assert.is(estimate.value, k / n);
    assertClose([estimate.low, estimate.high], [low, high], 1e-12, `${k} of ${n}`, 1);
  }
});
fractions("of nothing is unknown", () => {
  assert.equal(fraction(0, 0), { value: Number.NaN, low: 0, high: 1 });
});
fractions("is written with its interval in percent", () => {
  assert.is(fractionText(80, 100), "80 of 100, 80 % (71 to 87)");
});
fractions.run();

const medians = suite("median");
medians("is the middle value, or the mean of the two, whatever the order", () => {
  assert.is(median([5, 1, 3]), 3);
  assert.is(median([4, 1, 3, 2]), 2.5);
  assert.ok(Number.isNaN(median([])));
});
medians("leaves its argument as it was", () => {
  const values = [3, 1, 2];
  median(values);
  assert.equal(values, [3, 1, 2]);
});
medians.run();

const entropies = suite("entropy");
entropies("is that of scipy in bits, empty counts included", () => {
  assertClose(entropy([8, 13, 7, 0, 4]), 1.8825874753050806, 1e-14, "entropy");
});
entropies("is log2 of the number of equal counts, and 0 of one", () => {
  assertClose(entropy(new Array(17).fill(3)), Math.log2(17), 1e-14, "uniform");
  assert.is(entropy([0, 5]), 0);
});
entropies.run();

const ranks = suite("mannWhitney");
ranks("is that of scipy, with ties and continuity corrected", () => {
  const a = [33, 6, 161, 40, 52, 40, 18];
  const b = [60, 75, 161, 40, 300, 90];
  assertClose(mannWhitney(a, b), 0.044022195041670056, 1e-12, "ties");
  assertClose(mannWhitney(b, a), 0.044022195041670056, 1e-12, "order");
  const c = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const d = [5.5, 6.5, 7.5, 8.5, 9.5, 11, 12, 13];
  assertClose(mannWhitney(c, d), 0.02948936338440756, 1e-12, "no ties");
});
ranks("keeps its precision far out in the tail", () => {
  const e = Array.from({ length: 100 }, (_, i) => i);
  const p = mannWhitney(
    e,
    e.map((x) => x + 60.5),
  );
  assertClose(p, 6.358105083322448e-25, 1e-9, "tail");
});
ranks("is 1 where all values are equal, and unknown without values", () => {
  assert.is(mannWhitney([2, 2], [2, 2, 2]), 1);
  assert.ok(Number.isNaN(mannWhitney([], [1])));
});
ranks.run();

const bootstraps = suite("bootstrap");
const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
bootstraps("has an interval about as wide as the statistic varies", () => {
  const random = randomSource(1, "sample");
  const sample = Array.from({ length: 400 }, () => random.normal());
  const { value, low, high } = bootstrap(sample, mean, randomSource(1, "bootstrap"));
  assert.is(value, mean(sample));
  // 1.96 / sqrt(400) on either side.
  assertClose([value - low, high - value], [0.098, 0.098], 0.2, "half widths");
});
bootstraps("depends on its seed only", () => {
  const run = () => bootstrap([1, 5, 2, 8, 3], median, randomSource(3, "b"), 50);
  assert.equal(run(), run());
});
bootstraps("is written with its interval", () => {
  assert.is(estimateText({ value: 3.0712, low: 2.9, high: 3.2 }), "3.07 (2.90 to 3.20)");
});
bootstraps.run();

/** Intervals by Student's t, against tables, against the integral of the density, and by their coverage. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { meanOf, meanText, pairedDifference } from "../../../../src/experiments/protocols/comparison/paired.ts";
import { randomSource } from "../../../../src/random.ts";
import { assertClose } from "../../../support/assert.ts";

/** The distribution by Simpson's rule over its density, whose constant comes from the same integral to infinity. */
function byIntegral(t: number, freedom: number): number {
  // With x = tan(u) the density is cos(u)^(freedom - 1), up to a constant, where x is scaled by sqrt(freedom).
  const density = (u: number): number => Math.cos(u) ** (freedom - 1);
  const integral = (to: number): number => {
    const pieces = 4000;
    const h = to / pieces;
    let sum = density(0) + density(to);
    for (let i = 1; i < pieces; i++) sum += (i % 2 === 1 ? 4 : 2) * density(i * h);
    return (sum * h) / 3;
  };
  return integral(Math.atan(t / Math.sqrt(freedom))) / integral(Math.PI / 2);
}

/** The quantile of Student's t that an interval of so many values is made with. */
function quantileOf(freedom: number): number {
  const n = freedom + 1;
  const values = Array.from({ length: n }, (_, i) => i);
  const variance = values.reduce((sum, x) => sum + (x - freedom / 2) ** 2, 0) / freedom;
  return meanOf(values).half / Math.sqrt(variance / n);
}

const interval = suite("meanOf");

interval("has the quantiles of the tables", () => {
  const table = [
    [1, 12.7062],
    [2, 4.3027],
    [3, 3.1824],
    [4, 2.7764],
    [7, 2.3646],
    [10, 2.2281],
    [19, 2.093],
    [30, 2.0423],
    [120, 1.9799],
  ] as const;
  for (const [freedom, value] of table) assertClose([quantileOf(freedom)], [value], 5e-5);
});

interval("has 95 % of the integral of the density inside, for odd and even freedom", () => {
  for (let freedom = 1; freedom <= 41; freedom++) assertClose([byIntegral(quantileOf(freedom), freedom)], [0.95], 1e-9);
});

interval.run();

const paired = suite("pairedDifference");

paired("is the mean of the differences with t s / sqrt(n)", () => {
  const a = [3, 5, 9, 11];
  const b = [1, 4, 8, 6];
  // The differences are 2, 1, 1, 5: mean 9/4, variance (1/16 + 25/16 + 25/16 + 121/16) / 3.
  const { mean, half, count } = pairedDifference(a, b);
  assert.equal([mean, count], [2.25, 4]);
  assertClose([half], [3.182446305 * Math.sqrt(172 / 48 / 4)], 1e-9);
});

paired("does not see what the two have in common, which an unpaired interval does", () => {
  const random = randomSource(1, "paired");
  const common = Array.from({ length: 12 }, () => 100 * random.normal());
  const a = common.map((x) => x + 1 + 0.01 * random.normal());
  const { mean, half } = pairedDifference(a, common);
  assert.ok(Math.abs(mean - 1) < half && half < 0.02, `${mean} ${half}`);
  assert.ok(meanOf(a).half > 10);
});

paired("covers the true mean in 95 % of samples", () => {
  const random = randomSource(2, "coverage");
  let covered = 0;
  const trials = 4000;
  for (let k = 0; k < trials; k++) {
    const { mean, half } = meanOf(Array.from({ length: 5 }, () => 3 + random.normal()));
    if (Math.abs(mean - 3) <= half) covered++;
  }
  // Four standard errors of a share of 4000.
  assert.ok(Math.abs(covered / trials - 0.95) < 0.014, `${covered / trials}`);
});

paired("of a single draw has no interval, and its text none either", () => {
  const one = pairedDifference([2], [1]);
  assert.equal(one, { mean: 1, half: Number.POSITIVE_INFINITY, count: 1 });
  assert.is(meanText(one, { signed: true }), "+1.0");
  assert.is(meanText({ mean: -0.25, half: 0.125, count: 3 }, { digits: 2, signed: true }), "-0.25+-0.13");
});

paired.run();

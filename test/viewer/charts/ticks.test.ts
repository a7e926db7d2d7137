import { suite } from "uvu";
import * as assert from "uvu/assert";
import { evenTicks, logTicks, padded } from "../../../src/viewer/charts/ticks.ts";
import { formatCount, formatNumber, formatSeconds, formatTick } from "../../../src/viewer/format.ts";

const ticks = suite("ticks");

ticks("of a logarithmic axis are powers of ten with room between them", () => {
  assert.equal(logTicks(1e-30, 1, 200, 26), [1e-30, 1e-25, 1e-20, 1e-15, 1e-10, 1e-5, 1]);
  assert.equal(logTicks(0.5, 150, 200, 26), [1, 10, 100]);
  assert.equal(logTicks(1, 100, 400, 40), [1, 2, 5, 10, 20, 50, 100]);
});

ticks("of less than a decade are even", () => {
  assert.equal(logTicks(0.31, 0.8, 200, 40), [0.4, 0.5, 0.6, 0.7, 0.8]);
});

ticks("of a linear axis are multiples of 1, 2 or 5", () => {
  assert.equal(evenTicks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
  assert.equal(evenTicks(-0.13, 0.13, 4), [-0.1, 0, 0.1]);
  assert.equal(evenTicks(3, 3, 5), [3]);
});

ticks("leave room around the data, also where they are constant", () => {
  const [low, high] = padded(1e-4, 1, true);
  assert.ok(low < 1e-4 && low > 1e-5 && high > 1 && high < 2);
  assert.equal(padded(5, 5, false), [4.5, 5.5]);
  assert.equal(padded(0, 0, false), [-1, 1]);
  assert.equal(padded(4, 4, true), [2, 8]);
});

const format = suite("formatNumber");

format("writes four digits, small and large numbers with a power of ten", () => {
  assert.is(formatNumber(0.123456), "0.1235");
  assert.is(formatNumber(-1.23456e-7), "−1.235 × 10⁻⁷");
  assert.is(formatNumber(6.02214e23), "6.022 × 10²³");
  assert.is(formatNumber(12), "12");
  assert.is(formatNumber(0), "0");
  assert.is(formatNumber(undefined), "–");
  assert.is(formatNumber(Number.NaN), "NaN");
  assert.is(formatNumber(Number.NEGATIVE_INFINITY), "−∞");
});

format("writes ticks shorter", () => {
  assert.is(formatTick(1e-12), "10⁻¹²");
  assert.is(formatTick(2e-12), "2·10⁻¹²");
  assert.is(formatTick(0.05), "0.05");
  assert.is(formatTick(25_000), "25k");
  assert.is(formatTick(-0.5), "−0.5");
});

format("writes counts and times", () => {
  assert.is(formatCount(1_234_567), "1\u202f234\u202f567");
  assert.is(formatSeconds(0.42), "0.4 s");
  assert.is(formatSeconds(200), "3 min 20 s");
  assert.is(formatSeconds(7500), "2 h 5 min");
});

ticks.run();
format.run();

import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as elementary from "../../src/elementary/index.ts";
import { fingerprint, knownFingerprint } from "../support/fingerprint.ts";

/** Per function triples x, f(x) rounded, what rounding left (for pow one number more): 120 digits, by scripts/fit_coefficients.py. */
const fixture: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL("elementary.fixture.json", import.meta.url), "utf8"),
);

function numbersOf(name: string): Float64Array {
  const bytes = Buffer.from(fixture[name]!, "base64");
  return new Float64Array(bytes.length / 8).map((_, i) => bytes.readDoubleLE(8 * i));
}

/** The distance to the next number. */
function unit(value: number): number {
  const size = Math.abs(value);
  return size < 2 ** -1022 ? 2 ** -1074 : 2 ** (Math.floor(Math.log2(size)) - 52);
}

/** Units in the last place that a function may miss, as its comment says. */
const bounds = {
  log: 1,
  log1p: 1.5,
  log2: 1.5,
  exp: 1,
  expm1: 1.5,
  sin: 1,
  cos: 1,
  tan: 2,
  asin: 2,
  acos: 2,
  atan: 1,
  sinh: 2,
  cosh: 2,
  tanh: 2.5,
  asinh: 2,
  acosh: 2,
  atanh: 2.5,
  cbrt: 1,
} as const;
type Name = keyof typeof bounds;
const functions: Readonly<Record<Name, (x: number) => number>> = { ...elementary };
const names = Object.keys(bounds) as Name[];

const built: Readonly<Record<Name, (x: number) => number>> = Math;

const accuracy = suite("elementary functions");

for (const name of names) {
  accuracy(`${name} is within ${bounds[name]} units in the last place`, () => {
    const numbers = numbersOf(name);
    assert.ok(numbers.length >= 270, `${numbers.length}`);
    let worst = 0;
    for (let i = 0; i < numbers.length; i += 3) {
      const [x, near, rest] = [numbers[i]!, numbers[i + 1]!, numbers[i + 2]!];
      const value = functions[name](x);
      const error = value === near && rest === 0 ? 0 : Math.abs(value - near - rest) / unit(near);
      worst = Math.max(worst, error);
      if (!(error <= bounds[name])) throw new Error(`${name}(${x}) is ${value}, expected ${near}: ${error} units off`);
    }
    // A function that is never off by anything would not be tried where it is hard.
    assert.ok(worst > 0.3, `${worst}`);
  });

  accuracy(`${name} treats zeros, infinities, NaN and subnormal numbers as Math does`, () => {
    const x = [0, -0, Infinity, -Infinity, NaN, 5e-324, -5e-324, 1e-310, 1, -1, 2, 1000, -1000, 1e300, -745, 709.7];
    for (const value of x) {
      const [found, expected] = [functions[name](value), built[name](value)];
      if (Object.is(found, expected) || Math.abs(found - expected) <= 2 * unit(expected)) continue;
      throw new Error(`${name}(${value}) is ${found}, expected ${expected}`);
    }
  });
}

accuracy("pow is within 1 unit in the last place", () => {
  const numbers = numbersOf("pow");
  for (let i = 0; i < numbers.length; i += 4) {
    const [a, b, near, rest] = [numbers[i]!, numbers[i + 1]!, numbers[i + 2]!, numbers[i + 3]!];
    const error = Math.abs(elementary.pow(a, b) - near - rest) / unit(near);
    if (!(error <= 1))
      throw new Error(`pow(${a}, ${b}) is ${elementary.pow(a, b)}, expected ${near}: ${error} units off`);
  }
});

const special = [
  0,
  -0,
  1,
  -1,
  2,
  -2,
  0.5,
  -0.5,
  3,
  -3,
  Infinity,
  -Infinity,
  NaN,
  1e300,
  5e-324,
  1 / 3,
  2 ** 53,
  2 ** 60,
];

accuracy("pow and atan2 have the special cases of IEEE 754 and ECMAScript", () => {
  for (const a of special) {
    for (const b of special) {
      for (const [found, expected] of [
        [elementary.pow(a, b), a ** b],
        [elementary.atan2(a, b), Math.atan2(a, b)],
      ] as const) {
        if (Object.is(found, expected) || Math.abs(found - expected) <= 2 * unit(expected)) continue;
        throw new Error(`of ${a} and ${b}: ${found}, expected ${expected}`);
      }
    }
  }
});

accuracy("powers of two are exact", () => {
  for (let k = -1022; k <= 1023; k++) {
    assert.is(elementary.powerOfTwo(k), 2 ** k);
    assert.ok(elementary.isPowerOfTwo(-(2 ** k)));
    assert.is(elementary.unitOf(1.75 * 2 ** k), 2 ** k);
    assert.is(elementary.log2(2 ** k), k);
  }
  for (const x of [0, 3, 2 ** 53 - 1, Infinity, NaN, 5e-324]) assert.not.ok(elementary.isPowerOfTwo(x), `${x}`);
});

accuracy("have the same bits on every machine", () => {
  assert.is(fingerprint(), knownFingerprint);
});

accuracy.run();

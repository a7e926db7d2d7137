import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type RandomSource, randomSource } from "../src/random.ts";
import * as fc from "./support/fastCheck.ts";

const uniforms = suite("randomSource: uniform");

/** The upper 53 bits of a number of the generator. */
const bitsOf = (random: RandomSource): number => random.uniform() * 2 ** 53;

uniforms("gives the numbers of xoshiro256++ seeded by SplitMix64 over the key", () => {
  // From a Python program with integers of any length, which gives the published numbers too: 0xe220a8397b1dcdaf as SplitMix64's
  // first one at 0, and 41943041, 58720359, 3588806011781223, 3591011842654386 for xoshiro256++ at the state 1, 2, 3, 4.
  const references: readonly [readonly [number, ...(number | string)[]], readonly number[], number][] = [
    [[0], [2205628994953213, 8051488332363243, 3808693525110503, 6107112173515159], 5828119094960604],
    [[1], [6454480565325994, 5975384062787509, 1440832824471526, 8623057579820601], 6633109247657265],
    [[42, "noise", 3], [2193453051443374, 2318731180886573, 2086027506775650, 9006469797897053], 2648707377881040],
    [
      [-1.5, "é😀", 2 ** 40],
      [1665743151288953, 6712402914317816, 5474392026523496, 7891536212427410],
      2378225441370900,
    ],
  ];
  for (const [[seed, ...key], first, thousandth] of references) {
    const random = randomSource(seed, ...key);
    const numbers = Array.from({ length: 1000 }, () => bitsOf(random));
    assert.equal(numbers.slice(0, 4), first);
    assert.is(numbers[999], thousandth);
  }
});

uniforms("stays in [0, 1) and has the moments of the uniform distribution", () => {
  const count = 200_000;
  const random = randomSource(7, "moments");
  let [sum, squares, neighbours, before] = [0, 0, 0, 0.5];
  for (let i = 0; i < count; i++) {
    const u = random.uniform();
    assert.ok(u >= 0 && u < 1);
    sum += u - 0.5;
    squares += (u - 0.5) ** 2;
    neighbours += (u - 0.5) * (before - 0.5);
    before = u;
  }
  // Five standard deviations of each mean.
  assert.ok(Math.abs(sum / count) < 5 * Math.sqrt(1 / 12 / count), `mean ${sum / count}`);
  assert.ok(Math.abs(squares / count - 1 / 12) < 5 * Math.sqrt(1 / 180 / count), `variance ${squares / count}`);
  assert.ok(Math.abs(neighbours / count) < 5 * Math.sqrt(1 / 144 / count), `covariance ${neighbours / count}`);
});

uniforms("sets each of its 53 bits half of the time", () => {
  const count = 20_000;
  const random = randomSource(3, "bits");
  const ones = new Float64Array(53);
  for (let i = 0; i < count; i++) {
    let rest = BigInt(bitsOf(random));
    for (let bit = 0; bit < 53; bit++, rest >>= 1n) ones[bit]! += Number(rest & 1n);
  }
  for (const [bit, sum] of ones.entries()) {
    assert.ok(Math.abs(sum / count - 0.5) < 5 * Math.sqrt(0.25 / count), `bit ${bit}: ${sum / count}`);
  }
});
uniforms.run();

const normals = suite("randomSource: normal");

normals("has the first four moments and the tails of the standard normal distribution", () => {
  const count = 200_000;
  const random = randomSource(11, "normal");
  const moments = [0, 0, 0, 0, 0];
  let beyond2 = 0;
  for (let i = 0; i < count; i++) {
    const x = random.normal();
    for (let power = 1; power <= 4; power++) moments[power]! += x ** power / count;
    if (Math.abs(x) > 2) beyond2++;
  }
  const within = (value: number, expected: number, variance: number, what: string): void =>
    assert.ok(Math.abs(value - expected) < 5 * Math.sqrt(variance / count), `${what} is ${value}`);
  within(moments[1]!, 0, 1, "mean");
  within(moments[2]!, 1, 2, "variance");
  within(moments[3]!, 0, 15, "third moment");
  within(moments[4]!, 3, 96, "fourth moment");
  within(beyond2 / count, 0.0455003, 0.0434, "share beyond 2");
});

normals("gives pairs that are not correlated", () => {
  const count = 100_000;
  const random = randomSource(13);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += random.normal() * random.normal();
  assert.ok(Math.abs(sum / count) < 5 / Math.sqrt(count), String(sum / count));
});
normals.run();

const integers = suite("randomSource: integer");

integers("gives every number below the bound equally often", () => {
  const count = 60_000;
  const random = randomSource(17);
  const seen = new Float64Array(6);
  for (let i = 0; i < count; i++) seen[random.integer(6)]!++;
  const chiSquared = seen.reduce((sum, n) => sum + (n - count / 6) ** 2 / (count / 6), 0);
  // 99.99% of the chi-squared distribution with 5 degrees of freedom.
  assert.ok(chiSquared < 25.7, `chi squared ${chiSquared}`);
  assert.is(
    seen.reduce((sum, n) => sum + n, 0),
    count,
  );
});

integers("gives 0 below 1", () => {
  const random = randomSource(19);
  for (let i = 0; i < 100; i++) assert.is(random.integer(1), 0);
});
integers.run();

const keys = suite("randomSource: keys");

const part = fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.string({ maxLength: 5, unit: "binary" }));

keys("gives the same numbers for the same key", () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(part, { maxLength: 4 }), (seed, key) => {
      const [a, b] = [randomSource(seed, ...key), randomSource(seed, ...key)];
      for (let i = 0; i < 5; i++) {
        assert.is(a.uniform(), b.uniform());
        assert.is(a.normal(), b.normal());
      }
    }),
  );
});

keys("gives other numbers for every other key", () => {
  const all: (readonly [number, ...(number | string)[]])[] = [
    [0],
    [1],
    [2 ** 53],
    [0.5],
    [0, 0],
    [0, 0, 0],
    [0, 1],
    [1, 0],
    [0, "0"],
    [0, ""],
    [0, "", ""],
    [0, "ab"],
    [0, "a", "b"],
    [0, "b", "a"],
    [0, "a\0b"],
    [0, "\0"],
    [0, "ab", 1],
    [0, 1, "ab"],
  ];
  const first = all.map(([seed, ...key]) => randomSource(seed, ...key).uniform());
  assert.is(new Set(first).size, all.length);
});

keys("gives neighbouring seeds and steps numbers that are not correlated", () => {
  const count = 20_000;
  const covariance = (source: (i: number) => RandomSource): number => {
    const first = Array.from({ length: count + 1 }, (_, i) => source(i).uniform() - 0.5);
    return first.slice(1).reduce((sum, u, i) => sum + u * first[i]!, 0) / count;
  };
  const bound = 5 / 12 / Math.sqrt(count);
  const bySeed = covariance((i) => randomSource(i, "noise"));
  const byStep = covariance((i) => randomSource(1, "noise", i));
  assert.ok(Math.abs(bySeed) < bound, `seeds ${bySeed}`);
  assert.ok(Math.abs(byStep) < bound, `steps ${byStep}`);
});

keys("keeps no state that two sources share", () => {
  const alone = randomSource(23);
  const expected = Array.from({ length: 10 }, () => alone.normal());
  const [a, b] = [randomSource(23), randomSource(29)];
  const mixed = expected.map(() => {
    b.normal();
    return a.normal();
  });
  assert.equal(mixed, expected);
});
keys.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dataset } from "../../../src/problems/datasets/dataset.ts";
import { type Moments, moments } from "../../../src/problems/whitening/moments.ts";
import type { Samples } from "../../../src/problems/whitening/samples.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { bothFactors } from "../../support/bothFactors.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";

/** Integers k of samples x = mean + k / 1024, whose moments BigInt computes without rounding. */
function dyadic(samples: number, features: number, seed: number): Int32Array {
  return Int32Array.from(normalVector(samples * features, seed), (value) => Math.round(1024 * value));
}

function exactCovariance(k: Int32Array, d: number): Float64Array {
  const n = k.length / d;
  const sums = Array.from({ length: d }, (_, j) => {
    let sum = 0n;
    for (let i = 0; i < n; i++) sum += BigInt(k[i * d + j]!);
    return sum;
  });
  return Float64Array.from({ length: d * d }, (_, at) => {
    const [a, b] = [Math.floor(at / d), at % d];
    let sum = 0n;
    for (let i = 0; i < n; i++) sum += BigInt(k[i * d + a]!) * BigInt(k[i * d + b]!);
    return Number(sum * BigInt(n) - sums[a]! * sums[b]!) / n / n / 2 ** 20;
  });
}

function seen(features: number, ...parts: readonly Samples[]): Moments {
  const own = moments({ features });
  for (const part of parts) own.add(part);
  return own;
}

/** Cuts samples into parts of the given numbers of rows. */
function cut(x: Float64Array, d: number, rows: readonly number[]): readonly Float64Array[] {
  const parts: Float64Array[] = [];
  let at = 0;
  for (const count of rows) {
    parts.push(x.subarray(at, at + count * d));
    at = Math.min(x.length, at + count * d);
  }
  return [...parts, x.subarray(at)];
}

const stream = suite("moments");

stream("are exact to 1e-14 at any mean, in one pass", () => {
  const [n, d] = [3000, 3];
  const k = dyadic(n, d, 1);
  const expected = exactCovariance(k, d);
  bothFactors(() => {
    for (const mean of [0, 1, 1e6, 1e9, -3e11]) {
      const x = Float64Array.from(k, (own) => mean + own / 1024);
      assertClose(seen(d, x).covariance, expected, 1e-14, `mean ${mean}`);
      const parts = cut(
        x,
        d,
        Array.from({ length: 400 }, () => 7),
      );
      assertClose(seen(d, ...parts).covariance, expected, 1e-14, `mean ${mean}, in parts of 7`);
      const merged = seen(d, ...cut(x, d, [1000]).slice(0, 1));
      merged.merge(seen(d, ...cut(x, d, [1000]).slice(1)));
      assertClose(merged.covariance, expected, 1e-14, `mean ${mean}, merged`);
      assert.is(merged.count, n);
      // The first sample lies at a distance of 1000 deviations.
      const outlier = seen(d, [[mean + 1000, mean, mean]], x);
      const gap = outlier.covariance[4]! * ((n + 1) / n);
      assertClose(gap, expected[4]!, 1e-3, "second feature");
    }
  });
});

stream("do not depend, to the last bit, on how samples are divided, looked at and resumed", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 700 }),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 1000 }),
      (n, d, rows, seed) => {
        const x = normalVector(n * d, seed).map((value) => value + 1e5);
        const expected = seen(d, x);
        let own = moments({ features: d });
        for (const part of cut(x, d, rows)) {
          own.add(part);
          if (own.count > 0) assert.is(own.mean.length, d);
          own = moments({ features: d, from: structuredClone(own.state()) });
        }
        for (const what of ["count", "mean", "pivot", "offset", "second", "covariance"] as const) {
          assert.equal(own[what], expected[what], what);
        }
      },
    ),
    { numRuns: 60 },
  );
});

stream("of 2^k x are 4^k those of x, to the last bit", () => {
  fc.assert(
    fc.property(fc.integer({ min: -400, max: 400 }), fc.integer({ min: 1, max: 600 }), (k, n) => {
      const x = normalVector(2 * n, n);
      const own = seen(
        2,
        x.map((value) => value * 2 ** k),
      );
      const plain = seen(2, x);
      assert.equal(
        own.covariance,
        plain.covariance.map((value) => value * 2 ** k * 2 ** k),
      );
      assert.equal(
        own.second,
        plain.second.map((value) => value * 2 ** k * 2 ** k),
      );
    }),
    { numRuns: 40 },
  );
});

stream("merge as if the samples had come one after the other", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 600 }),
      fc.integer({ min: 0, max: 600 }),
      fc.constantFrom(1, 1e6, 2 ** 40),
      (first, second, size) => {
        fc.pre(first + second > 0);
        const x = normalVector(2 * (first + second), first).map((value, at) => value + (at < 2 * first ? size : -size));
        const own = seen(2, x.subarray(0, 2 * first));
        own.merge(seen(2, x.subarray(2 * first)));
        const all = seen(2, x);
        assert.is(own.count, all.count);
        assertClose(own.mean, all.mean, 1e-13, "mean", size);
        assertClose(own.covariance, all.covariance, 1e-13);
        const twice = seen(2, x);
        twice.merge(twice);
        assertClose(twice.covariance, all.covariance, 1e-13, "twice");
      },
    ),
    { numRuns: 60 },
  );
});

stream("give a constant feature no variance at all, whatever its size", () => {
  const x = Array.from({ length: 1000 }, (_, i) => [1000000.1, Math.sin(i), -1e-300]);
  const { covariance, mean } = seen(3, x);
  assert.equal([covariance[0], covariance[2], covariance[8], covariance[1]], [0, 0, 0, 0]);
  assert.is(mean[0], 1000000.1);
  assert.is(mean[2], -1e-300);
});

stream("need memory for a block of samples only, not for all", () => {
  const own = moments({ features: 4 });
  const part = normalVector(4 * 1000, 1);
  // A million samples; what is kept is what a checkpoint holds.
  for (let i = 0; i < 1000; i++) own.add(part);
  assert.is(own.count, 1e6);
  const kept = Object.values(own.state()).reduce<number>(
    (sum, value) => sum + (value instanceof Float64Array ? value.length : 1),
    0,
  );
  assert.ok(kept <= 4 + 4 + 16 + 256 * 4 + 3, `${kept} numbers`);
  assertClose(own.covariance, seen(4, part).covariance, 1e-12);
});

stream("take data sets, rows and empty parts", () => {
  const rows = [
    [1, 2],
    [3, 5],
  ];
  const expected = seen(2, rows).second;
  assert.equal(expected, Float64Array.of(5, 8.5, 8.5, 14.5));
  assert.equal(seen(2, dataset({ inputs: rows })).second, expected);
  assert.equal(seen(2, [], Float64Array.of(1, 2, 3, 5), new Float64Array(0)).second, expected);
});

stream("refuse what cannot be added, and add nothing of it", () => {
  const own = seen(2, [
    [1, 2],
    [3, 4],
  ]);
  const before = own.state();
  const refused = (act: () => unknown, code: string, message: RegExp): void => {
    assertError(act, code, message);
    assert.equal(own.state(), before);
  };
  refused(() => own.add([[1, 2], [3]]), "ERR_LENGTH", /2 features per row, got 1 in row 1/);
  refused(() => own.add(new Float64Array(3)), "ERR_LENGTH", /got 3 numbers/);
  // The row is counted over all parts.
  refused(
    () =>
      own.add([
        [1, 2],
        [Number.NaN, 1],
      ]),
    "ERR_NOT_FINITE",
    /got NaN in row 3, feature 0/,
  );
  refused(() => own.merge(seen(3)), "ERR_LENGTH", /moments of 2 features, got 3/);
  assertError(() => moments({ features: 0 }), "ERR_OPTION_RANGE", /features to be a positive integer, got 0/);
  assertError(() => moments({ features: 3, from: before }), "ERR_LENGTH", /a state of 3 features, got 2/);
  const damaged = { ...before, scatter: new Float64Array(3) };
  assertError(() => moments({ features: 2, from: damaged }), "ERR_OPTION_TYPE", /from to be the state of moments/);
  assertError(() => moments({ features: 2 }).mean, "ERR_LENGTH", /a sample before the moments are read, got none/);
});

stream.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  norm2Bound,
  orthonormalityBound,
  symmetricEigen,
  vectorNormBound,
  verifiedProduct,
} from "../../../src/linalg/index.ts";
import type { Enclosure } from "../../../src/linalg/verified/enclosure.ts";
import { IntervalProduct } from "../../../src/linalg/verified/product.ts";
import { keepsBound } from "../../../src/linalg/verified/trustedBlas.ts";
import { randomSource } from "../../../src/random.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";

/** A float64 number as a multiple of 2^-2200, exactly. */
function whole(x: number): bigint {
  if (x === 0) return 0n;
  const bits = new BigUint64Array(Float64Array.of(x).buffer)[0]!;
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const mantissa = (bits & 0xfffffffffffffn) | (exponent === 0 ? 0n : 1n << 52n);
  const size = mantissa << BigInt(2200 - 1074 + Math.max(exponent, 1) - 1);
  return bits >> 63n === 0n ? size : -size;
}
const size = (x: bigint): bigint => (x < 0n ? -x : x);

/** Whether a product of exact numbers lies in its enclosure, for the sums of products as they are. */
function assertHolds(a: Float64Array, b: Float64Array, m: number, k: number, n: number, found: Enclosure): void {
  const [left, right] = [Array.from(a, whole), Array.from(b, whole)];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const [mid, rad] = [found.mid[i * n + j]!, found.rad[i * n + j]!];
      if (rad === Number.POSITIVE_INFINITY) continue;
      let sum = 0n;
      for (let p = 0; p < k; p++) sum += left[i * k + p]! * right[p * n + j]!;
      const distance = size(sum - (whole(mid) << 2200n));
      assert.ok(distance <= whole(rad) << 2200n, `entry ${i}, ${j}: ${mid} +- ${rad}`);
    }
  }
}

const verified = suite("verified linear algebra");

const numbers = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -10, max: 10, noNaN: true }),
  fc.constantFrom(0, 1, -1, 5e-324, 2 ** -1022, 1e-160, 1e160, 1.7e308),
);

verified(
  "products of all numbers, subnormal and huge ones included, lie in their enclosures, in exact arithmetic",
  () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 6 }),
        fc.infiniteStream(numbers),
        (m, k, n, stream) => {
          const next = (): number => stream.next().value as number;
          const a = Float64Array.from({ length: m * k }, next);
          const b = Float64Array.from({ length: k * n }, next);
          assertHolds(a, b, m, k, n, verifiedProduct(a, b, m, k, n));
        },
      ),
      { numRuns: 150 },
    );
  },
);

verified("products hold whatever lies within the radii, stored in any way, with and without BLAS", () => {
  const random = randomSource(8);
  for (const [m, k, n] of [
    [7, 5, 9],
    [40, 40, 40],
    [3, 200, 4],
    [90, 16, 33],
    [130, 100, 90],
  ] as const) {
    for (const [transposeA, transposeB] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      for (const spread of [0, 1e-14, 1e-3]) {
        const matrix = (count: number): Enclosure => {
          const mid = Float64Array.from({ length: count }, () => random.normal());
          return { mid, rad: mid.map((x) => spread * Math.abs(x)) };
        };
        const [a, b] = [matrix(m * k), matrix(k * n)];
        const inside = ({ mid, rad }: Enclosure): Float64Array =>
          mid.map((x, i) => x + rad[i]! * (1.99 * random.uniform() - 0.995));
        const [x, y] = [inside(a), inside(b)];
        const rows = Float64Array.from(
          { length: m * k },
          (_, at) => x[transposeA ? (at % k) * m + Math.floor(at / k) : at]!,
        );
        const columns = Float64Array.from(
          { length: k * n },
          (_, at) => y[transposeB ? (at % n) * k + Math.floor(at / n) : at]!,
        );
        const found = verifiedProduct(a, b, m, k, n, { transposeA, transposeB });
        if (m * k * n < 30_000) assertHolds(rows, columns, m, k, n, found);
        const out = { mid: new Float64Array(m * n), rad: new Float64Array(m * n) };
        const exact = spread === 0;
        new IntervalProduct(m, k, n, { transposeA, transposeB, exactA: exact, exactB: exact && transposeB }).run(
          a,
          [0],
          b,
          [0],
          out,
        );
        if (m * k * n < 30_000) assertHolds(rows, columns, m, k, n, out);
        for (let i = 0; i < m * n; i++) {
          assert.ok(Math.abs(out.mid[i]! - found.mid[i]!) <= found.rad[i]! + out.rad[i]!);
          assert.ok(found.rad[i]! < (3 * spread + 1e-13) * 3 * k, `radius ${found.rad[i]}`);
        }
      }
    }
  }
});

verified(
  "many small products with a shared operand hold whatever lies within the radii, subnormal numbers included",
  () => {
    const random = randomSource(9);
    const [m, k, n, count] = [5, 12, 6, 128];
    for (const shared of ["a", "b", "none"]) {
      for (const [transposeA, transposeB, exactA, exactB] of [
        [false, false, false, false],
        [true, false, false, true],
        [false, true, true, false],
        [true, true, false, false],
      ] as const) {
        for (const factor of [1, 2 ** -1040, 2 ** 990]) {
          const matrices = (length: number, exact: boolean): Enclosure => {
            const mid = Float64Array.from({ length }, () => factor * random.normal());
            return { mid, rad: mid.map((x) => (exact ? 0 : 1e-9 * Math.abs(x))) };
          };
          const a = matrices(m * k * (shared === "a" ? 1 : count), exactA);
          const b = matrices(k * n * (shared === "b" ? 1 : count), exactB);
          const starts = (step: number, one: boolean): Int32Array =>
            Int32Array.from({ length: count }, (_, at) => (one ? 0 : at * step));
          const out = { mid: new Float64Array(m * n * count), rad: new Float64Array(m * n * count) };
          const product = new IntervalProduct(m, k, n, { transposeA, transposeB, exactA, exactB });
          const [startsA, startsB] = [starts(m * k, shared === "a"), starts(k * n, shared === "b")];
          for (let twice = 0; twice < 2; twice++) product.run(a, startsA, b, startsB, out);
          for (let at = 0; at < count; at += 9) {
            const inside = ({ mid, rad }: Enclosure, from: number, length: number): Float64Array =>
              mid.slice(from, from + length).map((x, i) => x + rad[from + i]! * (1.99 * random.uniform() - 0.995));
            const [x, y] = [inside(a, startsA[at]!, m * k), inside(b, startsB[at]!, k * n)];
            const rows = x.map((_, e) => x[transposeA ? (e % k) * m + Math.floor(e / k) : e]!);
            const columns = y.map((_, e) => y[transposeB ? (e % n) * k + Math.floor(e / n) : e]!);
            const part = (values: Float64Array): Float64Array => values.slice(at * m * n, (at + 1) * m * n);
            assertHolds(rows, columns, m, k, n, { mid: part(out.mid), rad: part(out.rad) });
            if (factor === 1) assert.ok(part(out.rad).every((r) => r < 1e-6));
          }
        }
      }
    }
  },
);

verified("a BLAS in fewer digits, or one that multiplies fast by differences, fails the test", () => {
  type Multiply = Parameters<typeof keepsBound>[0];
  const plain =
    (round: (x: number) => number): Multiply =>
    ({ m, n, k, a, b, c, transposeA, transposeB }) => {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let p = 0; p < k; p++)
            sum = round(sum + a[transposeA ? p * m + i : i * k + p]! * b[transposeB ? j * k + p : p * n + j]!);
          c[i * n + j] = sum;
        }
      }
    };
  assert.ok(keepsBound(plain((x) => x)));
  assert.not.ok(keepsBound(plain(Math.fround)));
  assert.not.ok(keepsBound(plain((x) => x * (1 + 2 ** -46))));
  // (a + d) (b - d') - ... as Strassen does: entries of very different size spoil each other.
  assert.not.ok(
    keepsBound((options) => {
      plain((x) => x)(options);
      const { c, n } = options;
      for (let at = n; at < c.length; at++) c[at] = c[at]! + c[at - n]! - c[at - n]!;
      for (let at = 0; at + n < c.length; at++) c[at] = c[at]! + c[at + n]! - c[at + n]!;
    }),
  );
});

verified("the bound of the 2-norm is above the norm, and near it for matrices without cancellation", () => {
  for (let turn = 0; turn < 60; turn++) {
    const [m, n] = [1 + (turn % 9), 1 + ((turn * 5) % 11)];
    const factor = 10 ** ((turn % 7) * 90 - 270);
    const b = normalVector(m * n, turn).map((x) => Math.abs(x) * factor);
    const gram = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        for (let p = 0; p < m; p++) gram[i * n + j]! += (b[p * n + i]! / factor) * (b[p * n + j]! / factor);
    const norm = Math.sqrt(symmetricEigen(gram).values[n - 1]!) * factor;
    const bound = norm2Bound(b, m, n);
    assert.ok(bound >= norm * (1 - 1e-13) && bound <= norm * (1 + 1e-4), `${bound} for ${norm}`);
    const signs = b.map((x, i) => (i % 3 === 0 ? -x : x));
    assert.is(norm2Bound(signs, m, n), bound);
    const radii = { mid: new Float64Array(m * n), rad: b };
    assert.ok(norm2Bound(radii, m, n) >= norm * (1 - 1e-13));
  }
  assert.is(norm2Bound(new Float64Array(6), 2, 3), 0);
  assert.is(norm2Bound(Float64Array.of(1, Number.NaN), 1, 2), Number.POSITIVE_INFINITY);
  assert.is(
    norm2Bound({ mid: Float64Array.of(1, 0), rad: Float64Array.of(0, Number.POSITIVE_INFINITY) }, 1, 2),
    Number.POSITIVE_INFINITY,
  );
});

verified("bounds of vectors are above their norms, at all sizes", () => {
  fc.assert(
    fc.property(fc.array(numbers, { maxLength: 12 }), (list) => {
      const bound = vectorNormBound(Float64Array.from(list));
      const square = list.reduce((sum, x) => sum + whole(x) ** 2n, 0n);
      assert.ok(bound === Number.POSITIVE_INFINITY || whole(bound) ** 2n >= square, `${list}: ${bound}`);
      if (bound < 1e300 && bound > 1e-290) {
        // Above by no more than a few units per number.
        const less = whole(bound * (1 - 1e-14 - 1e-14 * list.length));
        assert.ok(less ** 2n <= square || square === 0n, `${list}: ${bound}`);
      }
    }),
    { numRuns: 500 },
  );
});

verified("vectors that are nearly orthonormal have a small bound, others one above what they are off", () => {
  const n = 24;
  const symmetric = normalVector(n * n, 9);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) symmetric[i * n + j] = symmetric[j * n + i]!;
  const { vectors } = symmetricEigen(symmetric);
  assert.ok(orthonormalityBound(vectors, n, n) < 1e-12);
  assert.ok(orthonormalityBound(vectors.subarray(0, 10 * n), 10, n) < 1e-12);
  const longer = vectors.slice();
  for (let i = 0; i < n; i++) longer[i] = longer[i]! * 1.5;
  const bound = orthonormalityBound(longer, n, n);
  assert.ok(bound >= 1.25 - 1e-12 && bound < 1.26, `${bound}`);
  assert.ok(orthonormalityBound({ mid: vectors, rad: vectors.map(() => 1e-3) }, n, n) >= 2e-3);
});

verified("refuses what does not fit", () => {
  assert.throws(() => verifiedProduct(new Float64Array(3), new Float64Array(4), 2, 2, 2), /2 x 2 numbers, got 3/);
  assert.throws(() => norm2Bound([1] as unknown as Float64Array, 1, 1), /Float64Array/);
  assert.throws(() => orthonormalityBound(new Float64Array(4), 2, 3), /2 x 3 numbers, got 4/);
  assert.throws(() => vectorNormBound({ mid: new Float64Array(2), rad: new Float64Array(1) }), /as many radii/);
});

verified.run();

/** Products of matrices with native kernels: right for all sizes, orders and distances, with the same bits for every width. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Arena } from "../../../../src/autodiff/float64/arena.ts";
import { productsGainNatively } from "../../../../src/autodiff/float64/native/cost.ts";
import type { NativeKernels } from "../../../../src/autodiff/float64/native/kernels.ts";
import { knownAnswer } from "../../../../src/autodiff/float64/native/knownAnswer.ts";
import { findBlas } from "../../../../src/linalg/blas/blas.ts";
import * as fc from "../../../support/fastCheck.ts";
import { bits, kernels, skipped, widths, withWidth } from "../../../support/nativeLoop.ts";
import { normalVector } from "../../../support/random.ts";

interface Case {
  readonly flags: number;
  readonly sizes: readonly [m: number, n: number, k: number];
  /** Numbers between the rows of A, B and C. */
  readonly gaps: readonly [number, number, number];
  readonly factor: number;
  readonly seed: number;
}

/** Mostly small sizes, and those beside the bounds of blocks, groups and parts. */
const size = fc.oneof(
  fc.integer({ min: 1, max: 20 }),
  fc.constantFrom(23, 24, 25, 63, 64, 65, 127, 128, 129, 257, 513),
);
const gap = fc.integer({ min: 0, max: 70 });
const cases: fc.Arbitrary<Case> = fc.record({
  flags: fc.integer({ min: 0, max: 7 }),
  sizes: fc.tuple(size, size, size),
  gaps: fc.tuple(gap, gap, gap),
  factor: fc.constantFrom(1, -1, 0.3, 2 ** -6, 0),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

/** Computes a case in memory that ends with C, and gives all of it, with the places of the matrices. */
function computed({ product, addressOf }: NativeKernels, { flags, sizes: [m, n, k], gaps, factor, seed }: Case) {
  const [rowA, rowB, rowC] = [
    ((flags & 1) === 0 ? k : m) + gaps[0],
    ((flags & 2) === 0 ? n : k) + gaps[1],
    n + gaps[2],
  ];
  const b = rowA * ((flags & 1) === 0 ? m : k);
  const c = b + rowB * ((flags & 2) === 0 ? k : n);
  const before = normalVector(c + rowC * (m - 1) + n, seed);
  const numbers = before.slice();
  const start = addressOf(numbers.buffer);
  product(flags, m, n, k, factor, start, rowA, start + 8 * b, rowB, start + 8 * c, rowC);
  return { numbers, before, rowA, rowB, rowC, b, c };
}

const runs = process.env.FLUXION_TEST_FULL === "1" ? 2000 : 60;
const tests = suite("native products");
if (kernels === undefined) tests("are as their definition", skipped);
else {
  const all = kernels;
  tests("are as their definition, write nothing else, and have the same bits for every width of vectors", () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { flags, sizes, factor } = one;
        const [m, n, k] = sizes;
        const { numbers, before, rowA, rowB, rowC, b, c } = computed(all, one);
        const expected = before.slice();
        const allowed = new Float64Array(before.length);
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            let [sum, size] = [0, 0];
            for (let t = 0; t < k; t++) {
              const x = before[(flags & 1) === 0 ? i * rowA + t : t * rowA + i]!;
              const y = before[b + ((flags & 2) === 0 ? t * rowB + j : j * rowB + t)]!;
              sum += x * y;
              size += Math.abs(x * y);
            }
            const place = c + i * rowC + j;
            const old = (flags & 4) === 0 ? 0 : before[place]!;
            expected[place] = old + factor * sum;
            allowed[place] = 2 ** -52 * ((k + 2) * Math.abs(factor) * size + Math.abs(old));
          }
        }
        for (const [i, x] of numbers.entries()) {
          assert.ok(Math.abs(x - expected[i]!) <= allowed[i]!, `${JSON.stringify(one)}, ${i}: ${x}, ${expected[i]}`);
        }
        for (const width of widths().slice(0, -1)) {
          const again = withWidth(width, () => computed(all, one).numbers);
          assert.is(bits(again), bits(numbers), `${JSON.stringify(one)}, vectors of ${width}`);
        }
      }),
      { numRuns: runs },
    );
  });

  tests("keep each entry to its own row and column, whatever stands in the others", () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(Number.NaN, Infinity, 1e308), (one, wild) => {
        const [m, n, k] = one.sizes;
        if (m < 2) return;
        const plain = computed(all, one);
        const numbers = plain.before.slice();
        // The last row of op(A) becomes wild, so that only the last row of C may change.
        for (let t = 0; t < k; t++) {
          numbers[(one.flags & 1) === 0 ? (m - 1) * plain.rowA + t : t * plain.rowA + m - 1] = wild;
        }
        const start = all.addressOf(numbers.buffer);
        const [b, c] = [start + 8 * plain.b, start + 8 * plain.c];
        all.product(one.flags, m, n, k, one.factor, start, plain.rowA, b, plain.rowB, c, plain.rowC);
        const untouched = (values: Float64Array) => values.subarray(plain.c, plain.c + (m - 1) * plain.rowC);
        assert.is(bits(untouched(numbers)), bits(untouched(plain.numbers)), JSON.stringify(one));
      }),
      { numRuns: runs / 4 },
    );
  });

  tests("whose library leaves one of them out are not used", () => {
    for (let left = 0; left < 6; left++) {
      let calls = 0;
      const product: NativeKernels["product"] = (...operands) => {
        if (calls++ !== left) all.product(...operands);
      };
      assert.match(knownAnswer({ ...all, product })!, /its products have the digest [0-9a-f]{16}/);
      assert.is(calls, 6);
    }
  });

  tests("take the place of a BLAS that is missing, whatever the size and the width", () => {
    for (const width of [2, 4, 8]) {
      let ours = 0;
      const arena = new Arena(undefined, { ...all, width, product: () => void ours++ });
      arena.reserve(1);
      const gemm = arena.settle().gemm as (...operands: readonly number[]) => void;
      for (const size of [1, 20, 1000]) gemm(0, size, size, size, 1, 0, size, 0, size, 0, size);
      assert.is(ours, 3);
    }
  });

  tests("take the place of the BLAS up to a size, with vectors for which that was measured", () => {
    const blas = findBlas();
    if (blas === undefined) return;
    for (const width of [2, 4, 8]) {
      let [ours, theirs] = [0, 0];
      const native = { ...all, width, product: () => void ours++ };
      const arena = new Arena({ ...blas, gemm: () => void theirs++ }, native);
      arena.reserve(1);
      const gemm = arena.settle().gemm as (...operands: readonly number[]) => void;
      for (const [m, n, k] of [
        [64, 128, 784],
        [784, 128, 64],
        [1000, 1000, 1000],
      ] as const) {
        const before = ours;
        gemm(0, m, n, k, 1, 0, k, 0, n, 0, n);
        assert.is(ours > before, productsGainNatively(native, m, n, k), `${m}, ${n}, ${k}`);
      }
      assert.equal([ours, theirs], width === 2 ? [0, 3] : [2, 1]);
    }
  });
}
tests.run();

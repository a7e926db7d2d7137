/** Blocks of large products: together they are the product, and their bits do not depend on who computes them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  blockOf,
  type Multipliers,
  multiply,
  type Product,
  productBlocks,
  productWords,
  readProduct,
  writeProduct,
} from "../../../../src/autodiff/float64/threads/product.ts";
import type { Blas } from "../../../../src/linalg/blas/blas.ts";
import * as fc from "../../../support/fastCheck.ts";

const tests = suite("blocks of products");

/** A dgemm by the textbook over one array, whose addresses are places of bytes. */
function textbook(memory: Float64Array): Pick<Blas, "gemm"> {
  return {
    gemm(_order, transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let l = 0; l < k; l++) {
            const left = memory[a / 8 + (transposeA === 112 ? l * lda + i : i * lda + l)]!;
            sum += left * memory[b / 8 + (transposeB === 112 ? j * ldb + l : l * ldb + j)]!;
          }
          const place = c / 8 + i * ldc + j;
          memory[place] = alpha * sum + (beta === 0 ? 0 : beta * memory[place]!);
        }
      }
    },
  };
}

/** A dgemv by the textbook, which adds in the same order. */
function textbookVector(memory: Float64Array): Required<Pick<Blas, "gemv">> {
  return {
    gemv(order, transpose, rows, columns, alpha, a, lda, x, incX, beta, y, incY) {
      const [m, k] = transpose === 111 ? [rows, columns] : [columns, rows];
      textbook(memory).gemm(order, transpose, 111, m, 1, k, alpha, a, lda, x, incX, beta, y, incY);
    },
  };
}

const by = (memory: Float64Array): Multipliers => ({ blas: textbook(memory) as Blas, native: undefined });

const sizes = fc.record({
  flags: fc.nat(7),
  m: fc.integer({ min: 1, max: 70 }),
  n: fc.integer({ min: 1, max: 70 }),
  k: fc.integer({ min: 1, max: 5 }),
  gap: fc.nat(3),
  blocks: fc.integer({ min: 1, max: 4 }),
});

tests("give the product with any flags and any distances between rows, and write nothing else", () => {
  fc.assert(
    fc.property(sizes, ({ flags, m, n, k, gap, blocks }) => {
      const lda = gap + ((flags & 1) === 0 ? k : m);
      const ldb = gap + ((flags & 2) === 0 ? n : k);
      const ldc = gap + n;
      const [sizeA, sizeB] = [lda * Math.max(m, k), ldb * Math.max(n, k)];
      const numbers = Float64Array.from({ length: sizeA + sizeB + ldc * m }, (_, i) => Math.sin(i));
      const product: Product = {
        memory: 0,
        ...{ flags, m, n, k, factor: 0.7, a: 0, lda, b: 8 * sizeA, ldb },
        ...{ c: 8 * (sizeA + sizeB), ldc },
      };
      const [whole, parts] = [numbers.slice(), numbers.slice()];
      multiply(by(whole), product);
      for (let block = 0; block < blocks; block++) multiply(by(parts), blockOf(product, blocks, block));
      assert.equal(parts, whole);
    }),
  );
});

tests("with one row or one column are those of a matrix and a vector, bit for bit", () => {
  const one = fc.oneof(
    fc.record({ m: fc.integer({ min: 1, max: 9 }), n: fc.constant(1) }),
    fc.record({ m: fc.constant(1), n: fc.integer({ min: 1, max: 9 }) }),
  );
  fc.assert(
    fc.property(one, fc.nat(7), fc.integer({ min: 1, max: 6 }), fc.nat(3), ({ m, n }, flags, k, gap) => {
      const lda = gap + ((flags & 1) === 0 ? k : m);
      const ldb = gap + ((flags & 2) === 0 ? n : k);
      const ldc = gap + n;
      const [sizeA, sizeB] = [lda * Math.max(m, k), ldb * Math.max(n, k)];
      const numbers = Float64Array.from({ length: sizeA + sizeB + ldc * m }, (_, i) => Math.sin(i));
      const places = { a: 0, lda, b: 8 * sizeA, ldb, c: 8 * (sizeA + sizeB), ldc };
      const product: Product = { memory: 0, flags, m, n, k, factor: 0.7, ...places };
      const [expected, got] = [numbers.slice(), numbers.slice()];
      multiply(by(expected), product);
      const gemm = (): void => assert.unreachable("a product of two matrices");
      multiply({ blas: { ...textbookVector(got), gemm } as unknown as Blas, native: undefined }, product);
      assert.equal(got, expected);
    }),
  );
});

tests("are large, and none has much more to do than another", () => {
  const size = fc.integer({ min: 1, max: 5000 });
  fc.assert(
    fc.property(size, size, size, (m, n, k) => {
      const blocks = productBlocks(m, n, k);
      assert.ok(blocks >= 1 && Number.isInteger(blocks));
      if (blocks === 1) return;
      const product = { memory: 0, flags: 0, m, n, k, factor: 1, a: 0, lda: k, b: 0, ldb: n, c: 0, ldc: n };
      const lengths = Array.from({ length: blocks }, (_, block) => {
        const part = blockOf(product, blocks, block);
        return m >= n ? part.m : part.n;
      });
      assert.is(
        lengths.reduce((sum, length) => sum + length, 0),
        Math.max(m, n),
      );
      assert.ok(Math.min(...lengths) >= 48, `${lengths}`);
      assert.ok(Math.max(...lengths) - Math.min(...lengths) <= 32, `${lengths}`);
      assert.ok((2 * m * n * k) / blocks >= 3e7);
    }),
  );
});

tests("arrive in shared memory as they were, also at addresses above 2^31", () => {
  const words = new Float64Array(productWords);
  const product: Product = {
    ...{ memory: 2 ** 47 + 8, flags: 5, m: 1, n: 2, k: 3, factor: 0.1, a: 8, lda: 4, b: 2 ** 31 + 16, ldb: 5 },
    ...{ c: 2 ** 32 - 8, ldc: 6 },
  };
  writeProduct(product, words);
  assert.equal(readProduct(words), product);
});

tests.run();

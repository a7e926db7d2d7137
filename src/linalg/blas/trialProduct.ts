/** Products by which a BLAS is tried before it is used. */
import type { BlasSymbols } from "./blasLibrary.ts";

type Multiply = Pick<BlasSymbols, "gemm" | "addressOf">;

const rowMajor = 101;
const [plain, transposed] = [111, 112];

/** Sizes that fill blocks of kernels of any width and leave a remainder in each direction. */
const [m, n, k] = [37, 29, 53];

/**
 * Multiplies whole numbers, whose sums no order of additions rounds, in all four forms.
 *
 * @returns what is wrong; undefined if nothing is
 */
export function wrongProduct({ gemm, addressOf }: Multiply): string | undefined {
  const memory = new Float64Array(m * k + k * n + m * n);
  const [a, b, c] = [0, m * k, m * k + k * n];
  for (let i = 0; i < c; i++) memory[i] = ((i * 7919) % 211) - 105;
  const base = addressOf(memory.buffer);
  for (const formA of [plain, transposed]) {
    for (const formB of [plain, transposed]) {
      memory.fill(1, c);
      const [lda, ldb] = [formA === plain ? k : m, formB === plain ? n : k];
      gemm(rowMajor, formA, formB, m, n, k, 2, base, lda, base + 8 * b, ldb, 1, base + 8 * c, n);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let p = 0; p < k; p++) {
            const left = memory[a + (formA === plain ? i * lda + p : p * lda + i)]!;
            sum += left * memory[b + (formB === plain ? p * ldb + j : j * ldb + p)]!;
          }
          const got = memory[c + i * n + j]!;
          if (got !== 2 * sum + 1) return `a product that is ${2 * sum + 1} came out as ${got}`;
        }
      }
    }
  }
  return undefined;
}

/** Measures products of two matrices of `size` x `size` in operations per nanosecond: the best of several. */
export function productSpeed({ gemm, addressOf }: Multiply, size: number, trials: number): number {
  const area = size * size;
  const memory = Float64Array.from({ length: 3 * area }, (_, i) => 1 / (i + 1));
  const base = addressOf(memory.buffer);
  let least = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial < trials; trial++) {
    const began = performance.now();
    gemm(rowMajor, plain, plain, size, size, size, 1, base, size, base + 8 * area, size, 0, base + 16 * area, size);
    least = Math.min(least, performance.now() - began);
  }
  return (2 * area * size) / (1e6 * least);
}

/** Large products of matrices, cut into blocks that several threads may compute. The cuts depend on the sizes alone. */
import type { Blas } from "../../../linalg/blas/blas.ts";
import { productsGainNatively } from "../native/cost.ts";
import type { NativeKernels } from "../native/kernels.ts";

/**
 * A product C = factor A B, or C += factor A B, of matrices that lie row by row, so many bytes from the start of a memory;
 * that of their rows differs by so many numbers.
 */
export interface Product {
  /** Address of the memory. */
  readonly memory: number;
  /** 1 transposes A, 2 transposes B, 4 adds to C. */
  readonly flags: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly factor: number;
  readonly a: number;
  readonly lda: number;
  readonly b: number;
  readonly ldb: number;
  readonly c: number;
  readonly ldc: number;
}

/** Operations of a block, in which asking another thread to help is lost: 0.3 to 1 ms. */
const workOfBlock = 4e7;
/** Rows or columns of a block, with which a BLAS is about as fast as with many. */
const leastOfBlock = 64;
const mostBlocks = 32;
/** Rows or columns that a BLAS computes at once, or a multiple of them. */
const panel = 16;

/** Returns the number of blocks of a product, 1 if cutting it does not pay. */
export function productBlocks(m: number, n: number, k: number): number {
  const fitting = Math.min((2 * m * n * k) / workOfBlock, Math.max(m, n) / leastOfBlock, mostBlocks);
  // Few blocks are a power of two, so that as many threads have equal shares.
  return fitting < 8 ? 1 << (31 - Math.clz32(Math.max(1, fitting))) : Math.floor(fitting);
}

/** Returns a block of a product: some of its rows if it has more rows than columns, else some of its columns. */
export function blockOf(product: Product, blocks: number, block: number): Product {
  const { flags, m, n, a, lda, b, ldb, c, ldc } = product;
  const length = Math.max(m, n);
  const end = (place: number): number => Math.min(length, panel * Math.round((place * length) / (panel * blocks)));
  const start = end(block);
  const size = (block === blocks - 1 ? length : end(block + 1)) - start;
  const [isTransposedA, isTransposedB] = [(flags & 1) !== 0, (flags & 2) !== 0];
  return m >= n
    ? { ...product, m: size, a: a + 8 * start * (isTransposedA ? 1 : lda), c: c + 8 * start * ldc }
    : { ...product, n: size, b: b + 8 * start * (isTransposedB ? ldb : 1), c: c + 8 * start };
}

/** What multiplies matrices: at least one of both. */
export interface Multipliers {
  readonly blas: Blas | undefined;
  readonly native: NativeKernels | undefined;
}

/** Computes a product by the native kernels or by the BLAS, whichever is faster for the sizes. */
export function multiply({ blas, native }: Multipliers, product: Product): void {
  const { flags, memory, m, n, k, factor, a, lda, b, ldb, c, ldc } = product;
  if (blas?.gemv !== undefined && (m === 1 || n === 1)) {
    multiplyVector(blas.gemv, product);
    return;
  }
  if (native !== undefined && (blas === undefined || productsGainNatively(native, m, n, k))) {
    native.product(flags, m, n, k, factor, memory + a, lda, memory + b, ldb, memory + c, ldc);
    return;
  }
  const [rowMajor, asItIs, transposed] = [101, 111, 112];
  const [first, second] = [(flags & 1) === 0 ? asItIs : transposed, (flags & 2) === 0 ? asItIs : transposed];
  const beta = (flags & 4) === 0 ? 0 : 1;
  blas!.gemm(rowMajor, first, second, m, n, k, factor, memory + a, lda, memory + b, ldb, beta, memory + c, ldc);
}

/** Computes a product with one column, or with one row, which is read as its transpose. */
function multiplyVector(gemv: NonNullable<Blas["gemv"]>, product: Product): void {
  const { flags, memory, m, n, k, factor, a, lda, b, ldb, c, ldc } = product;
  const [rowMajor, asItIs, transposed] = [101, 111, 112];
  const [turnsA, turnsB] = [(flags & 1) !== 0, (flags & 2) !== 0];
  const beta = (flags & 4) === 0 ? 0 : 1;
  const matrix = (turned: boolean, rows: number, columns: number) =>
    [turned ? transposed : asItIs, turned ? columns : rows, turned ? rows : columns] as const;
  const [place, x, y] = n === 1 ? [a, b, c] : [b, a, c];
  const [form, rows, columns] = n === 1 ? matrix(turnsA, m, k) : matrix(!turnsB, n, k);
  const [distance, stepX, stepY] = n === 1 ? [lda, turnsB ? 1 : ldb, ldc] : [ldb, turnsA ? lda : 1, 1];
  gemv(rowMajor, form, rows, columns, factor, memory + place, distance, memory + x, stepX, beta, memory + y, stepY);
}

/** Number of words of a product in memory that threads share. */
export const productWords = 12;

export function writeProduct(
  { memory, flags, m, n, k, factor, a, lda, b, ldb, c, ldc }: Product,
  words: Float64Array,
): void {
  words.set([memory, flags, m, n, k, factor, a, lda, b, ldb, c, ldc]);
}

export function readProduct(words: Float64Array): Product {
  const [memory, flags, m, n, k, factor, a, lda, b, ldb, c, ldc] = words as unknown as readonly [
    ...[number, number, number, number, number, number],
    ...[number, number, number, number, number, number],
  ];
  return { memory, flags, m, n, k, factor, a, lda, b, ldb, c, ldc };
}

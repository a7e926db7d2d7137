import { powerOfTwo, sin } from "../../elementary/index.ts";
import { type Blas, dgemm, findBlas } from "../blas/blas.ts";
import { u } from "./enclosure.ts";

/** Whether a BLAS passed the test, by library. */
const verdicts = new WeakMap<Blas, boolean>();

/**
 * Finds the machine's BLAS if its products keep the bound of rounding on which enclosures rest.
 *
 * @returns undefined if there is none, or if it fails the test
 */
export function trustedBlas(): Blas | undefined {
  const blas = findBlas();
  if (blas === undefined) return undefined;
  let verdict = verdicts.get(blas);
  if (verdict === undefined) {
    verdict = keepsBound((options) => dgemm(blas, options));
    verdicts.set(blas, verdict);
  }
  return verdict ? blas : undefined;
}

/** Inner size up to which a product is not cut, as a multiple of the block: twice as many terms are no reason for two calls. */
const uncut = 2;

/**
 * Computes C <- op(A) op(B) in blocks of the inner index, so that no sum has more than `block` terms and one per block.
 * A transposed A and a B as it is are cut without a copy; others are multiplied as a whole.
 */
export function dgemmInBlocks(blas: Blas, options: Parameters<typeof dgemm>[1], block: number): void {
  const { m, n, k, a, b, transposeA = false, transposeB = false } = options;
  if (k <= uncut * block || !transposeA || transposeB) {
    dgemm(blas, options);
    return;
  }
  for (let p = 0; p < k; p += block) {
    const size = Math.min(block, k - p);
    dgemm(blas, {
      ...options,
      k: size,
      a: a.subarray(p * m, (p + size) * m),
      b: b.subarray(p * n, (p + size) * n),
      beta: p === 0 ? 0 : 1,
    });
  }
}

/** Number of times that a term of {@link dgemmInBlocks} is rounded at most. */
export function chainInBlocks(k: number, transposeA: boolean, transposeB: boolean, block: number): number {
  return k <= uncut * block || !transposeA || transposeB ? k : block + Math.ceil(k / block);
}

type Multiply = (options: Parameters<typeof dgemm>[1]) => void;

/** Sizes that fill blocks of kernels of any width and leave remainders, with an inner size of several blocks. */
const shapes = [
  [37, 29, 53],
  [5, 67, 261],
] as const;

/**
 * Tests that |A B - fl(A B)| <= g |A| |B| entry by entry, with g = (k + 2) u, for matrices whose rows and columns have
 * very different sizes. Fast multiplication in the manner of Strassen, and arithmetic in fewer digits, fail it.
 */
export function keepsBound(multiply: Multiply): boolean {
  // Numbers of full length without a pattern that a kernel could favour, and powers from 2^-40 to 2^40.
  let count = 0;
  const number = (): number => sin(++count * count);
  const power = (): number => powerOfTwo(((++count * 7919) % 81) - 40);
  for (const [m, n, k] of shapes) {
    for (const [transposeA, transposeB] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      const [rows, columns, inner] = [m, n, k].map((length) => Array.from({ length }, power)) as [
        number[],
        number[],
        number[],
      ];
      const a = new Float64Array(m * k);
      const b = new Float64Array(k * n);
      const [placeA, placeB] = [
        (i: number, p: number) => (transposeA ? p * m + i : i * k + p),
        (p: number, j: number) => (transposeB ? j * k + p : p * n + j),
      ];
      for (let i = 0; i < m; i++) for (let p = 0; p < k; p++) a[placeA(i, p)] = number() * rows[i]! * inner[p]!;
      for (let p = 0; p < k; p++) {
        for (let j = 0; j < n; j++) b[placeB(p, j)] = (number() * columns[j]!) / inner[p]!;
      }
      const c = new Float64Array(m * n).fill(Number.NaN);
      multiply({ m, n, k, a, b, c, transposeA, transposeB });
      for (let i = 0; i < m; i++) {
        for (let j = (i * 7) % 3; j < n; j += 3) {
          let [sum, rest, size] = [0, 0, 0];
          for (let p = 0; p < k; p++) {
            const [x, y] = [a[placeA(i, p)]!, b[placeB(p, j)]!];
            const product = x * y;
            rest += productError(x, y, product);
            const next = sum + product;
            const part = next - sum;
            rest += sum - (next - part) + (product - part);
            sum = next;
            size += Math.abs(product);
          }
          if (!(Math.abs(c[i * n + j]! - sum - rest) <= (k + 2) * u * size)) return false;
        }
      }
    }
  }
  return true;
}

/** What is lost when x y is rounded to `product`, by Dekker's splitting. */
function productError(x: number, y: number, product: number): number {
  const [xHigh, yHigh] = [upperHalf(x), upperHalf(y)];
  const [xLow, yLow] = [x - xHigh, y - yHigh];
  return xLow * yLow - (product - xHigh * yHigh - xLow * yHigh - xHigh * yLow);
}

function upperHalf(x: number): number {
  const large = x * (2 ** 27 + 1);
  return large - (large - x);
}

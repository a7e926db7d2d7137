import type { NativeKernels } from "./kernels.ts";

/** Flags and sizes of products with rests of all kinds: several parts, blocks and groups of rows, and fewer of each. */
const cases: readonly (readonly [flags: number, m: number, n: number, k: number])[] = [
  [0, 11, 139, 259],
  [5, 29, 21, 261],
  [2, 7, 17, 9],
  [1, 67, 13, 5],
  [7, 70, 11, 12],
  [4, 3, 16, 40],
];
const factor = 0.3;
/** Numbers behind each row, which no product may touch or use. */
const gap = 3;

/** Computes products in all orders of memory, added to what is there or not. */
export function productNumbers({ product, addressOf }: NativeKernels): Float64Array {
  const all = cases.map(([flags, m, n, k]) => {
    const [rowA, rowB, rowC] = [(flags & 1) === 0 ? k : m, (flags & 2) === 0 ? n : k, n].map((row) => row + gap) as [
      number,
      number,
      number,
    ];
    const [a, b, c] = [0, rowA * Math.max(m, k), rowA * Math.max(m, k) + rowB * Math.max(n, k)] as const;
    const numbers = new Float64Array(c + rowC * m);
    for (let i = 0; i < numbers.length; i++) numbers[i] = (Math.imul(i + flags, 0x9e3779b1) + 0.1) / 2 ** 31;
    const memory = addressOf(numbers.buffer);
    product(flags, m, n, k, factor, memory + 8 * a, rowA, memory + 8 * b, rowB, memory + 8 * c, rowC);
    return numbers.subarray(c);
  });
  const joined = new Float64Array(all.reduce((sum, { length }) => sum + length, 0));
  let next = 0;
  for (const numbers of all) {
    joined.set(numbers, next);
    next += numbers.length;
  }
  return joined;
}

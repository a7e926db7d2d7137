import type { GemmTerm } from "../lower/steps.ts";
import type { GemmKind } from "./gemm.ts";

/** One of our own kernels, and how it reads the operands of a product. */
interface OwnProduct {
  readonly kind: GemmKind;
  /** Whether op(B) is the kernel's left operand. */
  readonly swapped: boolean;
  /** Distance between the rows of the left operand, in bytes. */
  readonly row: number;
  /** Distance within a row of the left operand, in bytes. */
  readonly step: number;
  /** Distance between the rows of the right operand, in bytes. */
  readonly distance: number;
  readonly sizes: readonly [m: number, n: number, k: number];
}

/** Chooses which of our kernels computes a product, and how it reads the operands. */
export function ownProduct({ a, b, m, n, k }: GemmTerm): OwnProduct {
  const [toA, toB] = [8 * a.distance, 8 * b.distance];
  // A dense column is a row of its transpose, and the result can be read as a row or as a column.
  if (n === 1 && (b.transpose || b.distance === 1)) {
    return a.transpose
      ? { kind: "rows", swapped: true, row: 8, step: 8, distance: toA, sizes: [1, m, k] }
      : { kind: "dots", swapped: false, row: toA, step: 8, distance: 8, sizes: [m, 1, k] };
  }
  if (!b.transpose) {
    const [row, step] = a.transpose ? [8, toA] : [toA, 8];
    return { kind: "rows", swapped: false, row, step, distance: toB, sizes: [m, n, k] };
  }
  if (!a.transpose) return { kind: "dots", swapped: false, row: toA, step: 8, distance: toB, sizes: [m, n, k] };
  return { kind: "transposed", swapped: true, row: toB, step: 8, distance: toA, sizes: [n, m, k] };
}

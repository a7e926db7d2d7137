import type { NativeVectors } from "../../../linalg/nativeVectors.ts";

/** Kernels in C. Addresses are numbers, and nothing checks them. */
export interface NativeKernels extends NativeVectors {
  /** How many numbers the vectors of this processor hold that it uses. */
  readonly width: number;
  /** Runs the loop whose table is at this offset from the start of the memory. */
  readonly loop: (memory: number, table: number) => void;
  /** Writes log(sum of exp) of each dense row. Places are offsets from the start of the memory. */
  readonly rows: (memory: number, input: number, out: number, count: number, length: number) => void;
  /** Computes the product with windows of images whose table is at this offset. */
  readonly convolution: (memory: number, table: number) => void;
  /**
   * Computes C = factor op(A) op(B), m x n, whose matrices have these addresses, and these distances between their rows.
   * Flags: 1 transposes A, 2 transposes B, 4 adds to C.
   */
  readonly product: (
    flags: number,
    m: number,
    n: number,
    k: number,
    factor: number,
    a: number,
    rowA: number,
    b: number,
    rowB: number,
    c: number,
    rowC: number,
  ) => void;
}

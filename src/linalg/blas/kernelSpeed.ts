import { describeBlas, dgemm, findBlas } from "./blas.ts";

/** What a process measures of the kernels that OpenBLAS uses in it. */
export interface KernelSpeed {
  /** Kernels in use; "" if the library does not say. */
  readonly core: string;
  /** Speed of a product of two 256 x 256 matrices, in floating-point operations per nanosecond. */
  readonly speed: number;
}

const size = 256;
const trials = 15;

/** Measures the speed of this process's BLAS: the best of several products. Undefined if there is none. */
export function kernelSpeed(): KernelSpeed | undefined {
  const blas = findBlas();
  if (blas === undefined) return undefined;
  const matrix = (): Float64Array => Float64Array.from({ length: size * size }, (_, i) => 1 / (i + 1));
  const [a, b, c] = [matrix(), matrix(), matrix()];
  let least = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial < trials; trial++) {
    const began = performance.now();
    dgemm(blas, { m: size, n: size, k: size, a, b, c });
    least = Math.min(least, performance.now() - began);
  }
  return { core: describeBlas().core ?? "", speed: (2 * size ** 2 * size) / (1e6 * least) };
}

import { describeBlas, findBlas } from "./blas.ts";
import { productSpeed } from "./trialProduct.ts";

/** What a process measures of the kernels of the BLAS that it uses. */
export interface KernelSpeed {
  /** Kernels in use; "" if the library does not say. */
  readonly core: string;
  /** Speed of a product of two 256 x 256 matrices, in floating-point operations per nanosecond. */
  readonly speed: number;
}

/** Measures the speed of this process's BLAS: the best of several products. Undefined if there is none. */
export function kernelSpeed(): KernelSpeed | undefined {
  const blas = findBlas();
  return blas === undefined ? undefined : { core: describeBlas().core ?? "", speed: productSpeed(blas, 256, 15) };
}

import { kernelFinder, lent } from "../vectorMemory.ts";
import { type BasisKernels, basisKernels } from "../wasm/basisKernels.ts";
import { orthogonalise } from "./orthogonalise.ts";

const sharedKernels = kernelFinder<BasisKernels>(basisKernels);

/**
 * Does what {@link orthogonalise} does, with the same bits, as SIMD if the vectors share a memory. It is a file of its
 * own, so that programs that need no long bases carry none of the kernels.
 */
export function orthogonaliseShared(v: Float64Array, basis: readonly Float64Array[], components?: Float64Array): void {
  const [b] = basis;
  const kernels = b === undefined ? undefined : sharedKernels(lent, v, b)?.kernels;
  const stride = kernels === undefined ? undefined : strideOf(basis);
  if (b === undefined || kernels === undefined || stride === undefined) {
    orthogonalise(v, basis, components);
    return;
  }
  const [at, first, n] = [v.byteOffset, b.byteOffset, v.length];
  if (components === undefined) kernels.orthogonalise(at, first, stride, basis.length, n);
  else {
    const pass = (alpha: number, i: number, next: number): number =>
      kernels.addScaledDot(at, alpha, first + i * stride, first + next * stride, n);
    orthogonalise(v, basis, components, pass);
  }
}

/** Bytes from one vector of a basis to the next; undefined where they do not lie at equal distances in one memory. */
function strideOf(basis: readonly Float64Array[]): number | undefined {
  const { buffer, byteOffset } = basis[0]!;
  if (basis.length === 1) return 0;
  const stride = basis[1]!.byteOffset - byteOffset;
  for (let i = 1; i < basis.length; i++) {
    const b = basis[i]!;
    if (b.buffer !== buffer || b.byteOffset !== byteOffset + i * stride) return undefined;
  }
  return stride;
}

import { dot, norm, normFromSquare, scale } from "../vector.ts";
import { kernelFinder, lent, sharedKernels } from "../vectorMemory.ts";
import { type BasisKernels, basisKernels } from "../wasm/basisKernels.ts";
import { orthogonalise } from "./orthogonalise.ts";

const basisKernelsOver = kernelFinder<BasisKernels>(basisKernels);

/**
 * Does what {@link orthogonalise} does, with the same bits, as SIMD if the vectors share a memory. It is a file of its
 * own, so that programs that need no long bases carry none of the kernels.
 */
export function orthogonaliseShared(v: Float64Array, basis: readonly Float64Array[]): void {
  const [b] = basis;
  const kernels = b === undefined ? undefined : basisKernelsOver(lent, v, b)?.kernels;
  const stride = kernels === undefined ? undefined : strideOf(basis);
  if (b === undefined || kernels === undefined || stride === undefined) {
    orthogonalise(v, basis);
    return;
  }
  kernels.orthogonalise(v.byteOffset, b.byteOffset, stride, basis.length, v.length, 2);
}

/** The loops of a process that makes a basis. Results have the bits of those of `vector.ts`. */
interface BasisLoops {
  dot(a: Float64Array, b: Float64Array): number;
  norm(a: Float64Array): number;
  scale(alpha: number, a: Float64Array): void;
  /** Does what {@link orthogonalise} does, by default in two rounds. */
  orthogonalise(v: Float64Array, basis: readonly Float64Array[], rounds?: number): void;
  /** Does one round with the last two vectors of the basis. */
  orthogonaliseLast(v: Float64Array, basis: readonly Float64Array[]): void;
}

const separate: BasisLoops = {
  dot,
  norm,
  scale,
  orthogonalise: (v, basis, rounds = 2) => orthogonalise(v, basis, { rounds }),
  orthogonaliseLast: (v, basis) => orthogonalise(v, basis.slice(-2), { rounds: 1 }),
};

/**
 * Finds the loops over vectors that {@link withBasis} lent, of which one is given. They are looked up once, so they are SIMD
 * also for vectors that are too short for `vector.ts` to look them up. A basis may only grow from one call to the next.
 */
export function basisLoops(one: Float64Array): BasisLoops {
  const kernels = basisKernelsOver(lent, one)?.kernels;
  const vectors = sharedKernels(lent, one);
  if (kernels === undefined || vectors === undefined) return separate;
  const n = one.length;
  const product = (a: Float64Array, b: Float64Array): number => {
    let sum = vectors.kernels.dot(a.byteOffset, b.byteOffset, vectors.count);
    for (let i = vectors.count; i < n; i++) sum += a[i]! * b[i]!;
    return sum;
  };
  let [seen, isEven, first, stride] = [0, true, 0, 0];
  const look = (basis: readonly Float64Array[]): void => {
    for (; seen < basis.length; seen++) {
      const place = basis[seen]!.byteOffset;
      if (seen === 0) first = place;
      else if (seen === 1) stride = place - first;
      else if (place !== first + seen * stride) isEven = false;
    }
  };
  return {
    dot: product,
    norm: (a) => normFromSquare(product(a, a), a),
    scale: (alpha, a) => kernels.multiply(alpha, a.byteOffset, n),
    orthogonalise(v, basis, rounds = 2) {
      look(basis);
      if (isEven && basis.length > 0) kernels.orthogonalise(v.byteOffset, first, stride, basis.length, n, rounds);
      else orthogonalise(v, basis, { rounds });
    },
    orthogonaliseLast(v, basis) {
      look(basis);
      const count = Math.min(2, basis.length);
      const last = first + (basis.length - count) * stride;
      if (isEven && count > 0) kernels.orthogonalise(v.byteOffset, last, stride, count, n, 1);
      else separate.orthogonaliseLast(v, basis);
    },
  };
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

import { axpy, dot } from "../vector.ts";
import { lent, sharedKernels, withVectors } from "../vectorMemory.ts";

/** Most numbers of a basis that is lent a memory: copying what is returned doubles its size for a moment. */
const mostLent = 2 ** 22;

/**
 * Calls `use` with a function that gives vectors of n zeros for a basis, at most `count` of them. They are lent until
 * `use` returns, and share a memory if they are of moderate size.
 */
export function withBasis<T>(n: number, count: number, use: (zeros: () => Float64Array) => T): T {
  return n * count > mostLent ? use(() => new Float64Array(n)) : withVectors(n, count, use);
}

/** Returns vectors that may be kept: those given, or copies of those that are lent. */
export function kept(vectors: readonly Float64Array[]): readonly Float64Array[] {
  return vectors.map((vector) => (vector.buffer.byteLength === vector.byteLength ? vector : vector.slice()));
}

/**
 * Makes a vector orthogonal to an orthonormal basis, by modified Gram-Schmidt. Doing so twice is enough (Kahan,
 * Parlett).
 *
 * The pass that subtracts one component computes the next one, with the bits of `dot` and `axpy`. It runs as SIMD if
 * the vectors share a memory. Cost: 8 m n operations for m vectors.
 *
 * @param components numbers to which the components along the basis are added
 */
export function orthogonalise(v: Float64Array, basis: readonly Float64Array[], components?: Float64Array): void {
  const m = basis.length;
  if (m === 0) return;
  const n = v.length;
  const kernels = sharedKernels(lent, v, basis[0]!)?.kernels;
  const stride = kernels === undefined ? undefined : strideOf(basis);
  const first = basis[0]!.byteOffset;
  if (kernels !== undefined && stride !== undefined && components === undefined) {
    kernels.orthogonalise(v.byteOffset, first, stride, m, n);
    return;
  }
  let component = dot(basis[0]!, v);
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < m; i++) {
      const after = i + 1 === m ? 0 : i + 1;
      if (components !== undefined) components[i] = components[i]! + component;
      if (round === 1 && after === 0) axpy(-component, basis[i]!, v);
      else if (kernels === undefined || stride === undefined) {
        component = addScaledDot(v, -component, basis[i]!, basis[after]!);
      } else {
        component = kernels.addScaledDot(v.byteOffset, -component, first + i * stride, first + after * stride, n);
      }
    }
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

/** The pass in TypeScript. It takes four entries per turn for the reason given in vector.ts. */
function addScaledDot(v: Float64Array, alpha: number, b: Float64Array, next: Float64Array): number {
  const n = v.length;
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const v0 = v[i]! + alpha * b[i]!;
    const v1 = v[i + 1]! + alpha * b[i + 1]!;
    const v2 = v[i + 2]! + alpha * b[i + 2]!;
    const v3 = v[i + 3]! + alpha * b[i + 3]!;
    v[i] = v0;
    v[i + 1] = v1;
    v[i + 2] = v2;
    v[i + 3] = v3;
    first += next[i]! * v0;
    second += next[i + 1]! * v1;
    third += next[i + 2]! * v2;
    fourth += next[i + 3]! * v3;
  }
  let sum = first + second + (third + fourth);
  for (; i < n; i++) {
    const value = v[i]! + alpha * b[i]!;
    v[i] = value;
    sum += next[i]! * value;
  }
  return sum;
}

import { axpy, dot } from "../vector.ts";
import { withVectors } from "../vectorMemory.ts";

/** Most numbers of a basis that is lent a memory: copying what is returned doubles its size for a moment. */
const mostLent = 2 ** 22;

/**
 * Calls `use` with a function that gives vectors of n zeros for a basis, at most `count` of them. They are lent until
 * `use` returns, and share a memory if they are of moderate size.
 */
export function withBasis<T>(n: number, count: number, use: (zeros: () => Float64Array) => T): T {
  return n * count > mostLent ? use(() => new Float64Array(n)) : withVectors(n, count, use);
}

/**
 * Returns what gives vectors that may be kept: those given, or copies of those that {@link withBasis} lent, in its order. Their
 * memory is copied at once; vectors are made of it when they are first asked for, since many programs never do.
 */
export function kept(vectors: readonly Float64Array[]): () => readonly Float64Array[] {
  const [first, last] = [vectors[0]!, vectors.at(-1)!];
  const { byteLength, byteOffset: start } = first;
  if (first.buffer.byteLength === byteLength) return () => vectors;
  const { length } = vectors;
  const stride = length === 1 ? 0 : (last.byteOffset - start) / (length - 1);
  let copy: ArrayBufferLike | undefined = first.buffer.slice(start, last.byteOffset + byteLength);
  let made: readonly Float64Array[] = [];
  return () => {
    if (copy !== undefined) made = vectorsIn(copy, { length, stride, byteLength });
    copy = undefined;
    return made;
  };
}

interface Places {
  readonly length: number;
  /** Bytes from one vector to the next. */
  readonly stride: number;
  readonly byteLength: number;
}

function vectorsIn(memory: ArrayBufferLike, { length, stride, byteLength }: Places): readonly Float64Array[] {
  return Array.from({ length }, (_, k) => new Float64Array(memory.slice(k * stride, k * stride + byteLength)));
}

/** Number of basis vectors whose components are computed together. */
const together = 4;

/**
 * Makes a vector orthogonal to an orthonormal basis, by Gram-Schmidt. Doing so twice is enough [1].
 *
 * It takes four vectors of the basis at a time: their components are independent of each other, and are subtracted in
 * one pass, in the order of the basis. Each of the last one to three vectors is a group of its own. Cost: 8 m n operations
 * for m vectors.
 *
 * @param options `components`: numbers to which the components along the basis are added. `rounds`: number of rounds, default
 *   2; one is enough for a vector that it hardly shortens
 * @see [1] Giraud, Langou and Rozloznik, "The loss of orthogonality in the Gram-Schmidt orthogonalization process",
 *   Comput. Math. Appl. 50, 2005, doi:10.1016/j.camwa.2005.08.009
 */
export function orthogonalise(
  v: Float64Array,
  basis: readonly Float64Array[],
  { components, rounds = 2 }: { readonly components?: Float64Array; readonly rounds?: number } = {},
): void {
  const m = basis.length;
  const grouped = m - (m % together);
  const found = new Float64Array(together);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < m; i += i < grouped ? together : 1) {
      const size = i < grouped ? together : 1;
      for (let k = 0; k < size; k++) {
        const component = dot(basis[i + k]!, v);
        found[k] = component;
        if (components !== undefined) components[i + k] = components[i + k]! + component;
      }
      if (size === 1) axpy(-found[0]!, basis[i]!, v);
      else subtractFour(v, found, basis, i);
    }
  }
}

/** Computes v <- v - c_0 b_i - ... - c_3 b_{i + 3}, from left to right. */
function subtractFour(v: Float64Array, c: Float64Array, basis: readonly Float64Array[], i: number): void {
  const [first, second, third, fourth] = [basis[i]!, basis[i + 1]!, basis[i + 2]!, basis[i + 3]!];
  const [c0, c1, c2, c3] = [c[0]!, c[1]!, c[2]!, c[3]!];
  for (let k = 0; k < v.length; k++) {
    v[k] = v[k]! - c0 * first[k]! - c1 * second[k]! - c2 * third[k]! - c3 * fourth[k]!;
  }
}

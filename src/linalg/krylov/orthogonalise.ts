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

/** Returns vectors that may be kept: those given, or copies of those that are lent. */
export function kept(vectors: readonly Float64Array[]): readonly Float64Array[] {
  return vectors.map((vector) => (vector.buffer.byteLength === vector.byteLength ? vector : vector.slice()));
}

/** Computes v <- v + alpha b_i and returns <b_next, v>. */
type Pass = (alpha: number, i: number, next: number) => number;

/**
 * Makes a vector orthogonal to an orthonormal basis, by modified Gram-Schmidt. Doing so twice is enough (Kahan,
 * Parlett).
 *
 * The pass that subtracts one component computes the next one, with the bits of `dot` and `axpy`. Cost: 8 m n
 * operations for m vectors.
 *
 * @param components numbers to which the components along the basis are added
 * @param pass another way to compute a pass
 */
export function orthogonalise(
  v: Float64Array,
  basis: readonly Float64Array[],
  components?: Float64Array,
  pass: Pass = (alpha, i, next) => addScaledDot(v, alpha, basis[i]!, basis[next]!),
): void {
  const m = basis.length;
  if (m === 0) return;
  let component = dot(basis[0]!, v);
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < m; i++) {
      const next = i + 1 === m ? 0 : i + 1;
      if (components !== undefined) components[i] = components[i]! + component;
      if (round === 1 && next === 0) axpy(-component, basis[i]!, v);
      else component = pass(-component, i, next);
    }
  }
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

import { denseOf, isFiniteVector, symmetricEigen } from "../linalg/index.ts";
import type { Problem } from "../problems/problem.ts";

/** Eigenvalues and eigenvectors of the Hessian in float64, the largest |eigenvalue| first. */
export interface Curvatures {
  readonly values: Float64Array;
  /** Vector i is `vectors.subarray(i * n, (i + 1) * n)`. */
  readonly vectors: Float64Array;
}

/** Curvatures at a point; undefined where the Hessian is not finite. Cost: n products, 9 n^3 operations. */
export function curvaturesAt(problem: Problem, z: Float64Array): Curvatures | undefined {
  const n = z.length;
  const matrix = denseOf(problem.linearize(z));
  if (!isFiniteVector(matrix)) return undefined;
  const { values, vectors } = symmetricEigen(matrix);
  const order = Array.from(values.keys()).sort((a, b) => Math.abs(values[b]!) - Math.abs(values[a]!));
  const sorted = new Float64Array(n * n);
  order.forEach((from, to) => {
    sorted.set(vectors.subarray(from * n, (from + 1) * n), to * n);
  });
  return { values: Float64Array.from(order, (from) => values[from]!), vectors: sorted };
}

/** Curvatures from this share of the largest on belong to no kernel. */
const kernelShare = 3e-2;

/** Share of the largest curvature that rounding leaves of a zero one. */
const rounding = 1e-14;

/**
 * Guesses the dimension of the kernel: the numbers m of smallest curvatures above which there is the widest gap, the
 * widest first.
 *
 * @param values curvatures, the largest |value| first
 * @param most largest m
 * @param count number of guesses
 */
export function kernelGuesses(values: Float64Array, most: number, count: number): readonly number[] {
  const n = values.length;
  const size = (i: number): number => Math.abs(values[i]!);
  const floor = rounding * size(0);
  const guesses: { readonly m: number; readonly gap: number }[] = [];
  for (let m = 0; m <= Math.min(most, n - 1); m++) {
    if (m > 0 && !(size(n - m) < kernelShare * size(0))) break;
    guesses.push({ m, gap: size(n - m - 1) / ((m === 0 ? 0 : size(n - m)) + floor) });
  }
  return guesses
    .sort((a, b) => b.gap - a.gap)
    .slice(0, count)
    .map(({ m }) => m);
}

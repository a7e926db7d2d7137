import { failure } from "../../errors.ts";
import { randomSource } from "../../random.ts";
import type { LinearMap } from "../linearMap.ts";
import { axpy, dot, norm, scale } from "../vector.ts";
import { tridiagonalEigen } from "./tridiagonalEigen.ts";

/** Options of {@link lanczos}. */
export interface LanczosOptions {
  /** Lanczos vectors at most, at one product each. Default min(n, 100). */
  readonly steps?: number;
  /** First vector, not zero. Default: a random one of the seed. */
  readonly start?: Float64Array;
  /** Default 0. */
  readonly seed?: number;
  /**
   * When the Krylov space is exhausted before `steps`: `stop`, or `restart` with a random vector orthogonal to all, which is
   * what finds eigenvalues of higher multiplicity. Default `stop`.
   */
  readonly exhausted?: "stop" | "restart";
}

/** A V = V T + beta v e_m^T with orthonormal V, and T's eigenpairs. */
export interface Lanczos {
  /** m: Lanczos vectors, products. */
  readonly steps: number;
  /** Of T, m numbers. */
  readonly diagonal: Float64Array;
  /** Of T, m - 1 numbers; 0 where a restart was made. */
  readonly offDiagonal: Float64Array;
  /** Norm of what is left beyond the last vector; 0: V spans an invariant space, and the Ritz values are eigenvalues. */
  readonly remainder: number;
  /** Ritz values, ascending: eigenvalues of T. */
  readonly values: Float64Array;
  /** ||A y - theta y|| of each Ritz pair: an eigenvalue of A lies within this of theta. */
  readonly residuals: Float64Array;
  /** Squared first components of T's eigenvectors: the weights of Gauss quadrature for the start's spectral measure. */
  readonly weights: Float64Array;
  /** Lanczos vectors. */
  readonly basis: readonly Float64Array[];
  /** Ritz vectors of the given places in `values`, each of length one. Cost: m^3 the first time, then m n each. */
  vectors(places: readonly number[]): Float64Array[];
}

/**
 * The Lanczos process of a symmetric map with full reorthogonalisation.
 *
 * Each new vector is made orthogonal to all before it, twice, so T is the projection of A on the Krylov space to rounding:
 * Ritz values interlace the eigenvalues, and no eigenvalue is found twice. `values[0]` is an upper bound of the smallest
 * eigenvalue, the last one a lower bound of the largest, and `residuals` says how near they are to eigenvalues.
 *
 * Cost: m products, 4 m^2 n operations, m + 1 vectors.
 *
 * @example lanczos(diagonal(Float64Array.of(1, -2, 5))).values // [-2, 1, 5]
 * @throws {TypeError} ERR_NOT_SYMMETRIC for a map that does not say that it is symmetric
 * @throws {RangeError} ERR_OPTION_RANGE, ERR_LENGTH for options that do not fit, ERR_NOT_FINITE if the map or the start holds NaN
 *   or an infinity
 * @see [1] Paige, "Accuracy and effectiveness of the Lanczos algorithm for the symmetric eigenproblem", Linear Algebra Appl. 34,
 *   1980, doi:10.1016/0024-3795(80)90167-6
 */
export function lanczos(map: LinearMap, options: LanczosOptions = {}): Lanczos {
  const n = map.columns;
  const { steps = Math.min(n, 100), seed = 0, exhausted = "stop" } = options;
  if (!map.symmetric) {
    throw failure("ERR_NOT_SYMMETRIC", "lanczos: expected a symmetric map, got one with symmetric: false");
  }
  if (!(Number.isInteger(steps) && steps > 0)) {
    throw failure("ERR_OPTION_RANGE", `lanczos: expected steps to be a positive integer, got ${steps}`);
  }
  const random = randomSource(seed, "lanczos");
  const basis: Float64Array[] = [startOf(options.start, n, random)];
  const alpha: number[] = [];
  const beta: number[] = [];
  let remainder = 0;
  let size = 0;
  for (;;) {
    const current = basis[basis.length - 1]!;
    const next = new Float64Array(n);
    map.apply(current, next);
    const before = norm(next);
    if (!Number.isFinite(before)) {
      throw failure("ERR_NOT_FINITE", "lanczos: expected finite products, got NaN or an infinity");
    }
    size = Math.max(size, before);
    alpha.push(dot(current, next));
    orthogonalise(next, basis);
    remainder = norm(next);
    // What is left of a vector of that size by rounding alone.
    if (remainder <= 64 * Number.EPSILON * size) remainder = 0;
    if (basis.length === Math.min(steps, n)) break;
    if (remainder > 0) scale(1 / remainder, next);
    else if (exhausted === "stop" || !freshVector(next, basis, random)) break;
    beta.push(remainder);
    basis.push(next);
  }
  const { values, rows } = tridiagonalEigen(alpha, beta, "ends");
  const m = alpha.length;
  let all: readonly Float64Array[] | undefined;
  return {
    steps: m,
    diagonal: Float64Array.from(alpha),
    offDiagonal: Float64Array.from(beta),
    remainder: m === n ? 0 : remainder,
    values,
    residuals: rows[1]!.map((s) => Math.abs(s) * (m === n ? 0 : remainder)),
    weights: rows[0]!.map((s) => s * s),
    basis,
    vectors(places) {
      all ??= tridiagonalEigen(alpha, beta, "all").rows;
      return places.map((place) => {
        const y = new Float64Array(n);
        for (let j = 0; j < m; j++) axpy(all![j]![place]!, basis[j]!, y);
        return y;
      });
    },
  };
}

type Random = ReturnType<typeof randomSource>;

function startOf(given: Float64Array | undefined, n: number, random: Random): Float64Array {
  if (given !== undefined && given.length !== n) {
    throw failure("ERR_LENGTH", `lanczos: expected a start of length ${n}, got ${given.length}`);
  }
  const start = given?.slice() ?? Float64Array.from({ length: n }, () => random.normal());
  const length = norm(start);
  if (!(length > 0 && Number.isFinite(length))) {
    throw failure("ERR_NOT_FINITE", `lanczos: expected a finite start that is not zero, got one of length ${length}`);
  }
  // In two factors, since 1 / length may overflow.
  scale(1 / Math.sqrt(length), start);
  scale(1 / norm(start), start);
  return start;
}

/** Twice is enough (Kahan, Parlett). */
export function orthogonalise(v: Float64Array, basis: readonly Float64Array[]): void {
  for (let pass = 0; pass < 2; pass++) for (const b of basis) axpy(-dot(b, v), b, v);
}

/** Fills `v` with a random unit vector orthogonal to the basis; false if there is none to be found. */
function freshVector(v: Float64Array, basis: readonly Float64Array[], random: Random): boolean {
  for (let attempt = 0; attempt < 3; attempt++) {
    for (let i = 0; i < v.length; i++) v[i] = random.normal();
    const before = norm(v);
    orthogonalise(v, basis);
    const length = norm(v);
    if (length <= 1e-8 * before) continue;
    scale(1 / length, v);
    orthogonalise(v, basis);
    scale(1 / norm(v), v);
    return true;
  }
  return false;
}

import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import { randomSource } from "../../random.ts";
import { checkMap } from "../arguments.ts";
import type { LinearMap } from "../linearMap.ts";
import { positiveInteger, seed } from "../rules.ts";
import { axpy, norm, scale } from "../vector.ts";
import { inRange } from "./inRange.ts";
import { kept, withBasis } from "./orthogonalise.ts";
import { basisLoops, orthogonaliseShared } from "./orthogonaliseShared.ts";
import { tridiagonalEigen } from "./tridiagonalEigen.ts";

/** Options of {@link lanczos}. */
export interface LanczosOptions {
  /** Greatest number of Lanczos vectors, one product each. Default min(n, 100). */
  readonly steps?: number;
  /** First vector, not zero. Default: a random vector. */
  readonly start?: Float64Array;
  /** Seed of the random vectors. Default 0. */
  readonly seed?: number;
  /**
   * What to do when the Krylov space is exhausted before `steps`: `stop`, or `restart` with a random vector that is
   * orthogonal to all before it. Restarts find eigenvalues with their multiplicity. Default `stop`.
   */
  readonly exhausted?: "stop" | "restart";
}

const rules = {
  steps: positiveInteger,
  start: { expected: "a Float64Array", is: (value: unknown) => value instanceof Float64Array },
  seed,
  exhausted: { default: "stop", oneOf: ["stop", "restart"] },
} as const;

/** A V = V T + beta v e_m^T with orthonormal V and tridiagonal T, and the eigenpairs of T. */
export interface Lanczos {
  /** Number m of Lanczos vectors, which is also that of products. */
  readonly steps: number;
  /** Diagonal of T, m numbers. */
  readonly diagonal: Float64Array;
  /** Numbers beside the diagonal of T, m - 1 of them; 0 where a restart was made. */
  readonly offDiagonal: Float64Array;
  /** beta, the norm of the rest. If it is 0, V spans an invariant space, and Ritz values are eigenvalues. */
  readonly remainder: number;
  /** Ritz values theta in ascending order, which are the eigenvalues of T. */
  readonly values: Float64Array;
  /** ||A y - theta y|| of each Ritz pair. An eigenvalue of A lies within this distance of theta. */
  readonly residuals: Float64Array;
  /** Squared first components of the eigenvectors of T: the Gauss weights for the spectral measure of the start. */
  readonly weights: Float64Array;
  /** Lanczos vectors, the columns of V. */
  readonly basis: readonly Float64Array[];
  /** Computes the Ritz vectors of places in `values`, each of length one. Cost: m^3 the first time, then m n each. */
  vectors(places: readonly number[]): Float64Array[];
}

/**
 * Runs the Lanczos process of a symmetric map with full reorthogonalisation [1].
 *
 * Each new vector is made orthogonal to the last two and then to all before it, and to all again if that has shortened it
 * by more than a factor of 1/sqrt(2) [2], so T is the projection of A on the Krylov space up to rounding. Ritz values interlace the eigenvalues, and no eigenvalue is found twice. The first of `values` is an upper
 * bound of the smallest eigenvalue, the last one is a lower bound of the largest, and `residuals` tells how near they
 * are to eigenvalues.
 *
 * Cost: m products, 2 m^2 n operations (up to 4 m^2 n if vectors are shortened), m + 1 vectors.
 *
 * @example lanczos(diagonal(Float64Array.of(1, -2, 5))).values // [-2, 1, 5]
 * @param options {@link LanczosOptions}
 * @throws {TypeError} ERR_NOT_SYMMETRIC for a map that is not declared symmetric; ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, ERR_LENGTH for a start of another length,
 *   ERR_NOT_FINITE if the map or the start holds NaN or an infinity, or if the start is zero
 * @see [1] Paige, "Accuracy and effectiveness of the Lanczos algorithm for the symmetric eigenproblem", Linear Algebra
 *   Appl. 34, 1980, doi:10.1016/0024-3795(80)90167-6
 * @see [2] Daniel, Gragg, Kaufman and Stewart, "Reorthogonalization and stable algorithms for updating the Gram-Schmidt QR
 *   factorization", Math. Comput. 30, 1976, doi:10.1090/S0025-5718-1976-0431641-8
 */
export function lanczos(map: LinearMap, options: LanczosOptions = {}): Lanczos {
  checkMap("lanczos", map);
  const n = map.columns;
  const { steps = Math.min(n, 100), start, seed, exhausted } = readOptions("lanczos", options, rules);
  if (!map.symmetric) {
    throw failure("ERR_NOT_SYMMETRIC", "lanczos: expected a symmetric map, got one with symmetric: false");
  }
  const random = randomSource(seed, "lanczos");
  const first = startOf(start, n, random);
  const most = Math.min(steps, n);
  const { map: inUnits, unscaled } = inRange(map);
  const { basis, alpha, beta, remainder } = withBasis(n, most + 1, (zeros) => {
    const found = lanczosVectors(inUnits, first, { most, zeros, fresh: exhausted === "restart" ? random : undefined });
    return { ...found, basis: kept(found.basis) };
  });
  const { values, rows } = tridiagonalEigen(alpha, beta, "ends");
  const m = alpha.length;
  let all: readonly Float64Array[] | undefined;
  return {
    steps: m,
    diagonal: Float64Array.from(alpha, unscaled),
    offDiagonal: Float64Array.from(beta, unscaled),
    remainder: m === n ? 0 : unscaled(remainder),
    values: values.map(unscaled),
    residuals: rows[1]!.map((s) => unscaled(Math.abs(s) * (m === n ? 0 : remainder))),
    weights: rows[0]!.map((s) => s * s),
    get basis() {
      return basis();
    },
    vectors(places) {
      all ??= tridiagonalEigen(alpha, beta, "all").rows;
      return places.map((place) => {
        const y = new Float64Array(n);
        for (let j = 0; j < m; j++) axpy(all![j]![place]!, basis()[j]!, y);
        return y;
      });
    },
  };
}

/** Part of its length that a vector must keep in a round for its direction not to be rounding. */
const enough = Math.SQRT1_2;

type Random = ReturnType<typeof randomSource>;

/** Lanczos vectors, and the numbers of T. */
interface LanczosVectors {
  readonly basis: readonly Float64Array[];
  readonly alpha: readonly number[];
  readonly beta: readonly number[];
  readonly remainder: number;
}

interface VectorOptions {
  /** Greatest number of vectors. */
  readonly most: number;
  readonly zeros: () => Float64Array;
  /** Source of vectors that replace one of length 0, if the process is to go on without it. */
  readonly fresh: Random | undefined;
}

function lanczosVectors(map: LinearMap, first: Float64Array, { most, zeros, fresh }: VectorOptions): LanczosVectors {
  const start = zeros();
  start.set(first);
  const basis = [start];
  const loops = basisLoops(start);
  const alpha: number[] = [];
  const beta: number[] = [];
  let size = 0;
  for (;;) {
    const current = basis[basis.length - 1]!;
    const next = zeros();
    map.apply(current, next);
    const before = loops.norm(next);
    if (!Number.isFinite(before)) {
      throw failure("ERR_NOT_FINITE", "lanczos: expected finite products, got NaN or an infinity");
    }
    size = Math.max(size, before);
    alpha.push(loops.dot(current, next));
    // The recurrence leaves nearly all that there will be, so that a second round is seldom needed.
    loops.orthogonaliseLast(next, basis);
    const near = loops.norm(next);
    loops.orthogonalise(next, basis, 1);
    let remainder = loops.norm(next);
    if (remainder < enough * near) {
      loops.orthogonalise(next, basis, 1);
      remainder = loops.norm(next);
    }
    // Rounding alone leaves so much of a vector of this size.
    if (remainder <= 64 * Number.EPSILON * size) remainder = 0;
    if (basis.length === most) return { basis, alpha, beta, remainder };
    if (remainder > 0) loops.scale(1 / remainder, next);
    else if (fresh === undefined || !freshVector(next, basis, fresh)) return { basis, alpha, beta, remainder };
    beta.push(remainder);
    basis.push(next);
  }
}

/** Gives the first vector, of length one. */
function startOf(given: Float64Array | undefined, n: number, random: Random): Float64Array {
  if (given !== undefined && given.length !== n) {
    throw failure("ERR_LENGTH", `lanczos: expected a start of length ${n}, got ${given.length}`);
  }
  const start = given?.slice() ?? Float64Array.from({ length: n }, () => random.normal());
  const length = norm(start);
  if (!(length > 0 && Number.isFinite(length))) {
    throw failure("ERR_NOT_FINITE", `lanczos: expected a finite start that is not zero, got one of length ${length}`);
  }
  // There are two factors, since 1 / length may overflow.
  scale(1 / Math.sqrt(length), start);
  scale(1 / norm(start), start);
  return start;
}

/** Fills `v` with a random unit vector that is orthogonal to the basis; false if none is found. */
function freshVector(v: Float64Array, basis: readonly Float64Array[], random: Random): boolean {
  for (let attempt = 0; attempt < 3; attempt++) {
    for (let i = 0; i < v.length; i++) v[i] = random.normal();
    const before = norm(v);
    orthogonaliseShared(v, basis);
    const length = norm(v);
    if (length <= 1e-8 * before) continue;
    scale(1 / length, v);
    orthogonaliseShared(v, basis);
    scale(1 / norm(v), v);
    return true;
  }
  return false;
}

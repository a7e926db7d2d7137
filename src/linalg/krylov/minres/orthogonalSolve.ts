/** Solves a system from an orthonormal Krylov basis that is kept: for what the recurrences cannot tell from rounding. */
import type { LinearMap } from "../../linearMap.ts";
import { axpy, dot, norm as normOf, scale } from "../../vector.ts";
import { withBasis } from "../orthogonalise.ts";
import { basisLoops } from "../orthogonaliseShared.ts";
import { tridiagonalEigen } from "../tridiagonalEigen.ts";
import { accuracyOf, type Claim, isAccurate, mostCondition, roundingOfKernel, roundingOfProducts } from "./accuracy.ts";
import type { MinresTermination } from "./minresTypes.ts";
import { probedNorm } from "./unseenNorm.ts";

/** What {@link orthogonalSolve} needs to know of a system. */
interface OrthogonalProblem {
  readonly map: LinearMap;
  readonly shift: number;
  readonly b: Float64Array;
  readonly relativeTolerance: number;
  readonly maxCondition: number;
  readonly maxNorm: number;
  /** Lower bound of ||A||; by default from a product where the Krylov space ends early. */
  readonly normAtLeast: number | undefined;
  /** Greatest number of steps. */
  readonly steps: number;
}

/** What {@link orthogonalSolve} found. */
interface OrthogonalSolution {
  readonly x: Float64Array;
  readonly norm: number;
  readonly condition: number;
  /** Number of products, apart from those of residuals. */
  readonly steps: number;
  readonly termination: MinresTermination;
}

/** Number of times that the solution is corrected by its own residual. */
const corrections = 3;
/** Number of doubtful Ritz values that are tried, at a product each. */
const mostTrials = 8;
/** Part of its residual that a component leaves at most if its Ritz value is more than rounding. */
const meaningful = 0.5;

/**
 * Solves (A + shift I) x = b by Lanczos vectors that are made orthogonal to all before them, and by the Ritz values and
 * vectors of their span.
 *
 * Ritz values at the level of rounding count as eigenvalues 0 of A, and so do those below norm / 1e11 with which x
 * does not lower its residual along their vectors. What else is at most norm / maxCondition is left out too, and the
 * termination says so. What x has been made from is corrected by its measured residual.
 *
 * Cost: as many products as the Krylov space has dimensions m, and one if m < n; 4 m^2 n + 3 m^3 operations, m vectors.
 *
 * @returns undefined if a product is not finite
 */
export function orthogonalSolve(problem: OrthogonalProblem): OrthogonalSolution | undefined {
  const n = problem.b.length;
  return withBasis(n, Math.min(problem.steps, n) + 1, (zeros) => solveOver(problem, zeros));
}

function solveOver(problem: OrthogonalProblem, zeros: () => Float64Array): OrthogonalSolution | undefined {
  const { map, shift, b, relativeTolerance, maxCondition, maxNorm, normAtLeast, steps } = problem;
  const n = b.length;
  const times = (v: Float64Array, out: Float64Array): void => {
    map.apply(v, out);
    if (shift !== 0) axpy(shift, v, out);
  };
  const krylov = krylovBasis(times, b, steps, zeros);
  if (krylov === undefined) return undefined;
  const { basis, alpha, beta, complete } = krylov;
  const { values, rows } = tridiagonalEigen(alpha, beta, "all");
  const m = values.length;
  // A Krylov space that ends early has not seen all of A.
  const elsewhere = normAtLeast ?? (m < n ? probedNorm(map, shift) : 0);
  const norm = values.reduce((most, value) => Math.max(most, Math.abs(value)), elsewhere);
  const rounding = roundingOfKernel * norm;
  const smallest = Math.max(rounding, norm / maxCondition);
  const places = Array.from(values.keys()).sort((i, j) => Math.abs(values[j]!) - Math.abs(values[i]!));
  const clear = Math.max(smallest, norm / mostCondition);
  let kept = places.filter((k) => Math.abs(values[k]!) > clear);
  let refused = places.filter((k) => Math.abs(values[k]!) <= clear);

  // Coordinates of a vector on the Ritz vectors.
  const coordinates = (v: Float64Array): Float64Array => {
    const own = Float64Array.from(basis, (vector) => dot(vector, v));
    return values.map((_, k) => rows.reduce((sum, row, j) => sum + row[k]! * own[j]!, 0));
  };
  const combine = (on: Float64Array, of: readonly number[] = kept): Float64Array => {
    const v = new Float64Array(n);
    for (let j = 0; j < m; j++) {
      axpy(
        of.reduce((sum, k) => sum + rows[j]![k]! * on[k]!, 0),
        basis[j]!,
        v,
      );
    }
    return v;
  };
  const lengthOf = (on: Float64Array, places: readonly number[]): number =>
    normOf(Float64Array.from(places, (k) => on[k]!));

  // The components of the largest |theta| come first; those that would take x beyond maxNorm are left out.
  let own = coordinates(b);
  const u = values.map((value, k) => own[k]! / value);
  let limited = false;
  while (kept.length > 0 && lengthOf(u, kept) > maxNorm) {
    kept = kept.slice(0, -1);
    limited = true;
  }
  let x = combine(u);
  const r = new Float64Array(n);
  const residual = (of: Float64Array): void => {
    times(of, r);
    for (let i = 0; i < n; i++) r[i] = b[i]! - r[i]!;
  };
  residual(x);
  own = coordinates(r);
  // Between the level of rounding and what is clearly more: a product tells whether a Ritz value means anything.
  const kernel = new Set<number>();
  for (const k of refused.filter((place) => isDoubtful(Math.abs(values[place]!) / norm)).slice(0, mostTrials)) {
    const before = Math.abs(own[k]!);
    if (limited || before <= roundingOfProducts * (norm * normOf(x) + normOf(b))) continue;
    const trial = combine(
      values.map((value, place) => (place === k ? own[place]! / value : 0)),
      [k],
    );
    axpy(1, x, trial);
    residual(trial);
    const now = coordinates(r);
    if (Math.abs(now[k]!) > meaningful * before) kernel.add(k);
    else if (Math.abs(values[k]!) > smallest && normOf(trial) <= maxNorm) {
      x = trial;
      own = now;
      kept = [...kept, k];
    }
  }
  refused = refused.filter((k) => !kept.includes(k));
  let left = lengthOf(own, kept);
  for (let pass = 0; pass < corrections && left > 0; pass++) {
    const trial = combine(values.map((value, k) => own[k]! / value));
    axpy(1, x, trial);
    if (normOf(trial) > maxNorm) break;
    residual(trial);
    const now = coordinates(r);
    const nowLeft = lengthOf(now, kept);
    if (!(nowLeft < left)) break;
    x = trial;
    own = now;
    left = nowLeft;
  }
  const xNorm = normOf(x);
  const beta1 = normOf(b);
  const size = norm * xNorm + beta1;
  const smallestKept = kept.reduce((least, k) => Math.min(least, Math.abs(values[k]!)), Number.POSITIVE_INFINITY);
  const refusals = refused.filter((k) => Math.abs(values[k]!) > rounding && !kernel.has(k));
  const condition = refusals.reduce(
    (most, k) => Math.max(most, norm / Math.abs(values[k]!)),
    kept.length === 0 ? 1 : norm / smallestKept,
  );
  const claim: Claim = { xNorm, norm, condition, beta1, relativeTolerance };
  const outside = lengthOf(own, refused);
  const accurate = isAccurate(claim, accuracyOf(claim, left, outside), left);
  let termination: MinresTermination;
  if (!complete) termination = "iteration-limit";
  else if (limited) termination = "norm-limit";
  else if (refusals.length > 0 || !accurate) termination = "condition-limit";
  else if (left + outside <= relativeTolerance * size) termination = "solution";
  else if (outside <= roundingOfProducts * size) termination = "solution-to-rounding";
  else termination = "least-squares";
  return { x, norm, condition, steps: m, termination };
}

/** Whether a Ritz value of this size, relative to ||A||, can be made by rounding. */
function isDoubtful(size: number): boolean {
  return size > roundingOfKernel && size <= 1 / mostCondition;
}

interface KrylovBasis {
  readonly basis: readonly Float64Array[];
  readonly alpha: readonly number[];
  readonly beta: readonly number[];
  /** Whether the Krylov space cannot grow. */
  readonly complete: boolean;
}

function krylovBasis(
  times: (v: Float64Array, out: Float64Array) => void,
  b: Float64Array,
  steps: number,
  zeros: () => Float64Array,
): KrylovBasis | undefined {
  const n = b.length;
  const first = zeros();
  first.set(b);
  scale(1 / normOf(b), first);
  const basis = [first];
  const loops = basisLoops(first);
  const alpha: number[] = [];
  const beta: number[] = [];
  let size = 0;
  for (;;) {
    const current = basis[basis.length - 1]!;
    const next = zeros();
    times(current, next);
    const before = normOf(next);
    if (!Number.isFinite(before)) return undefined;
    size = Math.max(size, before);
    alpha.push(loops.dot(current, next));
    loops.orthogonalise(next, basis);
    const remainder = normOf(next);
    const complete = basis.length === n || remainder <= roundingOfProducts * size;
    if (complete || basis.length >= steps) return { basis, alpha, beta, complete };
    loops.scale(1 / remainder, next);
    beta.push(remainder);
    basis.push(next);
  }
}

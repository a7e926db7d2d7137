import type { ConvexSet } from "../problem.ts";

export interface DykstraOptions {
  /** Ends when the corrections change in a sweep by less than this times the largest entry of the result (at least 1) [2]. Default 1e-13. */
  readonly tolerance?: number;
  /** Projections on each set at most. Default 10,000. */
  readonly maxSweeps?: number;
}

/** How a projection ended. */
export interface DykstraOutcome {
  readonly sweeps: number;
  /** Change of the corrections in the last sweep. */
  readonly change: number;
  readonly converged: boolean;
}

/** Points further away than this, relative to the size of the nearest, are approached in steps of that length. */
const far = 8;

/**
 * The projection on an intersection by Dykstra's algorithm [1], also of far points.
 *
 * Dykstra's corrections grow to the distance of the point, by a little in each sweep. A point z that lies many times the
 * size of the set away is approached instead by projected gradient steps u <- Pi(u + lambda (z - u)), lambda < 1, which have
 * the same limit and project near points only.
 *
 * @see [1] Boyle and Dykstra, "A method for finding projections onto the intersection of convex sets in Hilbert spaces", 1986
 */
export function intersectionProjection(
  sets: readonly ConvexSet[],
  start: Float64Array,
  point: Float64Array,
  out: Float64Array,
  options: DykstraOptions,
): DykstraOutcome {
  const { tolerance = defaultTolerance, maxSweeps = defaultSweeps } = options;
  let here: Float64Array = start.slice();
  let sweeps = 0;
  for (;;) {
    const way = point.map((z, i) => z - here[i]!);
    const step = Math.min(1, (far * largest(here)) / largest(way));
    const next = here.map((u, i) => (step === 1 ? point[i]! : u + step * way[i]!));
    const last = dykstra(sets, next, next, { tolerance, maxSweeps: maxSweeps - sweeps });
    sweeps += last.sweeps;
    const change = step === 1 ? last.change : Math.max(last.change, ...next.map((u, i) => Math.abs(u - here[i]!)));
    const settled = change <= 10 * tolerance * largest(next);
    if (step === 1 || settled || sweeps >= maxSweeps || !Number.isFinite(change)) {
      out.set(next);
      return { sweeps, change, converged: step === 1 ? last.converged : settled };
    }
    here = next;
  }
}

const defaultTolerance = 1e-13;
const defaultSweeps = 10_000;

/**
 * Dykstra's algorithm [1]: projections on the sets in turn, each of which is first given back what it took away before.
 *
 * Linear convergence for polyhedra, else sublinear where boundaries touch. Cost: one projection on each set a sweep.
 *
 * @see [2] Birgin and Raydan, "Robust stopping criteria for Dykstra's algorithm", 2005, doi:10.1137/03060062X
 */
export function dykstra(
  sets: readonly ConvexSet[],
  point: Float64Array,
  out: Float64Array,
  { tolerance = defaultTolerance, maxSweeps = defaultSweeps }: DykstraOptions = {},
): DykstraOutcome {
  const n = point.length;
  /** Below the rounding of the point nothing is to be had. */
  const enough = (): boolean => change <= Math.max(tolerance * largest(out), 4 * Number.EPSILON * size);
  const size = largest(point);
  const corrections = sets.map(() => new Float64Array(n));
  const given = new Float64Array(n);
  if (out !== point) out.set(point);
  let change = Number.POSITIVE_INFINITY;
  let sweeps = 0;
  while (sweeps < maxSweeps && !enough()) {
    let square = 0;
    for (const [k, set] of sets.entries()) {
      const correction = corrections[k]!;
      for (let i = 0; i < n; i++) given[i] = out[i]! + correction[i]!;
      set.project(given, out);
      for (let i = 0; i < n; i++) {
        const next = given[i]! - out[i]!;
        square += (next - correction[i]!) ** 2;
        correction[i] = next;
      }
    }
    change = Math.sqrt(square);
    sweeps++;
    if (Number.isNaN(change)) break;
  }
  return { sweeps, change, converged: enough() };
}

function largest(values: Float64Array): number {
  let most = 1;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

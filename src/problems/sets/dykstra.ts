import { largestEntry } from "../../linalg/vector.ts";
import type { ConvexSet } from "../problem.ts";

/**
 * Options of Dykstra's algorithm.
 *
 * @see [1] Birgin and Raydan, "Robust stopping criteria for Dykstra's algorithm", 2005, doi:10.1137/03060062X
 */
export interface DykstraOptions {
  /**
   * Tolerance: the algorithm ends when the corrections change in a sweep by less than this times the largest entry of
   * the result, the point that is projected, or an element of the sets [1]. Default 1e-13.
   */
  readonly tolerance?: number;
  /** Greatest number of projections on each set. Default 10,000. */
  readonly maxSweeps?: number;
}

interface Sized extends DykstraOptions {
  /** Size of the sets' numbers: changes that are small against it are rounding. Default 0. */
  readonly size?: number;
}

/** The end of a projection. */
export interface DykstraOutcome {
  readonly sweeps: number;
  /** Change of the corrections in the last sweep. */
  readonly change: number;
  readonly converged: boolean;
}

/** Points beyond this distance, relative to the size of the nearest point, are approached in steps of that length. */
const far = 8;

/**
 * Projects on an intersection by Dykstra's algorithm [1], also from far away.
 *
 * Dykstra's corrections grow to the distance of the point, but only a little in each sweep. So if a point z lies many
 * times the size of the set away, projected gradient steps u <- Pi(u + lambda (z - u)) with lambda < 1 approach its
 * projection. They have the same limit and project near points only.
 *
 * @see [1] Boyle and Dykstra, "A method for finding projections onto the intersection of convex sets in Hilbert
 *   spaces", 1986
 */
export function intersectionProjection(
  sets: readonly ConvexSet[],
  start: Float64Array,
  point: Float64Array,
  out: Float64Array,
  options: Sized,
): DykstraOutcome {
  const { tolerance = defaultTolerance, maxSweeps = defaultSweeps, size = 0 } = options;
  const largest = (values: Float64Array): number => Math.max(size, largestEntry(values));
  let here: Float64Array = start.slice();
  let sweeps = 0;
  for (;;) {
    const way = point.map((z, i) => z - here[i]!);
    const near = far * largest(here);
    const step = near === 0 ? 1 : Math.min(1, near / largest(way));
    const next = here.map((u, i) => (step === 1 ? point[i]! : u + step * way[i]!));
    const last = dykstra(sets, next, next, { tolerance, maxSweeps: maxSweeps - sweeps, size });
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

export const defaultTolerance = 1e-13;
export const defaultSweeps = 10_000;

/**
 * Projects on an intersection by Dykstra's algorithm [1]: it projects on the sets in turn, and before each projection
 * adds back what the last projection on that set took away.
 *
 * It converges linearly for polyhedra, and sublinearly if boundaries touch.
 *
 * Cost: one projection on each set per sweep.
 *
 * @see [1] Boyle and Dykstra, "A method for finding projections onto the intersection of convex sets in Hilbert
 *   spaces", 1986
 */
export function dykstra(
  sets: readonly ConvexSet[],
  point: Float64Array,
  out: Float64Array,
  { tolerance = defaultTolerance, maxSweeps = defaultSweeps, size = 0 }: Sized = {},
): DykstraOutcome {
  const n = point.length;
  const rounded = Math.max(size, largestEntry(point));
  // Corrections cannot become smaller than the rounding of the point.
  const enough = (): boolean =>
    change <= Math.max(tolerance * Math.max(size, largestEntry(out)), 4 * Number.EPSILON * rounded);
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

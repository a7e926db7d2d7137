import { exp } from "../../elementary/index.ts";
import { readOptions } from "../../options.ts";
import type { ConvexSet } from "../problem.ts";
import { positive } from "../rules.ts";
import { type ConvexSetSpec, checkDimension, setOf, unitRow } from "./convexSet.ts";
import { faceMap } from "./faceMap.ts";

export interface SimplexOptions {
  /** Sum of the coordinates, positive. Default 1. */
  readonly total?: number;
}

const rules = { total: { ...positive, default: 1 } } as const;

/**
 * Makes the simplex {u >= 0, sum u = total}, the set of mixed strategies or of flows of a given demand.
 *
 * Projection: u_i = max(0, z_i - tau) with sum u = total. Michelot's passes find tau; usually each of them at least
 * halves the number of entries. They begin with the largest of every 32 entries and go on with the entries that these
 * leave. After 30 passes the rest is sorted. The computation is relative to the largest entry, so that a common shift
 * of z does not cost digits. Support: total times the largest entry, at its first place. Entropic projection: softmax.
 * `someElement`: all coordinates equal.
 *
 * Cost of a projection: usually O(n), at worst O(n log n).
 *
 * @example
 * const nearest = new Float64Array(3);
 * simplex(3).project(Float64Array.of(0.5, 0.5, -3), nearest);
 * console.log(nearest.join(" "));
 * // 0.5 0.5 0
 * @param options {@link SimplexOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for a dimension that is not a positive integer or a total that is not positive
 * @see Michelot, "A finite algorithm for finding the projection of a point onto the canonical simplex of R^n", 1986,
 *   doi:10.1007/BF00938486
 * @see Condat, "Fast projection onto the simplex and the l1 ball", 2016, doi:10.1007/s10107-015-0946-6
 */
export function simplex(dimension: number, options: SimplexOptions = {}): ConvexSet {
  checkDimension("simplex", dimension);
  const { total } = readOptions("simplex", options, rules);
  const { project, projectStep } = simplexProjections(dimension, total);
  return setOf({
    name: "simplex",
    dimension,
    bounded: true,
    project,
    projectStep,
    displacement: simplexDisplacement,
    support(gradient, at) {
      const best = largestAt(gradient);
      if (at !== undefined) {
        at.fill(0);
        at[best] = total;
      }
      return total * gradient[best]!;
    },
    someElement: (out) => out.fill(total / dimension),
    projectEntropic: (logarithms, out) => softmax(logarithms, total, out),
    linearizeProjection(point) {
      const nearest = new Float64Array(dimension);
      project(point, nearest);
      return faceMap(
        Array.from(nearest, (u) => u > 0),
        () => 1,
      );
    },
    linearConstraints: () => ({
      inequalities: Array.from({ length: dimension }, (_, i) => unitRow(dimension, i, -1)),
      bounds: new Array<number>(dimension).fill(0),
      equalities: [new Float64Array(dimension).fill(1)],
      values: [total],
    }),
  });
}

const passesBeforeSorting = 30;

/** Makes the projection on a simplex; `out` may be `point`. */
export function simplexProjection(n: number, total: number): (point: Float64Array, out: Float64Array) => void {
  return simplexProjections(n, total).project;
}

/**
 * Writes the displacement d of a point z of a simplex: d_i = max(-z_i, s_i - tau) with sum d = 0, for the step s. The
 * sum of z does not enter, so that a step is not lost beside it.
 *
 * As in Michelot's algorithm the entries that leave the free ones never return.
 */
function simplexDisplacement(point: Float64Array, stepSize: number, direction: Float64Array, out: Float64Array): void {
  const n = out.length;
  const fixed = new Uint8Array(n);
  let free = n;
  for (let changed = true; changed; ) {
    changed = false;
    let sum = 0;
    for (let i = 0; i < n; i++) sum += fixed[i] === 1 ? -point[i]! : stepSize * direction[i]!;
    const tau = sum / free;
    for (let i = 0; i < n; i++) {
      if (fixed[i] === 1) continue;
      out[i] = stepSize * direction[i]! - tau;
      if (out[i]! >= -point[i]! || free === 1) continue;
      fixed[i] = 1;
      out[i] = -point[i]!;
      free--;
      changed = true;
    }
  }
}

/** Number of entries of which the largest is remembered while a vector is read. */
const block = 32;

function simplexProjections(n: number, total: number): Required<Pick<ConvexSetSpec, "project" | "projectStep">> {
  const near = new Float64Array(n);
  const peaks = new Float64Array(Math.ceil(n / block));
  const below = (point: Float64Array, out: Float64Array): void => {
    let largest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < peaks.length; k++) if (peaks[k]! > largest) largest = peaks[k]!;
    // The tau of some entries is at most that of all. So every entry up to the tau of the peaks becomes 0, and few are
    // left.
    let rest = 0;
    for (let k = 0; k < peaks.length; k++) rest += near[k] = peaks[k]! - largest;
    const least = threshold(near, peaks.length, rest, total);
    let count = 0;
    let sum = 0;
    for (let k = 0; k < peaks.length; k++) {
      if (!(peaks[k]! - largest > least)) continue;
      const end = Math.min(n, block * (k + 1));
      for (let i = block * k; i < end; i++) {
        const away = point[i]! - largest;
        if (away > least) {
          near[count++] = away;
          sum += away;
        }
      }
    }
    subtract(point, largest, threshold(near, count, sum, total), out);
  };
  return {
    project(point, out) {
      for (let k = 0, i = 0; k < peaks.length; k++) {
        let peak = Number.NEGATIVE_INFINITY;
        for (const end = Math.min(n, i + block); i < end; i++) if (point[i]! > peak) peak = point[i]!;
        peaks[k] = peak;
      }
      below(point, out);
    },
    projectStep(point, stepSize, direction, out) {
      for (let k = 0, i = 0; k < peaks.length; k++) {
        let peak = Number.NEGATIVE_INFINITY;
        const end = Math.min(n, i + block);
        // Four entries per turn, as in linalg/vector.ts.
        for (; i + 3 < end; i += 4) {
          const a = point[i]! + stepSize * direction[i]!;
          const b = point[i + 1]! + stepSize * direction[i + 1]!;
          const c = point[i + 2]! + stepSize * direction[i + 2]!;
          const d = point[i + 3]! + stepSize * direction[i + 3]!;
          out[i] = a;
          out[i + 1] = b;
          out[i + 2] = c;
          out[i + 3] = d;
          if (a > peak) peak = a;
          if (b > peak) peak = b;
          if (c > peak) peak = c;
          if (d > peak) peak = d;
        }
        for (; i < end; i++) {
          const z = point[i]! + stepSize * direction[i]!;
          out[i] = z;
          if (z > peak) peak = z;
        }
        peaks[k] = peak;
      }
      below(out, out);
    },
  };
}

/** Computes out <- max(0, z - largest - tau), four entries per turn, as in linalg/vector.ts. */
function subtract(z: Float64Array, largest: number, tau: number, out: Float64Array): void {
  const n = out.length;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    out[i] = Math.max(0, z[i]! - largest - tau);
    out[i + 1] = Math.max(0, z[i + 1]! - largest - tau);
    out[i + 2] = Math.max(0, z[i + 2]! - largest - tau);
    out[i + 3] = Math.max(0, z[i + 3]! - largest - tau);
  }
  for (; i < n; i++) out[i] = Math.max(0, z[i]! - largest - tau);
}

/** Finds tau with sum of max(0, v_i - tau) = total over the first `count` entries of v, and overwrites them. */
function threshold(v: Float64Array, count: number, sum: number, total: number): number {
  let tau = (sum - total) / count;
  for (let pass = 0; pass < passesBeforeSorting; pass++) {
    let kept = 0;
    let rest = 0;
    for (let i = 0; i < count; i++) {
      const x = v[i]!;
      if (x > tau) {
        v[kept++] = x;
        rest += x;
      }
    }
    if (kept === count) return tau;
    count = kept;
    tau = (rest - total) / count;
  }
  const sorted = v.subarray(0, count).sort();
  let cumulative = 0;
  for (let k = 1; k <= count; k++) {
    const x = sorted[count - k]!;
    const next = (cumulative + x - total) / k;
    if (x <= next) break;
    cumulative += x;
    tau = next;
  }
  return tau;
}

/** Finds the first place of the largest entry, or that of a NaN if there is one. */
export function largestAt(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (!(values[i]! <= values[best]!) && !Number.isNaN(values[best]!)) best = i;
  return best;
}

/** Computes out <- total exp(l) / sum exp(l). */
export function softmax(logarithms: Float64Array, total: number, out: Float64Array): void {
  const largest = logarithms[largestAt(logarithms)]!;
  let sum = 0;
  for (let i = 0; i < out.length; i++) {
    const weight = exp(logarithms[i]! - largest);
    out[i] = weight;
    sum += weight;
  }
  const factor = total / sum;
  for (let i = 0; i < out.length; i++) out[i] = factor * out[i]!;
}

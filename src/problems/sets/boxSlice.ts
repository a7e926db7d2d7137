import { failure } from "../../errors.ts";
import type { LinearMap } from "../../linalg/linearMap.ts";
import { faceMap } from "./faceMap.ts";

/** The set {l <= u <= h, <a, u> = b} with bounds that may be infinite: the continuous quadratic knapsack. */
interface BoxSlice {
  project(point: Float64Array, out: Float64Array): void;
  linearizeProjection(point: Float64Array): LinearMap;
  /** Gives the support function. It holds for finite bounds only. */
  support(gradient: Float64Array, at: Float64Array | undefined): number;
}

/**
 * Makes the functions of the slice {l <= u <= h, <a, u> = b} of a box.
 *
 * Projection: u_i = clip(z_i - tau a_i) with <a, u> = b. <a, u> falls with tau. It is linear between the 2n values of
 * tau at which a coordinate meets a bound. These are sorted, bisection finds the right pair, and the coordinates that
 * are free between them give tau. The result is exact and costs O(n log n).
 *
 * Support: the coordinates begin at the bound where a_i u_i is least. In the order of g_i / a_i they move to the other
 * bound until <a, u> = b; the last one moves only part of the way.
 *
 * @throws {RangeError} ERR_EMPTY_SET if no u within the bounds has <a, u> = b
 * @see Kiwiel, "Breakpoint searching algorithms for the continuous quadratic knapsack problem", 2008,
 *   doi:10.1007/s10107-006-0050-z
 */
export function boxSlice(who: string, l: Float64Array, h: Float64Array, a: Float64Array, b: number): BoxSlice {
  const n = a.length;
  checkNotEmpty(who, l, h, a, b);
  const clip = (z: number, i: number): number => Math.min(h[i]!, Math.max(l[i]!, z));

  const multiplier = (z: Float64Array): number => {
    const breaks = new Float64Array(2 * n);
    let count = 0;
    for (let i = 0; i < n; i++) {
      if (a[i] === 0) continue;
      for (const bound of [l[i]!, h[i]!]) {
        if (Number.isFinite(bound)) breaks[count++] = (z[i]! - bound) / a[i]!;
      }
    }
    const sorted = breaks.subarray(0, count).sort();
    const height = (tau: number): number => {
      let sum = 0;
      for (let i = 0; i < n; i++) if (a[i] !== 0) sum += a[i]! * clip(z[i]! - tau * a[i]!, i);
      return sum;
    };
    // Finds the first break at which <a, u> has fallen to b or below.
    let [low, high] = [0, count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (height(sorted[middle]!) > b) low = middle + 1;
      else high = middle;
    }
    const left = low > 0 ? sorted[low - 1]! : Number.NEGATIVE_INFINITY;
    const right = low < count ? sorted[low]! : Number.POSITIVE_INFINITY;
    let fixed = 0;
    let free = 0;
    let square = 0;
    for (let i = 0; i < n; i++) {
      if (a[i] === 0) continue;
      const [first, second] = [(z[i]! - l[i]!) / a[i]!, (z[i]! - h[i]!) / a[i]!];
      if (Math.min(first, second) <= left && right <= Math.max(first, second)) {
        free += a[i]! * z[i]!;
        square += a[i]! * a[i]!;
      } else {
        const inner = left === Number.NEGATIVE_INFINITY ? right : left;
        const outer = right === Number.POSITIVE_INFINITY ? left : right;
        fixed += a[i]! * clip(z[i]! - (inner / 2 + outer / 2) * a[i]!, i);
      }
    }
    if (square === 0) return Number.isFinite(right) ? right : left;
    return Math.min(right, Math.max(left, (free + fixed - b) / square));
  };

  return {
    project(point, out) {
      const tau = multiplier(point);
      for (let i = 0; i < n; i++) out[i] = clip(point[i]! - tau * a[i]!, i);
    },
    linearizeProjection(point) {
      const tau = multiplier(point);
      const free = Array.from(a, (ai, i) => {
        const u = point[i]! - tau * ai;
        return u > l[i]! && u < h[i]!;
      });
      return faceMap(free, (i) => a[i]!);
    },
    support(gradient, at) {
      const u = new Float64Array(n);
      let missing = b;
      const order: number[] = [];
      for (let i = 0; i < n; i++) {
        if (a[i] === 0) u[i] = gradient[i]! > 0 ? h[i]! : l[i]!;
        else {
          u[i] = a[i]! > 0 ? l[i]! : h[i]!;
          order.push(i);
        }
        missing -= a[i]! * u[i]!;
      }
      order.sort((i, j) => gradient[j]! / a[j]! - gradient[i]! / a[i]!);
      for (const i of order) {
        if (missing <= 0) break;
        const room = Math.abs(a[i]!) * (h[i]! - l[i]!);
        const part = Math.min(room, missing);
        u[i] = room === part ? (a[i]! > 0 ? h[i]! : l[i]!) : clip(u[i]! + part / a[i]!, i);
        missing -= part;
      }
      at?.set(u);
      let sum = 0;
      for (let i = 0; i < n; i++) sum += gradient[i]! === 0 ? 0 : gradient[i]! * u[i]!;
      return sum;
    },
  };
}

function checkNotEmpty(who: string, l: Float64Array, h: Float64Array, a: Float64Array, b: number): void {
  let least = 0;
  let most = 0;
  let size = Math.abs(b);
  for (let i = 0; i < a.length; i++) {
    if (a[i] === 0) continue;
    for (const bound of [l[i]!, h[i]!]) if (Number.isFinite(bound)) size = Math.max(size, Math.abs(a[i]! * bound));
    least += a[i]! * (a[i]! > 0 ? l[i]! : h[i]!);
    most += a[i]! * (a[i]! > 0 ? h[i]! : l[i]!);
  }
  const rounding = 1e-12 * size;
  if (least <= b + rounding && b - rounding <= most) return;
  throw failure(
    "ERR_EMPTY_SET",
    `${who}: expected the bounds to allow <a, u> = ${b}, but within them <a, u> lies between ${least} and ${most}`,
  );
}

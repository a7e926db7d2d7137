import type { Enclosure } from "../autodiff/index.ts";
import { log, pow } from "../elementary/index.ts";
import { vectorNormBound, verifiedProduct } from "../linalg/index.ts";
import { type Enclosures, show } from "./attempt.ts";
import { down, up } from "./rounding.ts";
import { transposed } from "./tangents.ts";

/** Most products of a search for the radius. */
const mostTrials = 16;

/** Factor by which a ball may grow at once: a field that does not change in it says nothing of much larger ones. */
const mostGrowth = 2 ** 64;

/** A ball without a zero, and what bounds it. */
export interface Excluded {
  readonly radius: number;
  readonly why: string;
  /** The direction w, and a lower bound of <w, F(z)>; absent where nothing is excluded. */
  readonly w?: Float64Array;
  readonly start?: number;
}

/** Two radii that are this near count as one. */
const near = 1.1;

/**
 * Finds a large ball around z that holds no zero of F: for the unit vector w along F(z) and all x in the ball,
 * <w, F(x)> >= <w, F(z)> - rho sup ||J(x)^T w||, which has to be above 0.
 *
 * At a gradient-flat point, J w is small, so that the radius is about sqrt(||F|| / L) with the Lipschitz constant L of J,
 * not ||F|| / ||J||. Cost: four products as a rule; for a field that is not a gradient, as many Jacobians.
 *
 * @param most radius beyond which nothing is asked
 */
export function excludedRadius(enclosures: Enclosures, z: Float64Array, most: number): Excluded {
  const field = enclosures.gradient(z);
  if (!field.rad.every(Number.isFinite)) return { radius: 0, why: "F has no finite bound at the point" };
  const w = unitAlong(field.mid);
  if (w === undefined) return { radius: 0, why: "F is 0 at the point, or near it" };
  const n = z.length;
  const along = verifiedProduct(w, field, 1, n, 1);
  // w is a unit vector up to rounding; the inequality holds for any w.
  const start = down(along.mid[0]! - along.rad[0]!);
  if (!(start > 0)) return { radius: 0, why: `F is 0 up to its rounding, ${show(along.rad[0]!)}` };
  let cause = "";
  const slope = (radius: number): number => {
    const product = transposeTimes(enclosures, z, radius, w);
    if (typeof product === "string") {
      cause = product;
      return Number.POSITIVE_INFINITY;
    }
    return vectorNormBound(product);
  };
  const flat = slope(0);
  let radius = Math.min(most, start / flat);
  // At the origin, where J w is 0 there, nothing tells how far to look first.
  if (radius === Number.POSITIVE_INFINITY) radius = 1;
  let inner: End = { radius: 0, reach: 0 };
  let outer: End = { radius: Number.POSITIVE_INFINITY, reach: Number.POSITIVE_INFINITY };
  for (let trial = 0; trial < mostTrials && radius > 0; trial++) {
    const end = { radius, reach: up(slope(radius) * radius, 2) };
    if (end.reach < start) inner = end;
    else outer = end;
    const expected = expectedRadius(end, inner, outer, flat, start);
    if (inner.radius >= most || Math.min(outer.radius, expected) <= inner.radius * near) break;
    radius = nextRadius(inner.radius, outer.radius, most, 0.97 * expected);
  }
  if (inner.radius === 0) return { radius: 0, why: cause || "the field changes too fast near the point" };
  return { radius: inner.radius, why: outer.radius < Number.POSITIVE_INFINITY ? cause : "", w, start };
}

/** A ball that was tried, and rho sup ||J w|| on it: below <w, F(z)>, the ball holds no zero. */
interface End {
  readonly radius: number;
  readonly reach: number;
}

/** How much larger than the inner ball the outer one may be for both together to foretell where the reach is enough. */
const comparable = 8;

/** Where the reach is expected to equal `start`: between near balls by a power of the radius, else with a slope s + c rho. */
function expectedRadius(last: End, inner: End, outer: End, flat: number, start: number): number {
  if (outer.radius <= comparable * inner.radius && outer.reach < Number.POSITIVE_INFINITY) {
    const share = log(start / inner.reach) / log(outer.reach / inner.reach);
    return inner.radius * pow(outer.radius / inner.radius, share);
  }
  const c = Math.max((last.reach / last.radius - flat) / last.radius, 0);
  const model = (2 * start) / (flat + Math.sqrt(flat * flat + 4 * c * start));
  return Number.isFinite(last.reach) && Number.isFinite(model) ? model : last.radius / 8;
}

/** The radius to try next: what is aimed at, within the bracket. A ball that is far too large says little of small ones. */
function nextRadius(low: number, high: number, most: number, aim: number): number {
  if (low === 0) return Math.min(Math.max(aim, high / 64), high / 1.5);
  const least = low * Math.sqrt(near);
  if (high === Number.POSITIVE_INFINITY) return Math.min(most, Math.max(aim, least), mostGrowth * low);
  return aim > least && aim < high / Math.sqrt(near) ? aim : Math.sqrt(low) * Math.sqrt(high);
}

/** J^T w on the ball. */
function transposeTimes(enclosures: Enclosures, z: Float64Array, radius: number, w: Float64Array): Enclosure | string {
  if (enclosures.isGradient) return enclosures.product(z, radius, w);
  const n = z.length;
  const jacobian = enclosures.jacobian(z, radius);
  if (typeof jacobian === "string") return jacobian;
  const transpose = { mid: transposed(jacobian.mid, n, n), rad: transposed(jacobian.rad, n, n) };
  return verifiedProduct(transpose, w, n, n, 1);
}

/** F / ||F||, by way of its largest entry, so that squares keep within range; undefined for F = 0. */
function unitAlong(field: Float64Array): Float64Array | undefined {
  const largest = field.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  if (largest === 0) return undefined;
  const scaled = field.map((x) => x / largest);
  const length = Math.sqrt(scaled.reduce((sum, x) => sum + x * x, 0));
  return scaled.map((x) => x / length);
}

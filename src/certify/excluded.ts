import type { Enclosure } from "../autodiff/index.ts";
import { verifiedProduct } from "../linalg/index.ts";
import { type Enclosures, show } from "./attempt.ts";
import { down, magnitudes, normUp, up } from "./rounding.ts";
import { transposed } from "./tangents.ts";

/** Most products of a search for the radius. */
const mostTrials = 16;

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
export function excludedRadius(
  enclosures: Enclosures,
  z: Float64Array,
  most: number,
): { readonly radius: number; readonly why: string } {
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
    return normUp(magnitudes(product));
  };
  const excludes = (radius: number, steepest: number): boolean => up(steepest * radius, 2) < start;

  // (s + c rho) rho = start: s from the point, c from the first radius.
  const flat = slope(0);
  let radius = Math.min(most, start / flat);
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial < mostTrials; trial++) {
    if (!(radius > 0) || high <= low * near) break;
    const steepest = slope(radius);
    const expected = expectedRadius({ radius, steepest, flat, start });
    if (excludes(radius, steepest)) {
      low = radius;
      if (radius >= most || expected <= low * near) break;
    } else high = radius;
    radius = nextRadius(low, high, most, expected < Number.POSITIVE_INFINITY ? 0.98 * expected : radius / 8);
  }
  if (low === 0) return { radius: 0, why: cause || "the field changes too fast near the point" };
  return { radius: low, why: high < Number.POSITIVE_INFINITY ? cause : "" };
}

interface Trial {
  readonly radius: number;
  readonly steepest: number;
  readonly flat: number;
  readonly start: number;
}

/** Where the model s + c rho of the slope, through the last trial, ends the ball; Infinity where it says nothing. */
function expectedRadius({ radius, steepest, flat, start }: Trial): number {
  const c = Math.max((steepest - flat) / radius, 0);
  const model = (2 * start) / (flat + Math.sqrt(flat * flat + 4 * c * start));
  return Number.isFinite(steepest) && Number.isFinite(model) ? model : Number.POSITIVE_INFINITY;
}

/** The radius to try next: what is aimed at, within the bracket. */
function nextRadius(low: number, high: number, most: number, aim: number): number {
  const least = low === 0 ? 0 : low * Math.sqrt(near);
  if (high === Number.POSITIVE_INFINITY) return Math.min(most, Math.max(aim, least));
  if (low === 0) return Math.min(aim, high / 1.5);
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

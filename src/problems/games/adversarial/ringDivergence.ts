import { erf } from "../../../autodiff/kernels/erf.ts";
import { cos, log, sin } from "../../../elementary/index.ts";

/** Equal Gaussians on a circle around 0, the first at angle 0. */
interface Ring {
  readonly modes: number;
  readonly radius: number;
  /** Standard deviation of each. */
  readonly deviation: number;
}

/** Greatest number of cells per side, which limits the grid if the Gaussians are narrow compared with the ring. */
const mostCells = 256;

/**
 * Computes the Jensen-Shannon divergence of points of the plane (two numbers each) from a ring of Gaussians, in nats.
 * It lies between 0 and log 2.
 *
 * It is (KL(p | m) + KL(q | m)) / 2 with m = (p + q) / 2 over the cells of a grid. p is the probability of a cell, from
 * the distribution function, and q its share of the points. Cells are one deviation wide and reach five deviations
 * beyond the ring; everything outside is one more cell.
 *
 * Cells tell distributions apart less well than points do. So with many points the result is at most the divergence of
 * the distribution from which they come. Points of the ring itself give about (cells that matter) / (8 points).
 */
export function ringDivergence(points: Float64Array, { modes, radius, deviation }: Ring): number {
  const reach = radius + 5 * deviation;
  const side = Math.min(mostCells, Math.ceil((2 * reach) / deviation));
  const width = (2 * reach) / side;
  const ring = new Float64Array(side * side + 1);
  const along = (centre: number): Float64Array => {
    const below = (edge: number): number => erf((edge - centre) / (Math.SQRT2 * deviation)) / 2;
    return Float64Array.from({ length: side }, (_, k) => below(width * (k + 1) - reach) - below(width * k - reach));
  };
  for (let mode = 0; mode < modes; mode++) {
    const angle = (2 * Math.PI * mode) / modes;
    const [xs, ys] = [along(radius * cos(angle)), along(radius * sin(angle))];
    for (let i = 0; i < side; i++) {
      for (let j = 0; j < side; j++) ring[i * side + j] = ring[i * side + j]! + (xs[i]! * ys[j]!) / modes;
    }
  }
  ring[side * side] = Math.max(0, 1 - ring.reduce((sum, p) => sum + p, 0));
  const count = points.length / 2;
  const shares = new Float64Array(side * side + 1);
  for (let k = 0; k < count; k++) {
    const i = Math.floor((points[2 * k]! + reach) / width);
    const j = Math.floor((points[2 * k + 1]! + reach) / width);
    const cell = i >= 0 && i < side && j >= 0 && j < side ? i * side + j : side * side;
    shares[cell] = shares[cell]! + 1 / count;
  }
  return ring.reduce((sum, p, cell) => sum + (half(p, shares[cell]!) + half(shares[cell]!, p)) / 2, 0);
}

/** Computes p log(p / m). */
function half(p: number, q: number): number {
  return p > 0 ? p * log((2 * p) / (p + q)) : 0;
}

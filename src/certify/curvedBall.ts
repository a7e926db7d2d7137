import type { Enclosure, IntervalDerivatives } from "../autodiff/index.ts";
import { norm2Bound, vectorNormBound, verifiedProduct } from "../linalg/index.ts";
import type { Enclosures } from "./attempt.ts";
import type { Excluded } from "./excluded.ts";
import { ballAround, up } from "./rounding.ts";

/** Number of squarings for a norm. */
const squarings = 3;

/**
 * Tries whether a ball around z holds no zero of the gradient g, from the second order: with phi(x) = <w, g(x)> and M its
 * Hessian, phi(x) >= phi(z) - r ||H(z) w|| - r^2 / 2 sup ||M|| at the distance r of z. As long as that is above 0, g is
 * not 0.
 *
 * The first order bounds H w entry by entry over a box, which loses up to a factor sqrt(n) of the change of H w; here only
 * what intervals add to the change of M is lost. On networks of two hidden layers the radius is about twice as large. Cost: the
 * Hessian of phi, and 12 n^3 operations.
 *
 * @param known the ball that the first order gives
 * @param reach radius of the ball that is tried
 * @returns the radius that is proved, at least that of the known ball and at most `reach`
 */
export function curvedRadius(enclosures: Enclosures, z: Float64Array, known: Excluded, reach: number): number {
  const { radius: least, w, start } = known;
  if (w === undefined || start === undefined || !enclosures.isGradient || !(reach > least)) return least;
  const derivatives = enclosures.along(w);
  enclosures.jacobians++;
  const bend = bendOn(derivatives, z, reach);
  const flat = vectorNormBound(derivatives.gradient(ballAround(z, 0)));
  // The root of start = flat r + bend r^2 / 2 is a guess; the comparison is the proof.
  const root = (2 * start) / (flat + Math.sqrt(flat * flat + 2 * bend * start));
  const radius = Math.min(reach, root * (1 - 1e-9));
  const loss = up(up(flat * radius) + up((up(radius * radius, 2) * bend) / 2, 2));
  return radius > least && loss < start ? radius : least;
}

/** Bounds ||M||_2 over a ball; Infinity where there is no bound. */
function bendOn(derivatives: IntervalDerivatives, z: Float64Array, radius: number): number {
  const bends = derivatives.hessian(ballAround(z, radius));
  return derivatives.undecided > 0 ? Number.POSITIVE_INFINITY : spectralBound(bends, z.length, squarings);
}

/** Bounds the 2-norm by ||A||^2 = ||A^T A||, since bounds from sizes of entries suit matrices that are nearly diagonal. */
function spectralBound({ mid, rad }: Enclosure, n: number, times: number): number {
  const spread = norm2Bound(rad, n, n);
  const plain = norm2Bound(mid, n, n);
  if (times === 0 || !(plain > 0) || plain === Number.POSITIVE_INFINITY) return up(plain + spread);
  const scaled = mid.map((x) => x / plain);
  // Division rounds each entry by at most u of it, and plain bounds the norm of the sizes.
  const square = verifiedProduct(scaled, scaled, n, n, n, { transposeA: true });
  const root = up(Math.sqrt(spectralBound(square, n, times - 1)), 2);
  return up(up(plain * up(root + 2 ** -50), 2) + spread, 2);
}

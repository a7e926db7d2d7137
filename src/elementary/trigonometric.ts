import { arcTangent, cosine, halfPi, halfPiPair, quarterPi, sine } from "./coefficients.ts";
import { reduceLarge } from "./largeAngles.ts";
import { polynomial } from "./polynomial.ts";

/** Adding and subtracting this number rounds to an integer. */
const shifter = 1.5 * 2 ** 52;
/** Size of angles beyond which the reduction by pi / 2 in three parts is no longer exact. */
const turning = 1e6;

/**
 * What the last call of {@link reduce} found: x = n pi / 2 + y + rest with |y| <= pi / 4; `quadrant` is n modulo 4. A
 * shared object, so that no call allocates.
 */
const reduced = { quadrant: 0, y: 0, rest: 0 };

function reduce(x: number): void {
  if (Math.abs(x) > turning) {
    const large = reduceLarge(x);
    reduced.quadrant = large.quadrant;
    reduced.y = large.y;
    reduced.rest = large.rest;
    return;
  }
  const n = x * (2 / Math.PI) + shifter - shifter;
  const first = x - n * halfPi[0];
  const second = n * halfPi[1];
  const t = first - second;
  const lost = first - t - second;
  const w = n * halfPi[2] - lost;
  reduced.y = t - w;
  reduced.rest = t - reduced.y - w;
  reduced.quadrant = ((n % 4) + 4) % 4;
}

function reducedSine(): number {
  const { y, rest } = reduced;
  const z = y * y;
  return y + (rest * (1 - 0.5 * z) + y * z * polynomial(sine, z));
}

function reducedCosine(): number {
  const { y, rest } = reduced;
  const z = y * y;
  const half = 0.5 * z;
  const head = 1 - half;
  return head + (1 - head - half + (z * z * polynomial(cosine, z) - y * rest));
}

/** Computes the sine within 1 unit in the last place for angles of every size. */
export function sin(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return x === 0 ? x : Number.NaN;
  reduce(x);
  const value = reduced.quadrant % 2 === 0 ? reducedSine() : reducedCosine();
  return reduced.quadrant < 2 ? value : -value;
}

/** Computes the cosine within 1 unit in the last place for angles of every size. */
export function cos(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  reduce(x);
  const value = reduced.quadrant % 2 === 0 ? reducedCosine() : reducedSine();
  return reduced.quadrant === 0 || reduced.quadrant === 3 ? value : -value;
}

/** Computes the tangent within 2 units in the last place. */
export function tan(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return x === 0 ? x : Number.NaN;
  reduce(x);
  return reduced.quadrant % 2 === 0 ? reducedSine() / reducedCosine() : -reducedCosine() / reducedSine();
}

/** Computes the arc tangent within 1 unit in the last place. */
export function atan(x: number): number {
  const size = Math.abs(x);
  if (!(size > 0)) return x;
  // atan x = pi / 4 + atan((x - 1) / (x + 1)) = pi / 2 - atan(1 / x)
  const large = size > Math.SQRT2 + 1;
  const middle = size > Math.SQRT2 - 1;
  const t = large ? -1 / size : middle ? (size - 1) / (size + 1) : size;
  const z = t * t;
  const base = large ? halfPiPair : middle ? quarterPi : { head: 0, tail: 0 };
  const value = base.head + (t + (base.tail + t * z * polynomial(arcTangent, z)));
  return x < 0 ? -value : value;
}

/** Computes the angle of the point (x, y), in [-pi, pi]. Zeros and infinities are treated as in IEEE 754. */
export function atan2(y: number, x: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  const above = y > 0 || Object.is(y, 0) ? 1 : -1;
  const right = x > 0 || Object.is(x, 0);
  if (y === 0) return right ? y : above * Math.PI;
  if (x === 0) return above * (Math.PI / 2);
  if (Math.abs(x) === Number.POSITIVE_INFINITY && Math.abs(y) === Number.POSITIVE_INFINITY) {
    return above * (right ? Math.PI / 4 : (3 * Math.PI) / 4);
  }
  const angle = atan(Math.abs(y / x));
  // pi - angle, with pi as a pair.
  return above * (right ? angle : Math.PI - (angle - 1.2246467991473532e-16));
}

/** Computes the arc sine within 2 units in the last place. */
export function asin(x: number): number {
  if (!(Math.abs(x) <= 1)) return Number.NaN;
  return x === 0 ? x : atan2(x, Math.sqrt((1 - x) * (1 + x)));
}

/** Computes the arc cosine within 2 units in the last place. */
export function acos(x: number): number {
  if (!(Math.abs(x) <= 1)) return Number.NaN;
  return 2 * atan2(Math.sqrt(1 - x), Math.sqrt(1 + x));
}

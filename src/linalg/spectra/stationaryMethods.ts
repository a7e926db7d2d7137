/** The linear theory of stationary methods: how a step multiplies the part of the error that belongs to one eigenvalue of J. */

import type { GeneralEigenvalues } from "../dense/generalEigenvalues.ts";
import { hypotenuse } from "../vector.ts";

/** A complex number. */
interface Complex {
  readonly re: number;
  readonly im: number;
}

const complex = (re: number, im = 0): Complex => ({ re, im });
const plus = (a: Complex, b: Complex): Complex => complex(a.re + b.re, a.im + b.im);
const times = (a: Complex, b: Complex): Complex => complex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);
const negative = (a: Complex): Complex => complex(-a.re, -a.im);
const modulus = (a: Complex): number => hypotenuse(a.re, a.im);
const one = complex(1);

function squareRoot(a: Complex): Complex {
  const size = modulus(a);
  const re = Math.sqrt((size + Math.abs(a.re)) / 2);
  if (re === 0) return complex(0);
  const im = Math.abs(a.im) / (2 * re);
  const sign = a.im < 0 ? -1 : 1;
  return a.re >= 0 ? complex(re, sign * im) : complex(im, sign * re);
}

/** Largest modulus of the roots of x^2 + b x + c. */
function largestRoot(b: Complex, c: Complex): number {
  const root = squareRoot(plus(times(b, b), times(complex(-4), c)));
  const half = complex(0.5);
  const first = times(half, plus(negative(b), root));
  const second = times(half, plus(negative(b), negative(root)));
  return Math.max(modulus(first), modulus(second));
}

const phi = (1 + Math.sqrt(5)) / 2;

/**
 * Spectral radius of the companion matrix of each method, as a function of s = eta lambda for an eigenvalue lambda of J.
 *
 * - gradientStep: 1 - s
 * - extragradient, forwardBackwardForward, dualExtrapolation: 1 - s + s^2
 * - proximalPoint: 1 / (1 + s)
 * - optimistic, popov, forwardReflectedBackward, reflectedGradient: x^2 - (1 - 2 s) x - s
 * - goldenRatio, phi the golden section: x^2 - (1 - s) x - s / phi
 */
const radii = {
  gradientStep: (s: Complex) => modulus(plus(one, negative(s))),
  extragradient: (s: Complex) => modulus(plus(plus(one, negative(s)), times(s, s))),
  proximalPoint: (s: Complex) => 1 / modulus(plus(one, s)),
  optimistic: (s: Complex) => largestRoot(plus(times(complex(2), s), complex(-1)), negative(s)),
  // (z, m) -> (m' - s z, m'), m' = ((phi - 1) z + m) / phi: trace 1 - s, determinant -s / phi.
  goldenRatio: (s: Complex) => largestRoot(plus(s, complex(-1)), times(complex(-1 / phi), s)),
} as const;

/** Methods whose step is linear in z and F, so that the spectrum of J says all of them near a solution. */
export const stationaryMethods = [
  "gradientStep",
  "extragradient",
  "forwardBackwardForward",
  "dualExtrapolation",
  "proximalPoint",
  "optimistic",
  "popov",
  "forwardReflectedBackward",
  "reflectedGradient",
  "goldenRatio",
] as const;
export type StationaryMethod = (typeof stationaryMethods)[number];

const sameAs: Readonly<Record<StationaryMethod, keyof typeof radii>> = {
  gradientStep: "gradientStep",
  extragradient: "extragradient",
  forwardBackwardForward: "extragradient",
  dualExtrapolation: "extragradient",
  proximalPoint: "proximalPoint",
  optimistic: "optimistic",
  popov: "optimistic",
  forwardReflectedBackward: "optimistic",
  reflectedGradient: "optimistic",
  goldenRatio: "goldenRatio",
};

/**
 * By how much a step of a method multiplies, in the long run, the error's part that belongs to an eigenvalue of J.
 *
 * @example amplification("extragradient", 0.5, 0, 1) // sqrt(1 - 1/4 + 1/16), on f(x, y) = xy
 */
export function amplification(method: StationaryMethod, stepSize: number, real: number, imaginary = 0): number {
  return radii[sameAs[method]](complex(stepSize * real, stepSize * imaginary));
}

/** Eigenvalues up to this times the largest count as zero: along them nothing moves. */
const zeroTolerance = 1e-10;

/** The factor a step of a method by the slowest eigenvalue that is not zero; NaN for none. */
export function predictedFactor(method: StationaryMethod, stepSize: number, spectrum: GeneralEigenvalues): number {
  const factors = nonZero(spectrum).map(({ re, im }) => amplification(method, stepSize, re, im));
  return factors.length === 0 ? Number.NaN : Math.max(...factors);
}

/**
 * The largest eta below which a method is stable for every step size, by the eigenvalues of J that are not zero: Infinity
 * for the proximal point with a monotone J, 0 where some eigenvalue is unstable for all small steps.
 */
export function stepLimit(method: StationaryMethod, spectrum: GeneralEigenvalues): number {
  let limit = Number.POSITIVE_INFINITY;
  for (const lambda of nonZero(spectrum)) limit = Math.min(limit, limitOf(method, lambda));
  return limit;
}

/** The first crossing of 1 along s = t lambda / |lambda|, found between two neighbours of a fine geometric ladder. */
function limitOf(method: StationaryMethod, lambda: Complex): number {
  const size = modulus(lambda);
  const stable = (t: number): boolean => amplification(method, t, lambda.re / size, lambda.im / size) < 1;
  // Below, 1 - radius of a rotation, of order t^2, would be lost to rounding.
  const smallest = 1e-5;
  if (!stable(smallest)) return 0;
  let below = smallest;
  for (let t = smallest; t < 1e6; t *= 1.02) {
    if (stable(t)) {
      below = t;
      continue;
    }
    let above = t;
    for (let k = 0; k < 60; k++) {
      const middle = (below + above) / 2;
      if (stable(middle)) below = middle;
      else above = middle;
    }
    return below / size;
  }
  return Number.POSITIVE_INFINITY;
}

function nonZero({ real, imaginary }: GeneralEigenvalues): readonly Complex[] {
  const all = Array.from(real, (re, k) => complex(re, imaginary[k]!));
  const largest = Math.max(...all.map(modulus));
  return all.filter((lambda) => modulus(lambda) > zeroTolerance * largest);
}

/** What the linearisation says of a stationary point under z' = -F(z); the values of the column `stationaryPoint`. */
export const stationaryPoints = ["stable", "unstable", "saddle", "rotating", "degenerate"] as const;
export type StationaryPoint = (typeof stationaryPoints)[number];

/**
 * - stable: all real parts positive; unstable: all negative; saddle: of both signs
 * - rotating: real parts of 0, with imaginary ones, beside none or ones of one sign: a centre, as in bilinear games
 * - degenerate: an eigenvalue 0, and no saddle: the linearisation does not decide
 *
 * Real parts up to 1e-10 times the largest modulus count as 0.
 */
export function classifyStationaryPoint({ real, imaginary }: GeneralEigenvalues): StationaryPoint {
  let largest = 0;
  real.forEach((re, k) => {
    largest = Math.max(largest, hypotenuse(re, imaginary[k]!));
  });
  const zero = zeroTolerance * largest;
  const positive = real.some((re) => re > zero);
  const below = real.some((re) => re < -zero);
  if (positive && below) return "saddle";
  if (largest === 0 || real.some((re, k) => Math.abs(re) <= zero && Math.abs(imaginary[k]!) <= zero))
    return "degenerate";
  if (real.some((re) => Math.abs(re) <= zero)) return "rotating";
  return positive ? "stable" : "unstable";
}

/** Linear theory of stationary methods: how a step multiplies the part of the error along an eigenvector of J. */

import { thing } from "../../arguments.ts";
import { checkOption } from "../../options.ts";
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

/** Computes the largest modulus of the roots of x^2 + b x + c. */
function largestRoot(b: Complex, c: Complex): number {
  const root = squareRoot(plus(times(b, b), times(complex(-4), c)));
  const half = complex(0.5);
  const first = times(half, plus(negative(b), root));
  const second = times(half, plus(negative(b), negative(root)));
  return Math.max(modulus(first), modulus(second));
}

const phi = (1 + Math.sqrt(5)) / 2;

/**
 * Spectral radius of the companion matrix of each method, as a function of s = eta lambda for an eigenvalue lambda of
 * J. The companion matrix is a number, or has the characteristic polynomial in x that stands here:
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

/** Methods whose step is linear in z and F, so that near a solution the spectrum of J determines how they converge. */
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

/** For each method the one whose companion matrix it has. */
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
 * Computes by how much a step of a method multiplies, in the long run, the part of the error along an eigenvector of J.
 *
 * The part decays if this factor is below 1.
 *
 * @example amplification("extragradient", 0.5, 0, 1) // sqrt(1 - 1/4 + 1/16), on f(x, y) = xy
 * @param stepSize eta
 * @param real real part of the eigenvalue
 * @param imaginary imaginary part of the eigenvalue. Default 0
 */
export function amplification(method: StationaryMethod, stepSize: number, real: number, imaginary = 0): number {
  checkMethod("amplification", method);
  return radii[sameAs[method]](complex(stepSize * real, stepSize * imaginary));
}

/** Size, relative to the largest, up to which eigenvalues count as zero: nothing moves along their eigenvectors. */
const zeroTolerance = 1e-10;

/**
 * Predicts the factor by which a step of a method multiplies the error: the largest `amplification` over the
 * eigenvalues of J that are not zero.
 *
 * Eigenvalues up to 1e-10 times the largest modulus count as zero. NaN if there are no others.
 *
 * @example predictedFactor("gradientStep", 0.1, generalEigenvalues(Float64Array.of(1, 0, 0, 2))) // 0.9
 * @param stepSize eta
 * @param spectrum eigenvalues of J, from `generalEigenvalues`
 */
export function predictedFactor(method: StationaryMethod, stepSize: number, spectrum: GeneralEigenvalues): number {
  checkMethod("predictedFactor", method);
  const factors = nonZero("predictedFactor", spectrum).map(({ re, im }) => amplification(method, stepSize, re, im));
  return factors.length === 0 ? Number.NaN : Math.max(...factors);
}

/**
 * Computes the step size below which a method is stable near a solution, by the eigenvalues of J that are not zero.
 *
 * A method is stable for a step size if all `amplification` are below 1. The limit is Infinity for the proximal point
 * with a monotone J, and 0 if some eigenvalue is unstable for all small steps.
 *
 * @example stepLimit("gradientStep", generalEigenvalues(Float64Array.of(1, 0, 0, 2))) // 1
 * @param spectrum eigenvalues of J, from `generalEigenvalues`
 */
export function stepLimit(method: StationaryMethod, spectrum: GeneralEigenvalues): number {
  checkMethod("stepLimit", method);
  let limit = Number.POSITIVE_INFINITY;
  for (const lambda of nonZero("stepLimit", spectrum)) limit = Math.min(limit, limitOf(method, lambda));
  return limit;
}

/** Finds the first t at which the radius for s = t lambda / |lambda| reaches 1, in steps of 2 % and then by halving. */
function limitOf(method: StationaryMethod, lambda: Complex): number {
  const size = modulus(lambda);
  const stable = (t: number): boolean => amplification(method, t, lambda.re / size, lambda.im / size) < 1;
  // For smaller t, 1 - radius of a rotation, which is of order t^2, would be lost to rounding.
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

const spectrumRule = thing("eigenvalues, as generalEigenvalues gives them", { real: "list", imaginary: "list" });

function checkMethod(who: string, method: StationaryMethod): void {
  checkOption(who, "method", method, { oneOf: Object.keys(sameAs) });
}

function nonZero(who: string, spectrum: GeneralEigenvalues): readonly Complex[] {
  checkOption(who, "spectrum", spectrum, spectrumRule);
  const { real, imaginary } = spectrum;
  const all = Array.from(real, (re, k) => complex(re, imaginary[k]!));
  const largest = Math.max(...all.map(modulus));
  return all.filter((lambda) => modulus(lambda) > zeroTolerance * largest);
}

/** Kinds of stationary points of z' = -F(z) by the linearisation, the values of the column `stationaryPoint`. */
export const stationaryPoints = ["stable", "unstable", "saddle", "rotating", "degenerate"] as const;
export type StationaryPoint = (typeof stationaryPoints)[number];

/**
 * Classifies a stationary point of z' = -F(z) by the eigenvalues of J:
 *
 * - stable: all real parts are positive
 * - unstable: all real parts are negative
 * - saddle: some real parts are positive and some negative
 * - rotating: there are imaginary eigenvalues, and the other real parts, if any, have one sign: a centre, as in
 *   bilinear games
 * - degenerate: there is an eigenvalue 0 and no saddle, so the linearisation does not decide
 *
 * Real parts up to 1e-10 times the largest modulus count as 0.
 *
 * @example classifyStationaryPoint(generalEigenvalues(Float64Array.of(0, 1, -1, 0))) // "rotating"
 */
export function classifyStationaryPoint(spectrum: GeneralEigenvalues): StationaryPoint {
  checkOption("classifyStationaryPoint", "spectrum", spectrum, spectrumRule);
  const { real, imaginary } = spectrum;
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

/** Limits of the spectra of large random matrices. */
import { acos, cbrt, cos, sin } from "../../elementary/index.ts";
import { failure } from "../../errors.ts";

/** A probability law of eigenvalues: a density and perhaps a share of exact zeros. */
export interface SpectralLaw {
  /** Interval outside which the density is zero. */
  readonly support: readonly [number, number];
  /** Share of eigenvalues that are exactly zero. */
  readonly massAtZero: number;
  /** Density at x, without the mass at zero. */
  density(x: number): number;
  /** Share of eigenvalues up to x, the zeros included. Cost: 2000 densities. */
  cumulative(x: number): number;
}

/**
 * Wigner's semicircle: density sqrt(4 - x^2) / (2 pi) on [-2, 2], the limit of `wigner`; scaled by a factor.
 *
 * @example semicircle().density(0) // 1 / pi
 * @param scale not zero; the law of scale times the matrix. Default 1
 * @throws {RangeError} ERR_OPTION_RANGE for a scale of 0, or none
 */
export function semicircle(scale = 1): SpectralLaw {
  checkScale("semicircle", "scale", scale);
  const s = Math.abs(scale);
  const support = [-2 * s, 2 * s] as const;
  return lawOf(support, 0, (x) => Math.sqrt(Math.max(0, 4 * s * s - x * x)) / (2 * Math.PI * s * s));
}

/**
 * Marchenko and Pastur's law of ratio gamma = n / k, the limit of `wishart`: sqrt((b - x)(x - a)) / (2 pi gamma x) between
 * a, b = (1 -+ sqrt gamma)^2, and 1 - 1 / gamma of exact zeros where gamma > 1; scaled by a factor, which may be negative.
 *
 * @example marchenkoPastur(2).massAtZero // 0.5
 * @param ratio gamma > 0
 * @param scale not zero; the law of scale times the matrix. Default 1
 * @throws {RangeError} ERR_OPTION_RANGE for a ratio that is not positive, or a scale of 0
 */
export function marchenkoPastur(ratio: number, scale = 1): SpectralLaw {
  checkRatio("marchenkoPastur", ratio);
  checkScale("marchenkoPastur", "scale", scale);
  const a = (1 - Math.sqrt(ratio)) ** 2;
  const b = (1 + Math.sqrt(ratio)) ** 2;
  const support = scale > 0 ? ([scale * a, scale * b] as const) : ([scale * b, scale * a] as const);
  return lawOf(support, Math.max(0, 1 - 1 / ratio), (x) => {
    const y = x / scale;
    if (!(y > a && y < b)) return 0;
    return Math.sqrt((b - y) * (y - a)) / (2 * Math.PI * ratio * y * Math.abs(scale));
  });
}

/** Options of {@link wishartPlusWigner}. */
export interface WishartPlusWignerOptions {
  /** gamma = n / k of the Wishart matrix, > 0. */
  readonly ratio: number;
  /** a, its weight, of either sign. Default 1. */
  readonly wishart?: number;
  /** b, the weight of the Wigner matrix. Default 1. */
  readonly wigner?: number;
}

/**
 * The law of a Wishart matrix plus b times a Wigner matrix, independent: Pennington and Bahri's model of a Hessian [1], by free
 * convolution.
 *
 * R-transforms add: G solves z = 1 / G + a / (1 - a gamma G) + b^2 G, a cubic, and the density is |Im G| / pi. The zeros of a
 * singular Wishart matrix are smeared over a semicircle, so there is no mass at zero. `support` contains the true one, which
 * may have a gap; `cumulative` is right to about 1e-3.
 *
 * @example wishartPlusWigner({ ratio: 0.5, wishart: 1, wigner: 0.3 }).density(0)
 * @throws {RangeError} ERR_OPTION_RANGE for a ratio that is not positive, or a weight of 0
 * @see [1] Pennington and Bahri, "Geometry of neural network loss surfaces via random matrix theory", ICML 2017
 */
export function wishartPlusWigner({ ratio, wishart: a = 1, wigner: b = 1 }: WishartPlusWignerOptions): SpectralLaw {
  checkRatio("wishartPlusWigner", ratio);
  checkScale("wishartPlusWigner", "wishart", a);
  checkScale("wishartPlusWigner", "wigner", b);
  const [low, high] = marchenkoPastur(ratio, a).support;
  const reach = 2 * Math.abs(b);
  const zero = ratio > 1 ? 0 : undefined;
  const support = [Math.min(low, zero ?? low) - reach, Math.max(high, zero ?? high) + reach] as const;
  const ag = a * ratio;
  return lawOf(
    support,
    0,
    // a gamma b^2 G^3 - (a gamma z + b^2) G^2 + (z + a gamma - a) G - 1 = 0
    (x) => imaginaryRoot(ag * b * b, -(ag * x + b * b), x + ag - a, -1) / Math.PI,
  );
}

/** |Im| of the complex pair among the roots of a real cubic; 0 where all are real. */
function imaginaryRoot(a: number, b: number, c: number, d: number): number {
  const p = (3 * a * c - b * b) / (9 * a * a);
  const q = (9 * a * b * c - 2 * b ** 3 - 27 * a * a * d) / (54 * a ** 3);
  const discriminant = p ** 3 + q * q;
  if (!(discriminant > 0)) return 0;
  const root = Math.sqrt(discriminant);
  // The larger of both without cancellation; the other one by their product -p.
  const u = cbrt(q >= 0 ? q + root : q - root);
  const v = u === 0 ? 0 : -p / u;
  return (Math.sqrt(3) / 2) * Math.abs(u - v);
}

const intervals = 2000;

function lawOf(support: readonly [number, number], massAtZero: number, density: (x: number) => number): SpectralLaw {
  const [low, high] = support;
  const middle = (low + high) / 2;
  const half = (high - low) / 2;
  return {
    support,
    massAtZero,
    density: (x) => (x > low && x < high ? density(x) : 0),
    cumulative(x) {
      const zeros = x >= 0 ? massAtZero : 0;
      if (x <= low) return zeros;
      if (x >= high) return 1 - massAtZero + zeros;
      // x = middle - half cos(angle) takes the root singularities off the ends; midpoints never meet them.
      const end = acos((middle - x) / half);
      const step = end / intervals;
      let sum = 0;
      for (let k = 0; k < intervals; k++) {
        const angle = (k + 0.5) * step;
        sum += density(middle - half * cos(angle)) * sin(angle);
      }
      return Math.min(1, zeros + sum * half * step);
    },
  };
}

function checkRatio(who: string, ratio: number): void {
  if (!(ratio > 0 && Number.isFinite(ratio))) {
    throw failure("ERR_OPTION_RANGE", `${who}: expected ratio to be positive, got ${ratio}`);
  }
}

function checkScale(who: string, name: string, value: number): void {
  if (!(Number.isFinite(value) && value !== 0)) {
    throw failure("ERR_OPTION_RANGE", `${who}: expected ${name} to be finite and not 0, got ${value}`);
  }
}

/** Limits of the spectra of large random matrices. */
import { acos, cbrt, cos, sin } from "../../elementary/index.ts";
import { checkOption, readOptions } from "../../options.ts";

/** A probability law of eigenvalues: a density and possibly a share of exact zeros. */
export interface SpectralLaw {
  /** Interval outside which the density is zero. */
  readonly support: readonly [number, number];
  /** Share of eigenvalues that are exactly zero. */
  readonly massAtZero: number;
  /** Computes the density at x, without the mass at zero. */
  density(x: number): number;
  /** Computes the share of eigenvalues up to x, zeros included. Cost: 2000 evaluations of the density. */
  cumulative(x: number): number;
}

const ratioRule = { above: 0 } as const;
const weightRule = {
  expected: "a finite number other than 0",
  range: true,
  is: (value: number) => Number.isFinite(value) && value !== 0,
} as const;

/**
 * Gives Wigner's semicircle law, the limit of the spectrum of `wigner`.
 *
 * Its density is sqrt(4 - x^2) / (2 pi) on [-2, 2].
 *
 * @example semicircle().density(0) // 1 / pi
 * @param scale factor of the matrix, not zero; the law is that of scale times the matrix. Default 1
 * @throws {RangeError} ERR_OPTION_RANGE for a scale that is 0 or not finite
 */
export function semicircle(scale = 1): SpectralLaw {
  checkOption("semicircle", "scale", scale, weightRule);
  const s = Math.abs(scale);
  const support = [-2 * s, 2 * s] as const;
  return lawOf(support, 0, (x) => Math.sqrt(Math.max(0, 4 * s * s - x * x)) / (2 * Math.PI * s * s));
}

/**
 * Gives Marchenko and Pastur's law of ratio gamma = n / k, the limit of the spectrum of `wishart`.
 *
 * Its density is sqrt((b - x)(x - a)) / (2 pi gamma x) between a = (1 - sqrt gamma)^2 and b = (1 + sqrt gamma)^2. For
 * gamma > 1 a share 1 - 1 / gamma of the eigenvalues is exactly zero.
 *
 * @example marchenkoPastur(2).massAtZero // 0.5
 * @param ratio gamma > 0
 * @param scale factor of the matrix, of either sign but not zero; the law is that of scale times the matrix. Default 1
 * @throws ERR_OPTION_TYPE, ERR_OPTION_RANGE for a ratio that is not positive, or a scale that is 0 or not finite
 */
export function marchenkoPastur(ratio: number, scale = 1): SpectralLaw {
  checkOption("marchenkoPastur", "ratio", ratio, ratioRule);
  checkOption("marchenkoPastur", "scale", scale, weightRule);
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
  /** Ratio gamma = n / k of the Wishart matrix, > 0. */
  readonly ratio: number;
  /** Weight a of the Wishart matrix, of either sign but not 0. Default 1. */
  readonly wishart?: number;
  /** Weight b of the Wigner matrix, of either sign but not 0. Default 1. */
  readonly wigner?: number;
}

const rules = {
  ratio: { ...ratioRule, required: true },
  wishart: { ...weightRule, default: 1 },
  wigner: { ...weightRule, default: 1 },
} as const;

/**
 * Gives the law of a W + b S, a Wishart matrix W plus an independent Wigner matrix S: the model of a Hessian in [1].
 *
 * It is the free convolution of the two laws. R-transforms add, so G solves the cubic z = 1 / G + a / (1 - a gamma G) +
 * b^2 G, and the density is |Im G| / pi. The Wigner matrix smears the zeros of a singular Wishart matrix over a
 * semicircle, so there is no mass at zero. `support` contains the true support, which may have a gap; `cumulative` is
 * accurate to about 1e-3.
 *
 * @example wishartPlusWigner({ ratio: 0.5, wishart: 1, wigner: 0.3 }).density(0)
 * @param options {@link WishartPlusWignerOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE for a ratio that is not positive, or a weight that is 0 or not finite
 * @see [1] Pennington and Bahri, "Geometry of neural network loss surfaces via random matrix theory", ICML 2017
 */
export function wishartPlusWigner(options: WishartPlusWignerOptions): SpectralLaw {
  const { ratio, wishart: a, wigner: b } = readOptions("wishartPlusWigner", options, rules);
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

/** Computes |Im| of the complex pair among the roots of the cubic a x^3 + b x^2 + c x + d; 0 if all roots are real. */
function imaginaryRoot(a: number, b: number, c: number, d: number): number {
  const p = (3 * a * c - b * b) / (9 * a * a);
  const q = (9 * a * b * c - 2 * b * b * b - 27 * a * a * d) / (54 * a * a * a);
  const discriminant = p * p * p + q * q;
  if (!(discriminant > 0)) return 0;
  const root = Math.sqrt(discriminant);
  // The larger of both cube roots has no cancellation; the other one follows from their product -p.
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
      // With x = middle - half cos(angle) there are no root singularities at the ends, and midpoints never meet the
      // ends.
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

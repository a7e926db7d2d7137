import { exp } from "../../elementary/index.ts";
import { failure } from "../../errors.ts";
import { randomSource } from "../../random.ts";
import { lanczos } from "../krylov/lanczos.ts";
import type { LinearMap } from "../linearMap.ts";

/** Options of {@link spectralDensity}. */
export interface SpectralDensityOptions {
  /** Random vectors. Default 10. */
  readonly probes?: number;
  /** Lanczos steps a probe. Default min(n, 80). */
  readonly steps?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** An estimate with the standard error of the mean over the probes; NaN for a single probe. */
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
}

/** The estimated spectral measure mu = (1/n) sum of delta(lambda_i), as weighted points. */
export interface SpectralDensity {
  /** Ritz values of all probes, probe after probe. */
  readonly nodes: Float64Array;
  /** Their weights, which add up to 1. */
  readonly weights: Float64Array;
  readonly products: number;
  /** The mean of f over the spectrum, tr f(A) / n. */
  mean(f: (lambda: number) => number): Estimate;
  /** The share of eigenvalues below x. */
  below(x: number): Estimate;
  /** Density at x, each node widened to a Gaussian of standard deviation `width` > 0. */
  at(x: number, width: number): number;
}

/**
 * The spectral density of a symmetric map by stochastic Lanczos quadrature [1].
 *
 * For random unit vectors v, E <v, f(A) v> = tr f(A) / n; Lanczos from v gives it by Gauss quadrature, exact for polynomials
 * of degree 2 m - 1. Errors: the variance over probes (reported), and the resolution of m nodes, below which nothing is
 * told apart: kernels and gaps are seen to about ||A|| / m.
 *
 * Cost: probes x steps products, 4 steps^2 n operations a probe; `steps` vectors at a time.
 *
 * @example spectralDensity(hessian).below(-1e-5).value * n // an estimate of the Morse index
 * @throws {TypeError} ERR_NOT_SYMMETRIC for a map that does not say that it is symmetric
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, ERR_NOT_FINITE if the map gives NaN or an infinity
 * @see [1] Ubaru, Chen and Saad, "Fast estimation of tr(f(A)) via stochastic Lanczos quadrature", SIAM J. Matrix Anal. Appl. 38, 2017,
 *   doi:10.1137/16M1104974
 */
export function spectralDensity(map: LinearMap, options: SpectralDensityOptions = {}): SpectralDensity {
  const { probes = 10, steps = Math.min(map.columns, 80), seed = 0 } = options;
  if (!(Number.isInteger(probes) && probes > 0)) {
    throw failure("ERR_OPTION_RANGE", `spectralDensity: expected probes to be a positive integer, got ${probes}`);
  }
  const runs = Array.from({ length: probes }, (_, probe) =>
    lanczos(map, { steps, start: probeVector(map.columns, seed, probe) }),
  );
  const mean = (f: (lambda: number) => number): Estimate =>
    estimateOf(
      runs.map(({ values, weights }) => {
        let sum = 0;
        for (let k = 0; k < values.length; k++) sum += weights[k]! * f(values[k]!);
        return sum;
      }),
    );
  const concatenated = (of: (run: (typeof runs)[number]) => Float64Array): Float64Array =>
    Float64Array.from(runs.flatMap((run) => Array.from(of(run))));
  return {
    nodes: concatenated(({ values }) => values),
    weights: concatenated(({ weights }) => weights.map((w) => w / probes)),
    products: runs.reduce((sum, run) => sum + run.steps, 0),
    mean,
    below: (x) => mean((lambda) => (lambda < x ? 1 : 0)),
    at(x, width) {
      if (!(width > 0)) {
        throw failure("ERR_OPTION_RANGE", `spectralDensity: expected width to be positive, got ${width}`);
      }
      const height = 1 / (width * Math.sqrt(2 * Math.PI));
      return mean((lambda) => height * exp(-(((x - lambda) / width) ** 2) / 2)).value;
    },
  };
}

/** A normal vector, whose direction is uniform. */
function probeVector(n: number, seed: number, probe: number): Float64Array {
  const random = randomSource(seed, "spectralDensity", probe);
  return Float64Array.from({ length: n }, () => random.normal());
}

/** Mean and its standard error. */
export function estimateOf(samples: readonly number[]): Estimate {
  const count = samples.length;
  const value = samples.reduce((sum, x) => sum + x, 0) / count;
  const variance = samples.reduce((sum, x) => sum + (x - value) ** 2, 0) / (count - 1);
  return { value, standardError: Math.sqrt(variance / count) };
}

import { exp } from "../../elementary/index.ts";
import { checkOption, readOptions } from "../../options.ts";
import { randomSource } from "../../random.ts";
import { checkMap } from "../arguments.ts";
import { lanczos } from "../krylov/lanczos.ts";
import type { LinearMap } from "../linearMap.ts";
import { positiveInteger, seed } from "../rules.ts";

/** Options of {@link spectralDensity}. */
export interface SpectralDensityOptions {
  /** Number of random vectors. Default 10. */
  readonly probes?: number;
  /** Number m of Lanczos steps per probe, one product each. Default min(n, 80). */
  readonly steps?: number;
  /** Seed of the random vectors. Default 0. */
  readonly seed?: number;
}

const rules = { probes: { ...positiveInteger, default: 10 }, steps: positiveInteger, seed } as const;

/** An estimate, as a mean over probes. */
export interface Estimate {
  readonly value: number;
  /** Standard error of the mean over the probes; NaN for a single probe. */
  readonly standardError: number;
}

/** The estimated spectral measure mu = (1/n) sum of delta(lambda_i), as weighted points. */
export interface SpectralDensity {
  /** Ritz values of all probes, probe after probe. */
  readonly nodes: Float64Array;
  /** Weights of the nodes, which add up to 1. */
  readonly weights: Float64Array;
  /** Number of products that were made. */
  readonly products: number;
  /** Estimates the mean of f over the spectrum, tr f(A) / n. */
  mean(f: (lambda: number) => number): Estimate;
  /** Estimates the share of eigenvalues below x. */
  below(x: number): Estimate;
  /** Computes the density at x, each node widened to a Gaussian of standard deviation `width` > 0. */
  at(x: number, width: number): number;
}

/**
 * Estimates the spectral density of a symmetric map by stochastic Lanczos quadrature [1].
 *
 * For random unit vectors v, E <v, f(A) v> = tr f(A) / n. Lanczos from v gives <v, f(A) v> by Gauss quadrature, which
 * is exact for polynomials of degree 2 m - 1. There are two errors: the variance over the probes, which is reported,
 * and the resolution of m nodes, which shows kernels and gaps only to about ||A|| / m.
 *
 * Cost: probes x m products and 4 m^2 n operations per probe; m vectors at a time.
 *
 * @example
 * const n = 400;
 * const hessian = denseMatrix(n, n, wigner(n, 1), { symmetric: true });
 * const morseIndex = spectralDensity(hessian).below(-1e-5).value * n; // an estimate
 * console.log(morseIndex.toFixed(0));
 * // 199
 * @param options {@link SpectralDensityOptions}
 * @throws {TypeError} ERR_NOT_SYMMETRIC for a map that is not declared symmetric; ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE for options or a width out of range, ERR_NOT_FINITE if the map gives NaN or an
 *   infinity
 * @see [1] Ubaru, Chen and Saad, "Fast estimation of tr(f(A)) via stochastic Lanczos quadrature", SIAM J. Matrix Anal.
 *   Appl. 38, 2017, doi:10.1137/16M1104974
 */
export function spectralDensity(map: LinearMap, options: SpectralDensityOptions = {}): SpectralDensity {
  checkMap("spectralDensity", map);
  const { probes, steps = Math.min(map.columns, 80), seed } = readOptions("spectralDensity", options, rules);
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
      checkOption("spectralDensity", "width", width, { above: 0, infinite: true });
      const height = 1 / (width * Math.sqrt(2 * Math.PI));
      return mean((lambda) => height * exp(-(((x - lambda) / width) ** 2) / 2)).value;
    },
  };
}

/** Draws a vector of normal numbers, whose direction is uniform. */
function probeVector(n: number, seed: number, probe: number): Float64Array {
  const random = randomSource(seed, "spectralDensity", probe);
  return Float64Array.from({ length: n }, () => random.normal());
}

/** Computes the mean of samples and its standard error. */
export function estimateOf(samples: readonly number[]): Estimate {
  const count = samples.length;
  const value = samples.reduce((sum, x) => sum + x, 0) / count;
  const variance = samples.reduce((sum, x) => sum + (x - value) ** 2, 0) / (count - 1);
  return { value, standardError: Math.sqrt(variance / count) };
}

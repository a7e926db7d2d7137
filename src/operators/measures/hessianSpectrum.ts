import { type Columns, defineMeasure, failure, type Measure, readOptions } from "../../authoring/index.ts";
import { symmetricEigen } from "../../linalg/dense/dense.ts";
import { spectralDensity } from "../../linalg/spectra/spectralDensity.ts";
import { finiteMatrix, whereFinite } from "../support/finiteMatrix.ts";
import { type MeasuredSteps, measuredSteps, stepRules } from "../support/measuredSteps.ts";
import { requireSymmetric } from "../support/requireSymmetric.ts";
import { positiveInteger } from "../support/rules.ts";

/** Options of {@link hessianSpectrum}. */
export interface HessianSpectrumOptions extends MeasuredSteps {
  /**
   * Method. `eigenvalues`: all eigenvalues, from the matrix. `density`: stochastic Lanczos quadrature, by products.
   * Default `eigenvalues`.
   */
  readonly by?: "eigenvalues" | "density";
  /** Number of random vectors of `density`. Default 10. */
  readonly probes?: number;
  /** Number of products per random vector of `density`. Default min(n, 80). */
  readonly steps?: number;
  /** Seed of the random vectors of `density`. Default 0. */
  readonly seed?: number;
}

const rules = {
  ...stepRules,
  by: { default: "eigenvalues", oneOf: ["eigenvalues", "density"] },
  probes: positiveInteger,
  steps: positiveInteger,
  seed: {},
} as const;

/**
 * Measures the spectrum of a symmetric Jacobian, as a vector column.
 *
 * By `eigenvalues` the column is `spectrum`, n numbers in ascending order. By `density` the columns are `spectrumNodes`
 * and `spectrumWeights`, the points and weights (which add up to 1) of the estimated spectral measure, for n too large
 * for a matrix; see `spectralDensity`. A row whose J is not finite is not measured.
 *
 * Use {@link morseIndex} when only the number of negative eigenvalues is wanted, {@link jacobianSpectrum} for the field
 * of a game, {@link diagnoseField} for extreme eigenvalues at large n.
 *
 * Cost per measurement: n products and about 9 n^3 operations; by `density` probes x steps products. The last row is
 * always measured.
 *
 * @example
 * iterate(quartic(), [-3.5, 1], chain(untilStep(1), newtonMR()))
 *   .pipe(hessianSpectrum())
 *   .subscribe((it) => console.log(it.step, it.vectors.spectrum![0]!.toFixed(4), it.vectors.spectrum![1]!.toFixed(4)));
 * // 0 20.8000 30.7500
 * // 1 19.4339 29.8760
 * @param options {@link HessianSpectrumOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options that are out of range or contradict each other
 * @throws {TypeError} ERR_NOT_SYMMETRIC, in the stream, for a problem whose Jacobian is not symmetric
 */
export function hessianSpectrum(options: HessianSpectrumOptions = {}): Measure {
  const { by, every, when, ...density } = readOptions("hessianSpectrum", options, rules);
  const who = "hessianSpectrum";
  const { probes, steps, seed } = density;
  const measured = measuredSteps(who, { every, when });
  for (const [name, value] of Object.entries(density)) {
    if (value === undefined || by === "density") continue;
    throw failure("ERR_OPTION_RANGE", `${who}: expected ${name} only together with by: "density", got by: "${by}"`);
  }
  const columns: Columns =
    by === "eigenvalues"
      ? { spectrum: { meaning: "eigenvalues of J, ascending", kind: "vector" } }
      : {
          spectrumNodes: { meaning: "points of the estimated spectral measure of J", kind: "vector" },
          spectrumWeights: { meaning: "their weights, which add up to 1", kind: "vector" },
        };
  return defineMeasure({
    name: who,
    columns,
    step(it): { readonly vectors: Readonly<Record<string, Float64Array>> } | undefined {
      if (!measured(it)) return undefined;
      requireSymmetric(who, it.at.problem, "use jacobianSpectrum, since a game's Jacobian has complex eigenvalues");
      if (!Number.isFinite(it.squaredFieldNorm)) return undefined;
      if (by === "eigenvalues") {
        const matrix = finiteMatrix(it.at);
        return matrix === undefined ? undefined : { vectors: { spectrum: symmetricEigen(matrix).values } };
      }
      const density = whereFinite(() =>
        spectralDensity(it.at.linearize(), {
          ...(probes === undefined ? {} : { probes }),
          ...(steps === undefined ? {} : { steps }),
          ...(seed === undefined ? {} : { seed }),
        }),
      );
      return density && { vectors: { spectrumNodes: density.nodes, spectrumWeights: density.weights } };
    },
  });
}

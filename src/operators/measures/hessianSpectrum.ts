import { type Columns, defineMeasure, failure, type Measure, readOptions } from "../../authoring/index.ts";
import { symmetricEigen } from "../../linalg/dense/dense.ts";
import { spectralDensity } from "../../linalg/spectra/spectralDensity.ts";
import { finiteMatrix } from "../support/finiteMatrix.ts";
import { type MeasuredSteps, measuredSteps, stepRules } from "../support/measuredSteps.ts";
import { requireSymmetric } from "../support/requireSymmetric.ts";
import { positiveInteger } from "../support/rules.ts";

/** Options of {@link hessianSpectrum}. */
export interface HessianSpectrumOptions extends MeasuredSteps {
  /** `eigenvalues`: all of them, from the matrix. `density`: stochastic Lanczos quadrature, by products. Default `eigenvalues`. */
  readonly by?: "eigenvalues" | "density";
  /** Of `density`: random vectors. Default 10. */
  readonly probes?: number;
  /** Of `density`: products a random vector. Default min(n, 80). */
  readonly steps?: number;
  /** Of `density`. Default 0. */
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
 * Measures the spectrum of the Jacobian, as a vector column.
 *
 * By `eigenvalues`: `spectrum`, n numbers in ascending order. By `density`: `spectrumNodes` and `spectrumWeights`, points and weights
 * (which add up to 1) of the estimated spectral measure, for n too large for a matrix; see `spectralDensity`.
 *
 * A J that is not finite has no spectrum: not measured.
 *
 * Cost of a measurement: n products and about 9 n^3 operations; or probes x steps products. A last row is always measured.
 *
 * @example iterate(problem, start, newtonMR()).pipe(spectrum({ every: 10 }))
 * @param options {@link HessianSpectrumOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range or in contradiction
 * @throws {TypeError} ERR_NOT_SYMMETRIC, in the stream, for a problem whose Jacobian is not symmetric
 */
export function hessianSpectrum(options: HessianSpectrumOptions = {}): Measure {
  const { by, every, when, ...density } = readOptions("hessianSpectrum", options, rules);
  const who = "hessianSpectrum";
  const { probes, steps, seed } = density;
  const measured = measuredSteps(who, { every, when });
  for (const [name, value] of Object.entries(density)) {
    if (value === undefined || by === "density") continue;
    throw failure("ERR_OPTION_RANGE", `${who}: expected ${name} beside by: "density" only, got by: "${by}"`);
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
      requireSymmetric(who, it.at.problem, "a game's Jacobian has complex eigenvalues");
      if (!Number.isFinite(it.squaredFieldNorm)) return undefined;
      if (by === "eigenvalues") {
        const matrix = finiteMatrix(it.at);
        return matrix === undefined ? undefined : { vectors: { spectrum: symmetricEigen(matrix).values } };
      }
      const { nodes, weights } = spectralDensity(it.at.linearize(), {
        ...(probes === undefined ? {} : { probes }),
        ...(steps === undefined ? {} : { steps }),
        ...(seed === undefined ? {} : { seed }),
      });
      return { vectors: { spectrumNodes: nodes, spectrumWeights: weights } };
    },
  });
}

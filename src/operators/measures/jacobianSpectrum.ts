import { failure } from "../../errors.ts";
import { generalEigenvalues } from "../../linalg/dense/generalEigenvalues.ts";
import {
  classify,
  predictedFactor,
  type StationaryMethod,
  stationaryMethods,
  stationaryPoints,
  stepLimit,
} from "../../linalg/spectra/stationaryMethods.ts";
import { measure } from "../../streams/author.ts";
import type { Measure } from "../../streams/types.ts";
import { checkOption, checkOptions } from "../support/checkOption.ts";
import { checkStepSize } from "../support/moves.ts";

export interface JacobianSpectrumOptions {
  /** Rows between two spectra. Default 1. */
  readonly every?: number;
  /** The largest dimension to make dense; above, an error says so. Default 500. */
  readonly maxDimension?: number;
  /** Methods whose largest stable step size to write. Default gradientStep, extragradient, optimistic, goldenRatio. */
  readonly limits?: readonly StationaryMethod[];
  /** The method that runs, and its step size, for the column `predictedFactor`. Default: none. */
  readonly method?: { readonly name: StationaryMethod; readonly stepSize: number };
}

/**
 * The eigenvalues of J, what they say of the point, and the step sizes that they allow each method.
 *
 * Vector columns `eigenvaluesReal`, `eigenvaluesImaginary`; category `stationaryPoint`: stable, unstable, saddle, rotating
 * or degenerate under z' = -F(z), meant for points near F = 0; `stepLimit` with the name of each method
 * (`stepLimitExtragradient`), the step size below which it is stable there; `predictedFactor`, by how much a step of the
 * running method multiplies the error in the long run, which `measuredRate` measures. All of it without the constraint:
 * inside C only.
 *
 * Cost a spectrum: n products and about 25 n^3 operations.
 *
 * @example iterate(bilinear(), [1, 1], gradientStep(0.1)).pipe(jacobianSpectrum({ method: { name: "gradientStep", stepSize: 0.1 } }))
 * @throws {RangeError} ERR_OPTION_RANGE; in the stream for a problem above `maxDimension`
 */
export function jacobianSpectrum(options: JacobianSpectrumOptions = {}): Measure {
  checkOptions("jacobianSpectrum", options);
  const who = "jacobianSpectrum";
  const { every = 1, maxDimension = 500, method } = options;
  const { limits = ["gradientStep", "extragradient", "optimistic", "goldenRatio"] } = options;
  checkOption(who, Number.isInteger(every) && every > 0, "every", "to be a positive integer", every);
  for (const name of method === undefined ? limits : [...limits, method.name]) {
    checkOption(who, stationaryMethods.includes(name), "a method", `of ${stationaryMethods.join(", ")}`, name);
  }
  if (method !== undefined) checkStepSize(who, method.stepSize);
  const limitColumns = limits.map((name) => [limitName(name), name] as const);
  return measure({
    name: who,
    columns: {
      eigenvaluesReal: { meaning: "real parts of the eigenvalues of J", kind: "vector" },
      eigenvaluesImaginary: { meaning: "imaginary parts of the eigenvalues of J", kind: "vector" },
      stationaryPoint: {
        meaning: "what the eigenvalues say of a stationary point",
        kind: "category",
        values: stationaryPoints,
      },
      predictedFactor: { meaning: "predicted factor a step of the error" },
      ...Object.fromEntries(
        limitColumns.map(([column, name]) => [column, { meaning: `step size below which ${name} is stable` }]),
      ),
    },
    step(it) {
      if (it.step % every !== 0) return;
      const n = it.point.length;
      if (n > maxDimension) {
        throw failure(
          "ERR_OPTION_RANGE",
          `${who}: expected at most ${maxDimension} coordinates, got ${n}; raise maxDimension, or use diagnoseField`,
        );
      }
      if (it.status === "diverged") return;
      const spectrum = generalEigenvalues(it.at.linearize());
      return {
        vectors: { eigenvaluesReal: spectrum.real, eigenvaluesImaginary: spectrum.imaginary },
        columns: {
          stationaryPoint: stationaryPoints.indexOf(classify(spectrum)),
          predictedFactor: method === undefined ? undefined : predictedFactor(method.name, method.stepSize, spectrum),
          ...Object.fromEntries(limitColumns.map(([column, name]) => [column, stepLimit(name, spectrum)])),
        },
      };
    },
  });
}

function limitName(name: StationaryMethod): string {
  return `stepLimit${name[0]!.toUpperCase()}${name.slice(1)}`;
}

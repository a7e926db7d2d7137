import { defineMeasure, failure, inRange, type Measure, readOptions } from "../../authoring/index.ts";
import { generalEigenvalues } from "../../linalg/dense/generalEigenvalues.ts";
import {
  classifyStationaryPoint,
  predictedFactor,
  type StationaryMethod,
  stationaryMethods,
  stationaryPoints,
  stepLimit,
} from "../../linalg/spectra/stationaryMethods.ts";
import { finiteMatrix } from "../support/finiteMatrix.ts";
import { type MeasuredSteps, measuredSteps, stepRules } from "../support/measuredSteps.ts";
import { positiveInteger } from "../support/rules.ts";

/** Options of {@link jacobianSpectrum}. */
export interface JacobianSpectrumOptions extends MeasuredSteps {
  /** Largest dimension; above it the measure throws an error. Default 500. */
  readonly maxDimension?: number;
  /**
   * Names of the methods whose largest stable step size is written. Default gradientStep, extragradient, optimistic,
   * goldenRatio.
   */
  readonly limits?: readonly StationaryMethod[];
  /** Name and step size of the method that runs, for the column `predictedFactor`. Default: the column stays empty. */
  readonly method?: { readonly name: StationaryMethod; readonly stepSize: number };
}

function isStationaryMethod(name: unknown): name is StationaryMethod {
  return (stationaryMethods as readonly unknown[]).includes(name);
}

const rules = {
  ...stepRules,
  maxDimension: { ...positiveInteger, default: 500, infinite: true },
  limits: {
    default: ["gradientStep", "extragradient", "optimistic", "goldenRatio"],
    expected: `a list of ${stationaryMethods.join(", ")}`,
    range: true,
    is: (value: readonly StationaryMethod[]) => Array.isArray(value) && value.every(isStationaryMethod),
  },
  method: {
    expected: `a name among ${stationaryMethods.join(", ")} and a positive stepSize`,
    range: true,
    is: (value: JacobianSpectrumOptions["method"]) =>
      isStationaryMethod(value?.name) && inRange(value?.stepSize, { above: 0 }),
  },
} as const;

/**
 * Measures the eigenvalues of J, what they say about the point, and the step sizes that they allow each method.
 *
 * Columns:
 * - `eigenvaluesReal` and `eigenvaluesImaginary`, vectors;
 * - `stationaryPoint`, a category: stable, unstable, saddle, rotating or degenerate under z' = -F(z), meant for points
 *   near F = 0;
 * - `stepLimit` with the name of each method (`stepLimitExtragradient`): the step size below which the method is stable
 *   there;
 * - `predictedFactor`: the factor by which a step of the running method multiplies the error in the long run, which
 *   `measuredRate` measures.
 *
 * All of them ignore the constraint, so they hold in the interior of C only.
 *
 * Use {@link hessianSpectrum} or {@link morseIndex} when J is symmetric, {@link diagnoseField} when n is large.
 *
 * Cost per measurement: n products and about 25 n^3 operations.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(0), gradientStep(0.1)))
 *   .pipe(jacobianSpectrum({ method: { name: "gradientStep", stepSize: 0.1 } }))
 *   .subscribe(({ columns }) => {
 *     console.log(stationaryPoints[columns.stationaryPoint!], columns.stepLimitExtragradient!.toFixed(4));
 *     console.log(columns.predictedFactor!.toFixed(6));
 *   });
 * // rotating 1.0000
 * // 1.004988
 * @param options {@link JacobianSpectrumOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range; in the stream for a problem above `maxDimension`
 */
export function jacobianSpectrum(options: JacobianSpectrumOptions = {}): Measure {
  const { maxDimension, limits, method, ...when } = readOptions("jacobianSpectrum", options, rules);
  const who = "jacobianSpectrum";
  const measured = measuredSteps(who, when);
  const limitColumns = limits.map((name) => [limitName(name), name] as const);
  return defineMeasure({
    name: who,
    columns: {
      eigenvaluesReal: { meaning: "real parts of the eigenvalues of J", kind: "vector" },
      eigenvaluesImaginary: { meaning: "imaginary parts of the eigenvalues of J", kind: "vector" },
      stationaryPoint: {
        meaning: "what the eigenvalues say of a stationary point",
        kind: "category",
        values: stationaryPoints,
      },
      predictedFactor: { meaning: "predicted factor of the error per step" },
      ...Object.fromEntries(
        limitColumns.map(([column, name]) => [column, { meaning: `step size below which ${name} is stable` }]),
      ),
    },
    step(it) {
      if (!measured(it)) return;
      const n = it.point.length;
      if (n > maxDimension) {
        throw failure(
          "ERR_OPTION_RANGE",
          `${who}: expected at most ${maxDimension} coordinates, got ${n}; raise maxDimension, or use diagnoseField`,
        );
      }
      if (it.status === "diverged") return;
      const matrix = finiteMatrix(it.at);
      if (matrix === undefined) return;
      const spectrum = generalEigenvalues(matrix);
      return {
        vectors: { eigenvaluesReal: spectrum.real, eigenvaluesImaginary: spectrum.imaginary },
        columns: {
          stationaryPoint: stationaryPoints.indexOf(classifyStationaryPoint(spectrum)),
          predictedFactor: method === undefined ? undefined : predictedFactor(method.name, method.stepSize, spectrum),
          ...Object.fromEntries(limitColumns.map(([column, name]) => [column, stepLimit(name, spectrum)])),
        },
      };
    },
  });
}

/** Name of a method's column: `stepLimitExtragradient`. */
function limitName(name: StationaryMethod): string {
  return `stepLimit${name[0]!.toUpperCase()}${name.slice(1)}`;
}

import { type Columns, defineMeasure, failure, type Measure, readOptions } from "../../authoring/index.ts";
import { symmetricFactor } from "../../linalg/dense/symmetricFactor.ts";
import { indexBounds } from "../../linalg/spectra/indexBounds.ts";
import { smallestAbsoluteEigenvalue } from "../../linalg/spectra/smallestAbsoluteEigenvalue.ts";
import { finiteMatrix } from "../support/finiteMatrix.ts";
import { type MeasuredSteps, measuredSteps, stepRules } from "../support/measuredSteps.ts";
import { requireSymmetric } from "../support/requireSymmetric.ts";
import { positiveInteger, seed } from "../support/rules.ts";

/** Options of {@link morseIndex}. */
export interface MorseIndexOptions extends MeasuredSteps {
  /** An eigenvalue counts as negative below -|threshold|. Default 1e-5 [1]. */
  readonly threshold?: number;
  /**
   * `inertia`: exact, from the signs of L D L^T of J + threshold I. `lanczos`: bounds proved by `steps` products, for n too large for
   * a matrix. Default `inertia`.
   */
  readonly by?: "inertia" | "lanczos";
  /** Of `lanczos`: products. Default min(n, 100). */
  readonly steps?: number;
  /** Of `lanczos`: of the start vector. Default 0. */
  readonly seed?: number;
}

const rules = {
  ...stepRules,
  threshold: { default: 1e-5 },
  by: { default: "inertia", oneOf: ["inertia", "lanczos"] },
  steps: positiveInteger,
  seed,
} as const;

/**
 * Counts the negative eigenvalues of the Jacobian at each iterate that it measures.
 *
 * Columns: `morseIndex`, the count of eigenvalues below -threshold (divide by n for the fraction of [1]), and
 * `smallestAbsoluteEigenvalue`, how near to singular J is. The count depends on the threshold and on how critical the
 * point is: near-zero modes drift with ||F||, so report it with ||F||^2. Eigenvalues themselves are `spectrum`'s.
 *
 * By `lanczos`: `morseIndexAtLeast` and `morseIndexAtMost` (see `indexBounds`), with `morseIndex` where both agree; and
 * `smallestAbsoluteEigenvalue` is not measured.
 *
 * A last row is one whose status is not "running"; a stream that `take` cuts has none. Cost of a measurement: n products, 2/3 n^3
 * operations and n^2 numbers; or `steps` products, 4 steps^2 n operations.
 *
 * @example iterate(problem, start, newtonMR()).pipe(untilCritical({ squaredFieldNorm: 1e-20 }), morseIndex({ when: "end" }))
 * @param options {@link MorseIndexOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range or in contradiction
 * @throws {TypeError} ERR_NOT_SYMMETRIC, in the stream, for a problem whose Jacobian is not symmetric
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export function morseIndex(options: MorseIndexOptions = {}): Measure {
  const { threshold, by, steps, seed: key, ...when } = readOptions("morseIndex", options, rules);
  const who = "morseIndex";
  const measured = measuredSteps(who, when);
  if (steps !== undefined && by !== "lanczos") {
    throw failure("ERR_OPTION_RANGE", `${who}: expected steps beside by: "lanczos" only, got by: "${by}"`);
  }
  const bound = -Math.abs(threshold);
  const count = { meaning: `number of eigenvalues of J below ${bound}` };
  const columns: Columns =
    by === "inertia"
      ? {
          morseIndex: count,
          smallestAbsoluteEigenvalue: { meaning: "smallest absolute value of an eigenvalue of J" },
        }
      : {
          morseIndex: count,
          morseIndexAtLeast: { meaning: `a lower bound of the number of eigenvalues of J below ${bound}` },
          morseIndexAtMost: { meaning: `an upper bound of the number of eigenvalues of J below ${bound}` },
        };
  return defineMeasure({
    name: who,
    columns,
    step(it): { readonly columns: Readonly<Record<string, number | undefined>> } | undefined {
      if (!measured(it)) return undefined;
      requireSymmetric(who, it.at.problem, "a game's Jacobian has no index");
      // What is not finite has no spectrum: not measured, and the row's status says why.
      if (!Number.isFinite(it.squaredFieldNorm)) return undefined;
      if (by === "lanczos") {
        const { lower, upper } = indexBounds(it.at.linearize(), {
          below: bound,
          seed: key,
          ...(steps === undefined ? {} : { steps }),
        });
        return {
          columns: {
            morseIndex: lower === upper ? lower : undefined,
            morseIndexAtLeast: lower,
            morseIndexAtMost: upper,
          },
        };
      }
      const matrix = finiteMatrix(it.at);
      if (matrix === undefined) return undefined;
      return {
        columns: {
          morseIndex: symmetricFactor(matrix, bound).inertia.negative,
          smallestAbsoluteEigenvalue: smallestAbsoluteEigenvalue(matrix),
        },
      };
    },
  });
}

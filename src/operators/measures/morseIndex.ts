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
  /** Threshold: an eigenvalue counts as negative below -|threshold|. Default 1e-5 [1]. */
  readonly threshold?: number;
  /**
   * Method. `inertia`: exact, from the signs of L D L^T of J + threshold I. `lanczos`: bounds proved by `steps`
   * products, for n too large for a matrix. Default `inertia`.
   */
  readonly by?: "inertia" | "lanczos";
  /** Number of products of `lanczos`. Default min(n, 100). */
  readonly steps?: number;
  /** Seed of the Lanczos start vector. Default 0. */
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
 * By `inertia` the columns are `morseIndex`, the number of eigenvalues below -threshold (divide it by n for the
 * fraction of [1]), and `smallestAbsoluteEigenvalue`, which says how near to singular J is. The count depends on the
 * threshold and on how critical the point is, since near-zero modes drift with ||F||; so report it with ||F||^2.
 *
 * By `lanczos` the columns are `morseIndexAtLeast` and `morseIndexAtMost` (see `indexBounds`), and `morseIndex` where
 * both agree; `smallestAbsoluteEigenvalue` is not measured.
 *
 * The last row is the one whose status is not "running"; a stream cut by `take` does not have one. A row whose J is not
 * finite is not measured.
 *
 * Use {@link hessianSpectrum} for the eigenvalues themselves, {@link jacobianSpectrum} for the field of a game.
 *
 * Cost per measurement: n products, 2/3 n^3 operations and n^2 numbers; by `lanczos` `steps` products and 4 steps^2 n
 * operations.
 *
 * @example
 * const loss = deepLinearAutoencoder({ inputs: 2, hidden: 1, data: Float64Array.of(2, 0, 0, 1) });
 * const search = chain(untilCritical({ squaredFieldNorm: 1e-20 }), newtonMR(), morseIndex({ when: "end" }));
 * for (const start of [[0, 0.9, 0, 1.1], [0.9, 0, 1.1, 0]]) {
 *   const { value, columns } = await lastValueFrom(iterate(loss, start, search));
 *   console.log(value.toFixed(4), columns.morseIndex);
 * }
 * // 1.0000 1
 * // 0.2500 0
 * @param options {@link MorseIndexOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options that are out of range or contradict each other
 * @throws {TypeError} ERR_NOT_SYMMETRIC, in the stream, for a problem whose Jacobian is not symmetric
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export function morseIndex(options: MorseIndexOptions = {}): Measure {
  const { threshold, by, steps, seed: key, ...when } = readOptions("morseIndex", options, rules);
  const who = "morseIndex";
  const measured = measuredSteps(who, when);
  if (steps !== undefined && by !== "lanczos") {
    throw failure("ERR_OPTION_RANGE", `${who}: expected steps only together with by: "lanczos", got by: "${by}"`);
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
      requireSymmetric(who, it.at.problem, "use jacobianSpectrum, since the index counts real eigenvalues");
      // Such a row is not measured, and its status says why.
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

import {
  type Columns,
  defineMeasure,
  failure,
  isFiniteVector,
  type Measure,
  readOptions,
} from "../../authoring/index.ts";
import { indexBounds } from "../../linalg/spectra/indexBounds.ts";
import { whereFinite } from "../support/finiteMatrix.ts";
import { gap, indexAt, indexThreshold, thresholdText } from "../support/indexAt.ts";
import { type MeasuredSteps, measuredSteps, stepRules } from "../support/measuredSteps.ts";
import { requireSymmetric } from "../support/requireSymmetric.ts";
import { positiveInteger, seed } from "../support/rules.ts";

/** Options of {@link morseIndex}. */
export interface MorseIndexOptions extends MeasuredSteps {
  /**
   * Threshold as a share of the largest |eigenvalue|, in [0, 1): an eigenvalue counts as negative below minus this
   * share of it. Default 1e-6, which on the networks of [1] gives nearly the counts of their absolute 1e-5.
   */
  readonly relativeThreshold?: number;
  /**
   * Threshold in the units of J, as in [1], where it is 1e-5: an eigenvalue counts as negative below -|threshold|. It
   * replaces `relativeThreshold`. Default: none.
   */
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
  relativeThreshold: { min: 0, below: 1 },
  threshold: {},
  by: { default: "inertia", oneOf: ["inertia", "lanczos"] },
  steps: positiveInteger,
  seed,
} as const;

/**
 * Counts the negative eigenvalues of the Jacobian at each iterate that it measures.
 *
 * By `inertia` the columns are
 * - `morseIndex`, the number of eigenvalues below -threshold (divide it by n for the fraction of [1]);
 * - `indexThreshold`, the threshold in the units of J;
 * - `nearThreshold`, the number of eigenvalues whose size lies within a factor of 10 of it. The count is certain where
 *   this is 0; where J = 0 it is n. With a relative threshold and n <= 100 it also has the eigenvalues that would count
 *   otherwise if every parameter were measured in units in which its curvature is about 1: a threshold hides them where
 *   parameters are of very different size. Curvatures below n epsilon of the largest are taken for rounding;
 * - `smallestAbsoluteEigenvalue` and `largestAbsoluteEigenvalue`, which say how near to singular J is.
 *
 * The count does not depend on the units of the loss or of the parameters, unless `threshold` is given. It does depend
 * on how critical the point is, since near-zero modes drift with ||F||; so report it with the verdict of `classifyEnd`.
 *
 * By `lanczos` the columns are `morseIndexAtLeast` and `morseIndexAtMost` (see `indexBounds`), `morseIndex` where both
 * agree, and `indexThreshold`; the others are not measured.
 *
 * The last row is the one whose status is not "running"; a stream cut by `take` does not have one. A row whose J is not
 * finite, or has lost digits to underflow (entries below 2^-900), is not measured.
 *
 * Use {@link hessianSpectrum} for the eigenvalues themselves, {@link jacobianSpectrum} for the field of a game.
 *
 * Cost per measurement: n products, 2/3 n^3 operations (2 n^3 where eigenvalues lie near the threshold) and n^2
 * numbers; by `lanczos` `steps` products and 4 steps^2 n operations.
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
  const { relativeThreshold, threshold, by, steps, seed: key, ...when } = readOptions("morseIndex", options, rules);
  const who = "morseIndex";
  const measured = measuredSteps(who, when);
  if (steps !== undefined && by !== "lanczos") {
    throw failure("ERR_OPTION_RANGE", `${who}: expected steps only together with by: "lanczos", got by: "${by}"`);
  }
  if (threshold !== undefined && relativeThreshold !== undefined) {
    throw failure("ERR_OPTION_RANGE", `${who}: expected threshold or relativeThreshold, got both`);
  }
  const wanted = indexThreshold(threshold, relativeThreshold);
  const where = thresholdText(wanted);
  const common: Columns = {
    morseIndex: { meaning: `number of eigenvalues of J below ${where}` },
    indexThreshold: { meaning: "size beyond which a negative eigenvalue counts as negative" },
  };
  const columns: Columns =
    by === "inertia"
      ? {
          ...common,
          nearThreshold: { meaning: `number of eigenvalues of J whose size is within a factor of ${gap} of it` },
          smallestAbsoluteEigenvalue: { meaning: "smallest absolute value of an eigenvalue of J" },
          largestAbsoluteEigenvalue: { meaning: "largest absolute value of an eigenvalue of J" },
        }
      : {
          ...common,
          morseIndexAtLeast: { meaning: `a lower bound of the number of eigenvalues of J below ${where}` },
          morseIndexAtMost: { meaning: `an upper bound of the number of eigenvalues of J below ${where}` },
        };
  return defineMeasure({
    name: who,
    columns,
    step(it): { readonly columns: Readonly<Record<string, number | undefined>> } | undefined {
      if (!measured(it)) return undefined;
      requireSymmetric(who, it.at.problem, "use jacobianSpectrum, since the index counts real eigenvalues");
      // Such a row is not measured, and its status says why.
      if (!isFiniteVector(it.at.field)) return undefined;
      if (by === "lanczos") {
        const bounds = whereFinite(() =>
          indexBounds(it.at.linearize(), {
            seed: key,
            ...("absolute" in wanted ? { below: -wanted.absolute } : { belowShare: wanted.relative }),
            ...(steps === undefined ? {} : { steps }),
          }),
        );
        if (bounds === undefined) return undefined;
        const { lower, upper } = bounds;
        return {
          columns: {
            morseIndex: lower === upper ? lower : undefined,
            indexThreshold: -bounds.below,
            morseIndexAtLeast: lower,
            morseIndexAtMost: upper,
          },
        };
      }
      const counts = indexAt(it.at, wanted);
      if (counts === undefined) return undefined;
      return {
        columns: {
          morseIndex: counts.negative,
          indexThreshold: counts.threshold,
          nearThreshold: counts.near,
          smallestAbsoluteEigenvalue: counts.smallest,
          largestAbsoluteEigenvalue: counts.largest,
        },
      };
    },
  });
}

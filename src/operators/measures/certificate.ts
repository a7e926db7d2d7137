import { defineMeasure, isFiniteVector, type Measure, norm, readOptions } from "../../authoring/index.ts";
import { certify } from "../../certify/certify.ts";
import type { Symmetry } from "../../problems/symmetries/symmetry.ts";
import { type MeasuredSteps, measuredSteps, stepRules } from "../support/measuredSteps.ts";

/** Options of {@link certificate}. */
export interface CertificateOptions extends MeasuredSteps {
  /** Symmetries of the loss. Default: those that the problem's construction proves, see `symmetriesOf`. */
  readonly symmetry?: Symmetry | readonly Symmetry[];
  /** Most steps of Newton's method after a first attempt that fails. Default 8. */
  readonly polish?: number;
  /** `grow` looks for a large radius of uniqueness. Default `least`. */
  readonly radius?: "least" | "grow";
  /** Least radius of `no zero`, relative to ||z||. Default 1e-4. */
  readonly leastRadius?: number;
}

const rules = {
  ...stepRules,
  // `certify` checks these again, with all that it knows of the problem.
  symmetry: {
    expected: "a symmetry or a list of them",
    is: (value: unknown) => typeof value === "object" && value !== null,
  },
  polish: { default: 8, integer: true, min: 0 },
  radius: { default: "least", oneOf: ["least", "grow"] },
  leastRadius: { default: 1e-4, above: 0, infinite: true },
} as const;

/** The numbers of the column `certified` by the verdict of `certify`. */
const codes = { zero: 1, "zero, given the symmetry": 2, undecided: 0, "no zero": -1 } as const;

/**
 * Proves that a critical point lies near the iterates that it measures, with its Morse index, or that none does.
 *
 * The columns are
 * - `certified`: 1 for a zero of F that is proved, 2 for one that is proved if a symmetry holds that nobody has proved, 0
 *   for undecided, -1 where it is proved that there is none near the point;
 * - `certifiedIndex` and `certifiedKernel`, the exact Morse index and dimension of the kernel at the zero;
 * - `certifiedRadius`, within which the zero lies, and `certifiedUnique`, within which it is the only one;
 * - `certifiedMoved`, the distance of the point around which both radii are taken from the iterate: 0 unless Newton's
 *   steps had to lead on from it; `certifiedShare`, the same relative to the length of the iterate;
 * - `certifiedLossLow` and `certifiedLossHigh`, which enclose the loss at the zero;
 * - `excludedRadius`, within which of the iterate there is no zero.
 *
 * A column without a number was not measured: an index where there is no zero or no gradient, a radius that was not
 * needed. Rows whose point or field is not finite are not measured. {@link classifyEnd}, put after this measure, takes
 * its word. {@link certify} says more, among it the reason why nothing is decided.
 *
 * Use {@link morseIndex} for the count that needs a tolerance but no graph, {@link kantorovich} for a cheap guess.
 *
 * Cost per measurement: that of `certify`, 20 to 200 n^3 operations.
 *
 * @example
 * const loss = deepLinearAutoencoder({ inputs: 2, hidden: 1, data: Float64Array.of(2, 0, 0, 1) });
 * const search = chain(untilCritical({ squaredFieldNorm: 1e-8 }), newtonMR(), certificate({ when: "end" }));
 * const { columns } = await lastValueFrom(iterate(loss, [0, 0.9, 0, 1.1], search));
 * console.log(columns.certified, columns.certifiedIndex, columns.certifiedKernel);
 * // 1 1 1
 * @param options {@link CertificateOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options that are out of range or contradict each other
 * @throws {TypeError} ERR_UNSUPPORTED, in the stream, for a problem that is not traced, or under a constraint that is
 *   active
 */
export function certificate(options: CertificateOptions = {}): Measure {
  const who = "certificate";
  const { symmetry, polish, radius, leastRadius, ...when } = readOptions(who, options, rules);
  const measured = measuredSteps(who, when);
  return defineMeasure({
    name: who,
    columns: {
      certified: { meaning: "1: a zero of F is proved, 2: given a symmetry, 0: undecided, -1: none is near, proved" },
      certifiedIndex: { meaning: "Morse index at the proved zero" },
      certifiedKernel: { meaning: "dimension of the kernel of J at the proved zero" },
      certifiedRadius: { meaning: "distance within which the proved zero lies" },
      certifiedUnique: { meaning: "distance within which the proved zero is the only one" },
      certifiedMoved: { meaning: "distance of the centre of both radii from the iterate" },
      certifiedShare: { meaning: "the same, relative to the length of the iterate" },
      certifiedLossLow: { meaning: "lower bound of the loss at the proved zero" },
      certifiedLossHigh: { meaning: "upper bound of the loss at the proved zero" },
      excludedRadius: { meaning: "distance within which F has no zero, proved" },
    },
    step(it) {
      if (!measured(it) || !isFiniteVector(it.point) || !isFiniteVector(it.at.field)) return undefined;
      const found = certify(it.at.problem, it.point, {
        polish,
        radius,
        leastRadius,
        ...(symmetry === undefined ? {} : { symmetry }),
      });
      const proved = found.exists !== undefined;
      return {
        columns: {
          certified: codes[found.verdict],
          certifiedIndex: found.morseIndex,
          certifiedKernel: found.kernelDimension,
          certifiedRadius: found.exists,
          certifiedUnique: found.unique,
          certifiedMoved: proved ? found.moved : undefined,
          certifiedShare: proved ? (found.moved === 0 ? 0 : found.moved / norm(it.point)) : undefined,
          certifiedLossLow: found.loss?.low,
          certifiedLossHigh: found.loss?.high,
          excludedRadius: found.excluded,
        },
      };
    },
  });
}

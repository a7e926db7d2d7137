import { defineMeasure, isFiniteVector, type Measure, readOptions } from "../../authoring/index.ts";
import { kantorovichNumber } from "../support/ends/kantorovichNumber.ts";
import { type MeasuredSteps, measuredSteps, stepRules } from "../support/measuredSteps.ts";
import { requireSymmetric } from "../support/requireSymmetric.ts";

/** Options of {@link kantorovich}. */
export interface KantorovichOptions extends MeasuredSteps {}

/**
 * Estimates how near an iterate is to a critical point, in units of the distance within which Newton's method converges.
 *
 * The columns are
 * - `kantorovichH`, h = 2 L beta / mu, with the length beta of Newton's step outside the kernel, the smallest |eigenvalue|
 *   mu there, and a sampled Lipschitz constant L of J. By the theorem of Newton and Kantorovich a zero is near where
 *   h <= 1/2 with the true L;
 * - `kantorovichKernel`, the number of eigenvalues that may be zero there, and `kantorovichIndex`, the number of negative
 *   ones among the others;
 * - `kantorovichLeak`, the share of F in the kernel of what the change of J explains. Above 1 the kernel is not one.
 *
 * h does not depend on the units of the loss or of all parameters together. But it is a heuristic: L is sampled. On the
 * linear autoencoder h <= 1/2 and leak <= 1 do not beat a tolerance on ||F||^2 that was tuned in its units, and h <= 1/2
 * alone was wrong about the index. What it offers is that no tuning is needed, and indices that count the right
 * eigenvalues. {@link certificate} proves its answers.
 *
 * Rows whose field or J is not finite are not measured.
 *
 * Cost per measurement: n + 48 products, 9 n^3 operations.
 *
 * @example
 * const search = chain(untilCritical({ squaredFieldNorm: 1e-4 }), newtonMR(), kantorovich({ when: "end" }));
 * const { columns } = await lastValueFrom(iterate(quartic(), [-3.5, 1], search));
 * console.log(columns.kantorovichH! < 0.5, columns.kantorovichIndex);
 * // true 0
 * @param options {@link KantorovichOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options that are out of range or contradict each other
 * @throws {TypeError} ERR_NOT_SYMMETRIC, in the stream, for a problem whose Jacobian is not symmetric
 */
export function kantorovich(options: KantorovichOptions = {}): Measure {
  const who = "kantorovich";
  const measured = measuredSteps(who, readOptions(who, options, stepRules));
  return defineMeasure({
    name: who,
    columns: {
      kantorovichH: { meaning: "h = 2 L beta / mu: near a zero where it is at most 1/2, if L is right" },
      kantorovichIndex: { meaning: "number of negative eigenvalues of J outside the kernel" },
      kantorovichKernel: { meaning: "number of eigenvalues of J that may be zero at the zero" },
      kantorovichLeak: { meaning: "F in the kernel of J, divided by what the change of J explains" },
    },
    step(it) {
      if (!measured(it)) return undefined;
      requireSymmetric(who, it.at.problem, "it counts real eigenvalues");
      if (!isFiniteVector(it.at.field)) return undefined;
      const found = kantorovichNumber(it.at);
      return {
        columns: {
          kantorovichH: found?.h,
          kantorovichIndex: found?.index,
          kantorovichKernel: found?.kernel,
          kantorovichLeak: found?.leak,
        },
      };
    },
  });
}

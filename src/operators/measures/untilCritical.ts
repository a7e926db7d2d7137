import { defineRowMeasure, type RowMeasure, readOptions } from "../../authoring/index.ts";

/** Options of {@link untilCritical}. */
export interface UntilCriticalOptions {
  /** Bound epsilon on the square: a row is critical where ||F||^2 <= epsilon. */
  readonly squaredFieldNorm: number;
}

const rules = { squaredFieldNorm: { required: true, min: 0 } } as const;

/**
 * Ends the run with the first epsilon-critical row, where ||F||^2 <= epsilon; its status is "converged".
 *
 * Placed first inside the update it saves the last update's cost; it also works after the loop and on replays. To trust
 * a Morse index, epsilon must be strict: 1e-10 at most [1].
 *
 * Use {@link naturalResidual} with a tolerance when there is a constraint, {@link untilStep} to limit the number of
 * steps.
 *
 * Cost: negligible.
 *
 * @example
 * iterate(quartic(), [-3.1, 0.1], chain(untilCritical({ squaredFieldNorm: 1e-4 }), gradientStep(0.03)))
 *   .pipe(takeLast(2))
 *   .subscribe((it) => console.log(it.step, it.status, it.squaredFieldNorm.toExponential(1)));
 * // 12 running 1.9e-4
 * // 13 converged 9.3e-5
 * @param options {@link UntilCriticalOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for a bound that is missing or negative
 * @see [1] Frye et al., "Numerically recovering the critical points of a deep linear autoencoder", 2019,
 *   arXiv:1901.10603
 */
export function untilCritical(options: UntilCriticalOptions): RowMeasure {
  const { squaredFieldNorm } = readOptions("untilCritical", options, rules);
  return defineRowMeasure({
    name: "untilCritical",
    step: (row) => (row.squaredFieldNorm <= squaredFieldNorm ? { status: "converged" } : undefined),
  });
}

import { defineRowMeasure, failure, type RowMeasure, readOptions } from "../../authoring/index.ts";
import { fieldNorm } from "../support/fieldNorm.ts";

/** Options of {@link untilCritical}; one of the two is needed. */
export interface UntilCriticalOptions {
  /** Bound epsilon on the square, in the units of the problem: a row is critical where ||F||^2 <= epsilon. */
  readonly squaredFieldNorm?: number;
  /** Bound on ||F|| relative to the largest ||F|| of the rows so far, in [0, 1). */
  readonly relativeTolerance?: number;
}

const rules = { squaredFieldNorm: { min: 0 }, relativeTolerance: { min: 0, below: 1 } } as const;

/**
 * Ends the run with the first epsilon-critical row, where ||F||^2 <= epsilon; its status is "converged".
 *
 * With `relativeTolerance` it ends the run where ||F|| is at most that share of the largest ||F|| so far, whatever the
 * units of the loss and of the parameters. Such a row is not critical for that reason alone: F may merely have decayed.
 * `classifyEnd` judges it.
 *
 * Placed first inside the update it saves the last update's cost; it also works after the loop and on replays. To trust
 * a Morse index, epsilon must be strict: 1e-10 at most on the networks of [1].
 *
 * Use {@link naturalResidual} with a tolerance when there is a constraint, {@link untilStep} to limit the number of
 * steps.
 *
 * Cost: negligible. State: the largest ||F||.
 *
 * @example
 * iterate(quartic(), [-3.1, 0.1], chain(untilCritical({ squaredFieldNorm: 1e-4 }), gradientStep(0.03)))
 *   .pipe(takeLast(2))
 *   .subscribe((it) => console.log(it.step, it.status, it.squaredFieldNorm.toExponential(1)));
 * // 12 running 1.9e-4
 * // 13 converged 9.3e-5
 * @param options {@link UntilCriticalOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for a bound out of range, and if there is none
 * @throws {TypeError} ERR_OPTION_TYPE if there is no bound
 * @see [1] Frye et al., "Numerically recovering the critical points of a deep linear autoencoder", 2019,
 *   arXiv:1901.10603
 */
export function untilCritical(options: UntilCriticalOptions): RowMeasure {
  const { squaredFieldNorm, relativeTolerance } = readOptions("untilCritical", options, rules);
  if (squaredFieldNorm === undefined && relativeTolerance === undefined) {
    throw failure(
      "ERR_OPTION_TYPE",
      "untilCritical: expected squaredFieldNorm or relativeTolerance, got neither; give the bound at which to stop",
    );
  }
  return defineRowMeasure({
    name: "untilCritical",
    init: (_first, previous?: { largest: number }) => previous ?? { largest: 0 },
    step(row, state) {
      if (squaredFieldNorm !== undefined && row.squaredFieldNorm <= squaredFieldNorm) return { status: "converged" };
      if (relativeTolerance === undefined) return undefined;
      const norm = fieldNorm(row);
      if (norm > state.largest && Number.isFinite(norm)) state.largest = norm;
      return norm <= relativeTolerance * state.largest ? { status: "converged" } : undefined;
    },
  });
}

import { defineRowMeasure, type RowMeasure, readOptions } from "../../authoring/index.ts";

/** Options of {@link untilCritical}. */
export interface UntilCriticalOptions {
  /** epsilon: critical where ||F||^2 <= epsilon. A bound on the square. */
  readonly squaredFieldNorm: number;
}

const rules = { squaredFieldNorm: { required: true, min: 0 } } as const;

/**
 * Ends with the first epsilon-critical row, status "converged": ||F||^2 <= epsilon.
 *
 * First inside the update it saves the last update's cost; it works after the loop and on replays too. To trust a Morse index, epsilon
 * has to be strict: 1e-10 at most [1].
 *
 * @example chain(untilCritical({ squaredFieldNorm: 1e-20 }), newtonMR())
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Frye et al., "Numerically recovering the critical points of a deep linear autoencoder", 2019, arXiv:1901.10603
 */
export function untilCritical(options: UntilCriticalOptions): RowMeasure {
  const { squaredFieldNorm } = readOptions("untilCritical", options, rules);
  return defineRowMeasure({
    name: "untilCritical",
    step: (row) => (row.squaredFieldNorm <= squaredFieldNorm ? { status: "converged" } : undefined),
  });
}

import { failure } from "../../errors.ts";
import { measureRows } from "../../streams/author.ts";
import type { RowMeasure } from "../../streams/types.ts";

/** Options of {@link untilCritical}. */
export interface UntilCriticalOptions {
  /** epsilon: critical where ||F||^2 <= epsilon. A bound on the square. */
  readonly squaredNorm: number;
}

/**
 * Ends with the first epsilon-critical row, status "converged": ||F||^2 <= epsilon.
 *
 * First inside the update it saves the last update's cost; it works after the loop and on replays too. To trust a Morse index, epsilon
 * has to be strict: 1e-10 at most [1].
 *
 * @example method(untilCritical({ squaredNorm: 1e-20 }), newtonMR())
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Frye et al., "Numerically recovering the critical points of a deep linear autoencoder", 2019, arXiv:1901.10603
 */
export function untilCritical({ squaredNorm }: UntilCriticalOptions): RowMeasure {
  if (!(squaredNorm >= 0)) {
    throw failure(
      "ERR_OPTION_RANGE",
      `untilCritical: expected squaredNorm to be a non-negative number, got ${squaredNorm}`,
    );
  }
  return measureRows({
    name: "untilCritical",
    step: (row) => (row.squaredNorm <= squaredNorm ? { status: "converged" } : undefined),
  });
}

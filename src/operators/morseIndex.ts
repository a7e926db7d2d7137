import { failure } from "../errors.ts";
import { symmetricEigen } from "../linalg/dense.ts";
import { measure } from "../streams/author.ts";
import type { Measure } from "../streams/types.ts";

/** Options of {@link morseIndex}. */
export interface MorseIndexOptions {
  /** Measures the steps that are multiples of this, and the last row; a positive integer, or Infinity. Default 1. */
  readonly every?: number;
  /** `end`: last rows only, as a search wants. Contradicts `every`. Default: as `every` says. */
  readonly when?: "end";
  /** An eigenvalue counts as negative below -|threshold|. Default 1e-5 [1]. */
  readonly threshold?: number;
}

/**
 * Counts the negative eigenvalues of the Jacobian at each iterate that it measures.
 *
 * Columns: `morseIndex`, the count of eigenvalues below -threshold (divide by n for the fraction of [1]), and
 * `smallestAbsoluteEigenvalue`, how near to singular J is. The count depends on the threshold and on how critical the
 * point is: near-zero modes drift with ||F||, so report it with ||F||^2.
 *
 * A last row is one whose status is not "running"; a stream that `take` cuts has none. Cost of a measurement: n products
 * and about 9 n^3 operations, 3 n^2 numbers.
 *
 * @example iterate(problem, start, newtonMR()).pipe(untilCritical({ squaredNorm: 1e-20 }), morseIndex({ when: "end" }))
 * @param options {@link MorseIndexOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range or in contradiction
 * @throws {TypeError} ERR_NOT_SYMMETRIC, in the stream, for a problem whose Jacobian is not symmetric
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export function morseIndex(options: MorseIndexOptions = {}): Measure {
  const { when, every = when === "end" ? Number.POSITIVE_INFINITY : 1, threshold = 1e-5 } = options;
  if (!(every === Number.POSITIVE_INFINITY || (Number.isInteger(every) && every > 0))) {
    throw failure("ERR_OPTION_RANGE", `morseIndex: expected every to be a positive integer or Infinity, got ${every}`);
  }
  if (when === "end" && options.every !== undefined) {
    throw failure("ERR_OPTION_RANGE", `morseIndex: expected when: "end" or every, got both (every: ${every})`);
  }
  if (!Number.isFinite(threshold)) {
    throw failure("ERR_OPTION_RANGE", `morseIndex: expected a finite threshold, got ${threshold}`);
  }
  const bound = -Math.abs(threshold);
  return measure({
    name: "morseIndex",
    columns: {
      morseIndex: { meaning: `number of eigenvalues of J below ${bound}` },
      smallestAbsoluteEigenvalue: { meaning: "smallest absolute value of an eigenvalue of J" },
    },
    step(it) {
      if (it.status === "running" && it.step % every !== 0) return;
      if (it.status === "running" && every === Number.POSITIVE_INFINITY) return;
      const { problem } = it.at;
      if (!problem.symmetric) {
        throw failure(
          "ERR_NOT_SYMMETRIC",
          `morseIndex: expected a problem whose Jacobian is symmetric, got ${problem.name}; a game's Jacobian has no index`,
        );
      }
      // What is not finite has no spectrum: not measured, and the row's status says why.
      if (!Number.isFinite(it.squaredNorm)) return;
      const { values } = symmetricEigen(it.at.linearize());
      let count = 0;
      let smallest = Number.POSITIVE_INFINITY;
      for (const value of values) {
        if (value < bound) count++;
        smallest = Math.min(smallest, Math.abs(value));
      }
      return { columns: { morseIndex: count, smallestAbsoluteEigenvalue: smallest } };
    },
  });
}

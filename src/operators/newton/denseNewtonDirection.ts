import { defineUpdate, norm, readOptions, settingOf, type Update } from "../../authoring/index.ts";
import { luFactor } from "../../linalg/dense/luFactor.ts";
import { pseudoSolve } from "../../linalg/dense/pseudoInverse.ts";
import { denseMatrix } from "../../linalg/maps/maps.ts";
import { finiteMatrix } from "../support/finiteMatrix.ts";

/** Options of {@link denseNewtonDirection}. */
export interface DenseNewtonDirectionOptions {
  /**
   * Inverse that is applied. `exact`: J^-1 by LU. `pseudo`: J^+ by eigenvalues or singular values. Default `pseudo`.
   */
  readonly inverse?: "exact" | "pseudo";
  /**
   * Share of the largest singular value, in [0, 1), up to which others count as zero in `pseudo`. Default 1e-10.
   * Steerable.
   */
  readonly cutoff?: number;
}

const rules = {
  inverse: { default: "pseudo", oneOf: ["exact", "pseudo"] },
  cutoff: { default: 1e-10, min: 0, below: 1 },
} as const;

/**
 * Makes the direction Newton's, p = -J^-1 F or p = -J^+ F, from the matrix of J.
 *
 * It works for fields that are not gradients too. Where J is not finite, or singular to the last bit with `exact`,
 * there is no such direction, and this is the last row (status "stagnated", `rank` undefined). Near a singular J the
 * exact direction is as long as 1 / sigma_min, and so is that of the pseudo-inverse until sigma_min falls below the
 * cutoff; a line search after it keeps the step within reach.
 *
 * Columns: `directionNorm`, ||p||; `rank`, the number of singular values above the cutoff.
 *
 * When it works: small n, where it is the yardstick for the iterative methods. It converges quadratically to any zero
 * with a regular J, and with `pseudo` to degenerate zeros whose kernel is a symmetry of the loss, such as all those of
 * a linear autoencoder.
 *
 * Use {@link newtonDirection} when n is large and J symmetric, {@link levenbergMarquardt} when n is large and J is not.
 *
 * Cost: n products, n^2 numbers, 2/3 n^3 operations (`exact`) or about 9 n^3 (`pseudo`; 22 n^3 where J is not
 * symmetric).
 *
 * @example
 * const search = chain(denseNewtonDirection(), backtrackGradientNorm({ stepSize: 1 }));
 * iterate(quartic(), [-3.5, 1], chain(untilCritical({ squaredFieldNorm: 1e-20 }), search))
 *   .pipe(take(3))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toFixed(4), it.columns.rank));
 * // 0 350.7256 2
 * // 1 16.1618 2
 * // 2 0.0732 2
 * @param options {@link DenseNewtonDirectionOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 */
export function denseNewtonDirection(options: DenseNewtonDirectionOptions = {}): Update {
  const { inverse, cutoff } = readOptions("denseNewtonDirection", options, rules);
  const who = "denseNewtonDirection";
  return defineUpdate({
    name: who,
    settings: { cutoff: settingOf(rules.cutoff, cutoff) },
    columns: {
      directionNorm: { meaning: "||p||" },
      rank: { meaning: "singular values of J above the cutoff; n for the exact inverse" },
    },
    step(it, _state, settings) {
      const none = {
        stepSize: 0,
        next: it.at,
        status: "stagnated" as const,
        columns: { directionNorm: undefined, rank: undefined },
      };
      const matrix = finiteMatrix(it.at);
      if (matrix === undefined) return none;
      const { problem, field } = it.at;
      const n = field.length;
      const right = field.map((f) => -f);
      if (inverse === "pseudo") {
        const map = denseMatrix(n, n, matrix, { symmetric: problem.symmetric });
        const { x, rank } = pseudoSolve(map, right, settings.cutoff);
        return { direction: x, columns: { directionNorm: norm(x), rank } };
      }
      const x = luFactor(matrix).solve(right);
      if (x === undefined) return none;
      return { direction: x, columns: { directionNorm: norm(x), rank: n } };
    },
  });
}

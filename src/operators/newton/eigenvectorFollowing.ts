import {
  axpy,
  checkOption,
  defineUpdate,
  dot,
  norm,
  readOptions,
  rowVector,
  scale,
  settingOf,
  type Update,
} from "../../authoring/index.ts";
import { symmetricEigen } from "../../linalg/dense/dense.ts";
import { finiteMatrix } from "../support/finiteMatrix.ts";
import { requireSymmetric } from "../support/requireSymmetric.ts";
import { naturalNumber } from "../support/rules.ts";

/** Options of {@link eigenvectorFollowing}. */
export interface EigenvectorFollowingOptions {
  /** Morse index k of the saddle sought, a natural number up to n. Default 1, a transition state. */
  readonly index?: number;
  /** Bound on the length of a step, > 0. Default 0.3. Steerable. */
  readonly maxNorm?: number;
  /**
   * Share of the largest absolute eigenvalue, in [0, 1), up to which others contribute nothing to the step.
   * Default 1e-10.
   */
  readonly cutoff?: number;
}

const rules = {
  index: { ...naturalNumber, default: 1 },
  maxNorm: { default: 0.3, above: 0, infinite: true },
  cutoff: { default: 1e-10, min: 0, below: 1 },
} as const;

/**
 * Steps towards a saddle of given index: up along the k lowest eigenvectors of the Hessian, down along all others [1].
 *
 * With f_i = <v_i, F>, p = sum over i <= k of f_i / |lambda_i| v_i - sum over i > k of f_i / |lambda_i| v_i. This is
 * Newton's step with the signs of a saddle of index k forced on it, and it is Newton's step itself where the Hessian
 * has k negative eigenvalues. Steps longer than `maxNorm` are shortened. Then z <- z + p, without a line search, since
 * no merit function falls all the way. k = 0 seeks minima, k = n maxima.
 *
 * Columns: `negativeEigenvalues`, their number without a threshold; `directionNorm`, ||p|| after shortening.
 *
 * When it works: small n and isolated saddles of a known index, such as transition states in chemistry; near one it is
 * Newton's method, which converges quadratically. Gradient-flat points do not hold it: it leaves them along the signs.
 * It may cycle where the lowest eigenvectors cross. Where J is not finite this is the last row (status "stagnated").
 *
 * Use {@link gentlestAscent} when n is large and the index low, {@link saddleFreeDirection} for minima when n is large,
 * {@link newtonMR} for critical points of any index.
 *
 * Cost: n products, 9 n^3 operations, 3 n^2 numbers.
 *
 * @example
 * const loss = deepLinearAutoencoder({ inputs: 2, hidden: 1, data: Float64Array.of(2, 0, 0, 1) });
 * const search = chain(untilCritical({ squaredFieldNorm: 1e-20 }), eigenvectorFollowing({ index: 1 }));
 * iterate(loss, [0.1, 0.8, 0.1, 0.8], search)
 *   .pipe(take(3))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toFixed(6)));
 * // 0 0.068440
 * // 1 0.006511
 * // 2 0.000472
 * @param options {@link EigenvectorFollowingOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, in the stream for an index above n
 * @throws {TypeError} ERR_NOT_SYMMETRIC, in the stream, for a problem whose Jacobian is not symmetric
 * @see [1] Cerjan and Miller, "On finding transition states", J. Chem. Phys. 75, 1981, doi:10.1063/1.442352
 */
export function eigenvectorFollowing(options: EigenvectorFollowingOptions = {}): Update {
  const { index, maxNorm, cutoff } = readOptions("eigenvectorFollowing", options, rules);
  const who = "eigenvectorFollowing";
  return defineUpdate({
    name: who,
    settings: { maxNorm: settingOf(rules.maxNorm, maxNorm) },
    columns: {
      negativeEigenvalues: { meaning: "number of negative eigenvalues of J, no threshold" },
      directionNorm: { meaning: "||p||" },
    },
    step(it, _state, settings) {
      const { problem, field } = it.at;
      const n = field.length;
      requireSymmetric(who, problem, "use newtonFlow or levenbergMarquardt, since an index counts real eigenvalues");
      checkOption(who, "index", index, { integer: true, min: 0, max: n });
      const matrix = finiteMatrix(it.at);
      if (matrix === undefined) {
        const columns = { negativeEigenvalues: undefined, directionNorm: undefined };
        return { stepSize: 0, next: it.at, status: "stagnated", columns };
      }
      const { values, vectors } = symmetricEigen(matrix);
      const largest = Math.max(Math.abs(values[0]!), Math.abs(values[n - 1]!));
      const direction = rowVector(it).fill(0);
      for (let i = 0; i < n; i++) {
        const size = Math.abs(values[i]!);
        if (!(size > cutoff * largest)) continue;
        const vector = vectors.subarray(i * n, (i + 1) * n);
        axpy(((i < index ? 1 : -1) * dot(vector, field)) / size, vector, direction);
      }
      const length = norm(direction);
      if (length > settings.maxNorm) scale(settings.maxNorm / length, direction);
      const negativeEigenvalues = values.filter((value) => value < 0).length;
      return {
        direction,
        stepSize: 1,
        columns: { negativeEigenvalues, directionNorm: Math.min(length, settings.maxNorm) },
      };
    },
  });
}

import {
  axpy,
  defineUpdate,
  type LinearMap,
  norm,
  readOptions,
  settingOf,
  type Update,
} from "../../authoring/index.ts";
import { luFactor } from "../../linalg/dense/luFactor.ts";
import { pseudoSolve } from "../../linalg/dense/pseudoInverse.ts";
import { denseMatrix } from "../../linalg/maps/maps.ts";
import { cutOffColumns, cutoffRule, roundingCutoff } from "../support/cutOff.ts";
import { finiteMatrix } from "../support/finiteMatrix.ts";
import {
  fieldInUnits,
  type KeptSizes,
  matrixInUnits,
  noSizes,
  type Scaling,
  scales,
  scalingRule,
  stepFromUnits,
  tellUnits,
  unitsOf,
} from "../support/parameterScale.ts";

/** Options of {@link denseNewtonDirection}. */
export interface DenseNewtonDirectionOptions {
  /**
   * Inverse that is applied. `exact`: J^-1 by LU. `pseudo`: J^+ by eigenvalues or singular values. Default `pseudo`.
   */
  readonly inverse?: "exact" | "pseudo";
  /**
   * Share of the largest singular value, in [0, 1), up to which others count as zero in `pseudo`. Default n times the
   * machine epsilon, the level of rounding. Steerable where it is given.
   */
  readonly cutoff?: number;
  /**
   * Units of the parameters. `curvature`: powers of two next to 1 / sqrt(|J_ii|) (one over the length of J's column
   * where J is not symmetric), at the first row and again where it has grown by more than 2^20, so that parameters of
   * different size count alike in the pseudo-inverse and its cutoff. `none`: as they are. `automatic`: `curvature` for
   * n <= 100. Default `curvature`, and `none` where `cutoff` is given, since it speaks of J as it is.
   */
  readonly scaling?: Scaling;
}

const rules = {
  inverse: { default: "pseudo", oneOf: ["exact", "pseudo"] },
  cutoff: cutoffRule,
  scaling: scalingRule,
} as const;

/**
 * Makes the direction Newton's, p = -J^-1 F or p = -J^+ F, from the matrix of J.
 *
 * It works for fields that are not gradients too. Where J is not finite, or singular to the last bit with `exact`,
 * there is no such direction, and this is the last row (status "stagnated", `rank` undefined). Near a singular J the
 * exact direction is as long as 1 / sigma_min, and so is that of the pseudo-inverse until sigma_min falls below the
 * cutoff; a line search after it keeps the step within reach.
 *
 * Columns: `directionNorm`, ||p||; `rank`, the number of singular values above the cutoff; `cutDirections`, the number
 * of the others, and `cutShare`, the share of ||F|| that p leaves because of them.
 *
 * When it works: small n, where it is the yardstick for the iterative methods. It converges quadratically to any zero
 * with a regular J, and with `pseudo` to degenerate zeros whose kernel is a symmetry of the loss, such as all those of
 * a linear autoencoder.
 *
 * Use {@link newtonDirection} when n is large and J symmetric, {@link levenbergMarquardt} when n is large and J is not.
 *
 * Cost: n products, 2 n^2 numbers, 2/3 n^3 operations (`exact`) or about 9 n^3 (`pseudo`; 22 n^3 where J is not
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
  const { inverse, cutoff, scaling: given } = readOptions("denseNewtonDirection", options, rules);
  const scaling = given ?? (cutoff === undefined ? "curvature" : "none");
  const who = "denseNewtonDirection";
  return defineUpdate({
    name: who,
    settings: cutoff === undefined ? {} : { cutoff: settingOf(rules.cutoff, cutoff) },
    columns: {
      ...cutOffColumns,
      directionNorm: { meaning: "||p||" },
      rank: { meaning: "singular values of J above the cutoff; n for the exact inverse" },
    },
    init: (_first, previous?: KeptSizes): KeptSizes => previous ?? noSizes,
    step(it, state, settings) {
      const none = {
        stepSize: 0,
        next: it.at,
        status: "stagnated" as const,
        columns: { directionNorm: undefined, rank: undefined, cutDirections: undefined, cutShare: undefined },
      };
      const matrix = finiteMatrix(it.at);
      if (matrix === undefined) return none;
      const { symmetric } = it.at.problem;
      const n = it.point.length;
      const measured = scales(scaling, n) ? unitsOf(matrix, symmetric, state.sizes, true) : undefined;
      const units = measured?.units;
      const inUnits = units === undefined ? matrix : matrixInUnits(matrix, units);
      if (inUnits === undefined) return none;
      const field = fieldInUnits(it.at, units);
      const right = field.map((f) => -f);
      let x: Float64Array | undefined;
      let rank = n;
      let cutShare = 0;
      if (inverse === "exact") x = luFactor(inUnits).solve(right);
      else {
        const map = denseMatrix(n, n, inUnits, { symmetric });
        ({ x, rank } = pseudoSolve(map, right, settings.cutoff ?? roundingCutoff(n)));
        if (rank < n) cutShare = leftShare(map, x, field);
      }
      if (x === undefined) return none;
      const direction = stepFromUnits(x, units);
      tellUnits(it.at, units);
      const columns = { directionNorm: norm(direction), rank, cutDirections: n - rank, cutShare };
      return { state: { sizes: measured?.sizes }, direction, columns };
    },
  });
}

/** ||J p + F|| / ||F||: what is left of F. */
function leftShare(map: LinearMap, p: Float64Array, field: Float64Array): number {
  const left = new Float64Array(field.length);
  map.apply(p, left);
  axpy(1, field, left);
  const size = norm(field);
  return size === 0 ? 0 : norm(left) / size;
}

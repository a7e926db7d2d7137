import {
  checkOption,
  defineUpdate,
  norm,
  readOptions,
  scale,
  scratchVector,
  settingOf,
  type Update,
} from "../../authoring/index.ts";
import { symmetricEigen } from "../../linalg/dense/dense.ts";
import { cutOffColumns, cutoffRule } from "../support/cutOff.ts";
import { finiteMatrix } from "../support/finiteMatrix.ts";
import {
  fieldInUnits,
  matrixInUnits,
  type Scaling,
  type Sizes,
  scales,
  scalingRule,
  stepFromUnits,
  unitsOf,
} from "../support/parameterScale.ts";
import { requireSymmetric } from "../support/requireSymmetric.ts";
import { naturalNumber } from "../support/rules.ts";
import { type SearchOutcome, searchColumns, searchOutcomes } from "../support/searchOutcome.ts";
import { trialPoint } from "../support/trialPoint.ts";
import { combined, coordinatesOf, firstRadiusOf, modesOf, trustedStep } from "../support/trustRegion.ts";

/** Options of {@link eigenvectorFollowing}. */
export interface EigenvectorFollowingOptions {
  /** Morse index k of the saddle sought, a natural number up to n. Default 1, a transition state. */
  readonly index?: number;
  /**
   * Fixed bound on the length of a step, > 0, to which longer ones are shortened, as in [1]: no trial is made, and
   * every step is taken. Default: none; a trust region bounds the steps.
   */
  readonly maxNorm?: number;
  /**
   * Share of the largest absolute eigenvalue, in [0, 1), up to which others contribute nothing to the step.
   * Default n times the machine epsilon, the level of rounding.
   */
  readonly cutoff?: number;
  /**
   * Units of the parameters. `curvature`: powers of two next to 1 / sqrt(largest |J_ii| so far), as in MINPACK, so that
   * parameters of different size count alike. `none`: as they are. Default `curvature`.
   */
  readonly scaling?: Scaling;
}

const rules = {
  index: { ...naturalNumber, default: 1 },
  maxNorm: { above: 0, infinite: true },
  cutoff: cutoffRule,
  scaling: { ...scalingRule, default: "curvature" },
} as const;

/**
 * Steps towards a saddle of given index: up along the k lowest eigenvectors of the Hessian, down along all others [1].
 *
 * In the units of `scaling`, with f_i = <v_i, F>, p = sum over i <= k of f_i / (|lambda_i| + mu) v_i - sum over i > k
 * of f_i / (|lambda_i| + mu) v_i. With mu = 0 this is Newton's step with the signs of a saddle of index k forced on it,
 * and it is Newton's step itself where the Hessian has k negative eigenvalues. mu >= 0 keeps p within the radius of a
 * trust region [2], at first 3 % of ||z||, since the first steps choose the valley. The error of the quadratic model is
 * |1 - gain| for k = 0 (minima), where the gain is the fall of L over the one that the model says; for other k, and
 * where changes of L drown in rounding, it is 2 ||F(z + p) - F - J p|| / ||F||. A trial with an error above 0.9 is
 * refused, unless L falls by up to 3 times as much as the model says, and the radius becomes ||p|| / 2. Otherwise it
 * becomes ||p|| over the error, at least half and at most twice ||p||; in a row with a refusal it does not grow.
 *
 * Valleys are curved: for k = 0 a trial with an error above 0.3 gets up to two second-order corrections [3], which take
 * it back to the floor along the eigenvectors of large curvature, with the Hessian that is known. That spares about half
 * of the steps on NIST's regressions (docs/scales.md). With `maxNorm` there is neither mu nor a trial: steps longer than
 * that are shortened and taken. k = 0 seeks minima, k = n maxima.
 *
 * Columns: `outcome` and `trials` as in `backtrackGradientNorm`; `negativeEigenvalues`, their number without a
 * threshold; `directionNorm`, ||p||; `cutDirections`, the number of eigenvalues that count as zero, and `cutShare`, the
 * share of ||F|| in their directions, which the step leaves as it is.
 *
 * When it works: small n and isolated saddles of a known index, such as transition states in chemistry; near one it is
 * Newton's method, which converges quadratically. Gradient-flat points hold it: where F lies in the kernel of J, to the
 * cutoff, there is no step. Then, and where J is not finite, this is the last row (status "stagnated"), with `cutShare`
 * 1 at a flat point. It may cycle where the lowest eigenvectors cross.
 *
 * Use {@link gentlestAscent} when n is large and the index low, {@link saddleFreeDirection} for minima when n is large,
 * {@link newtonMR} for critical points of any index.
 *
 * Cost: n products, 9 n^3 operations, 3 n^2 numbers, one evaluation per trial. State: radius and sizes, n + 1 numbers.
 *
 * @example
 * const loss = deepLinearAutoencoder({ inputs: 2, hidden: 1, data: Float64Array.of(2, 0, 0, 1) });
 * const search = chain(untilCritical({ squaredFieldNorm: 1e-20 }), eigenvectorFollowing({ index: 1 }));
 * iterate(loss, [0.1, 0.8, 0.1, 0.8], search)
 *   .pipe(take(3))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toFixed(6)));
 * // 0 0.068440
 * // 1 0.057912
 * // 2 0.038063
 * @param options {@link EigenvectorFollowingOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, in the stream for an index above n
 * @throws {TypeError} ERR_NOT_SYMMETRIC, in the stream, for a problem whose Jacobian is not symmetric
 * @see [1] Cerjan and Miller, "On finding transition states", J. Chem. Phys. 75, 1981, doi:10.1063/1.442352
 * @see [2] Helgaker, "Transition-state optimizations by trust-region image minimization", Chem. Phys. Lett. 182, 1991,
 *   doi:10.1016/0009-2614(91)90115-P
 * @see [3] Conn, Gould and Toint, "Trust-region methods", 2000, section 15.3.2.3
 */
export function eigenvectorFollowing(options: EigenvectorFollowingOptions = {}): Update {
  const { index, maxNorm, cutoff, scaling } = readOptions("eigenvectorFollowing", options, rules);
  const who = "eigenvectorFollowing";
  return defineUpdate({
    name: who,
    settings: maxNorm === undefined ? {} : { maxNorm: settingOf(rules.maxNorm, maxNorm) },
    columns: {
      ...searchColumns,
      ...cutOffColumns,
      negativeEigenvalues: { meaning: "number of negative eigenvalues of J, no threshold" },
      directionNorm: { meaning: "||p||" },
    },
    init: (_first, previous?: State): State => previous ?? { sizes: undefined, radius: undefined },
    step(it, state, settings) {
      const { problem } = it.at;
      const n = it.point.length;
      requireSymmetric(who, problem, "use newtonFlow or levenbergMarquardt, since an index counts real eigenvalues");
      checkOption(who, "index", index, { integer: true, min: 0, max: n });
      const ending = (outcome: SearchOutcome, trials: number, facts: Facts = noFacts) => ({
        stepSize: 0,
        next: it.at,
        status: "stagnated" as const,
        columns: { outcome: searchOutcomes.indexOf(outcome), trials, directionNorm: undefined, ...facts },
      });
      const matrix = finiteMatrix(it.at);
      if (matrix === undefined) return ending("non-finite", 0);
      const measured = scales(scaling, n) ? unitsOf(matrix, true, state.sizes) : undefined;
      const units = measured?.units;
      const sizes = measured?.sizes;
      const inUnits = units === undefined ? matrix : matrixInUnits(matrix, units);
      if (inUnits === undefined) return ending("non-finite", 0);
      const modes = modesOf(symmetricEigen(inUnits), fieldInUnits(it.at, units), index, cutoff);
      const facts = { ...modes.cut, negativeEigenvalues: modes.negative };
      const fixed = settings.maxNorm;
      if (fixed !== undefined) {
        const direction = stepFromUnits(combined(modes, coordinatesOf(modes, 0)), units);
        const length = norm(direction);
        if (length > fixed) scale(fixed / length, direction);
        if (trialPoint(it, direction, 1, scratchVector(it)) === undefined) return ending("stagnated", 0, facts);
        const columns = { ...facts, outcome: undefined, trials: 0, directionNorm: Math.min(length, fixed) };
        return { direction, stepSize: 1, columns, state: { sizes, radius: undefined } };
      }
      const found = trustedStep(it, modes, units, state.radius ?? firstRadiusOf(it.point, units, modes), index === 0);
      if (found.next === undefined) return ending(found.outcome, found.trials, facts);
      return {
        state: { sizes, radius: found.radius },
        direction: found.direction,
        stepSize: 1,
        next: found.next,
        columns: {
          ...facts,
          outcome: searchOutcomes.indexOf("accepted"),
          trials: found.trials,
          directionNorm: norm(found.direction),
        },
      };
    },
  });
}

/** What a row says about the eigenvalues. */
interface Facts {
  readonly negativeEigenvalues: number | undefined;
  readonly cutDirections: number | undefined;
  readonly cutShare: number | undefined;
}

const noFacts: Facts = { negativeEigenvalues: undefined, cutDirections: undefined, cutShare: undefined };

interface State {
  readonly sizes: Sizes | undefined;
  /** Radius of the trust region in units; undefined before the first step. */
  readonly radius: number | undefined;
}

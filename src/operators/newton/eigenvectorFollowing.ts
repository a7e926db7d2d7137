import {
  axpy,
  checkOption,
  defineUpdate,
  dot,
  type Evaluation,
  norm,
  type Proposal,
  readOptions,
  scale,
  scratchVector,
  settingOf,
  type Update,
} from "../../authoring/index.ts";
import { type SymmetricEigen, symmetricEigen } from "../../linalg/dense/dense.ts";
import { cutOffColumns, cutoffRule, roundingCutoff, shareOf } from "../support/cutOff.ts";
import { finiteMatrix } from "../support/finiteMatrix.ts";
import {
  fieldInUnits,
  lengthInUnits,
  lossInUnits,
  matrixInUnits,
  type Scaling,
  type Sizes,
  scales,
  scalingRule,
  stepFromUnits,
  type Units,
  unitsOf,
} from "../support/parameterScale.ts";
import { requireSymmetric } from "../support/requireSymmetric.ts";
import { naturalNumber } from "../support/rules.ts";
import { type SearchOutcome, searchColumns, searchOutcomes } from "../support/searchOutcome.ts";
import { trialPoint } from "../support/trialPoint.ts";

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

/** First radius of the trust region, relative to the length of z in units. */
const firstRadius = 30;
/** Number of radii, each a tenth of the last one, after which the search for a step has failed. */
const maxShrinks = 60;
/** Factors by which the radius shrinks after a bad step and grows after a good one. */
const shrink = 10;
const growth = 3;
/** Share of the predicted decrease of L that an accepted step to a minimum brings at least and at most. */
const leastGain = 0.01;
const mostGain = 3;
/** Relative change of L that counts as rounding. */
const roundingOfValue = 16 * Number.EPSILON;

/**
 * Steps towards a saddle of given index: up along the k lowest eigenvectors of the Hessian, down along all others [1].
 *
 * In the units of `scaling`, with f_i = <v_i, F>, p = sum over i <= k of f_i / (|lambda_i| + mu) v_i - sum over i > k
 * of f_i / (|lambda_i| + mu) v_i. With mu = 0 this is Newton's step with the signs of a saddle of index k forced on it,
 * and it is Newton's step itself where the Hessian has k negative eigenvalues. mu >= 0 keeps p within the radius of a
 * trust region [2], at first 30 ||z||. A trial is refused, and the radius becomes a tenth of ||p||, where the quadratic
 * model is wrong: for k = 0 (minima) where L falls by less than 0.01 or more than 3 of what the model says, for other
 * k, and where changes of L drown in rounding, where ||F(z + p) - F - J p|| is about ||F|| / 2 or more. After a good
 * step the radius grows. The constants were chosen on NIST's regressions (docs/scales.md). With `maxNorm` there is
 * neither mu nor a trial: steps longer than that are shortened and taken. k = 0 seeks minima, k = n maxima.
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
 * // 1 0.054290
 * // 2 0.018473
 * @param options {@link EigenvectorFollowingOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range, in the stream for an index above n
 * @throws {TypeError} ERR_NOT_SYMMETRIC, in the stream, for a problem whose Jacobian is not symmetric
 * @see [1] Cerjan and Miller, "On finding transition states", J. Chem. Phys. 75, 1981, doi:10.1063/1.442352
 * @see [2] Helgaker, "Transition-state optimizations by trust-region image minimization", Chem. Phys. Lett. 182, 1991,
 *   doi:10.1016/0009-2614(91)90115-P
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
      const found = search(it, modes, units, state.radius ?? firstRadiusOf(it.point, units, modes), index === 0);
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

/** The Hessian's eigenvectors, with what the step needs of them; all in units. */
interface Modes extends SymmetricEigen {
  readonly field: Float64Array;
  /** Coordinates of F. */
  readonly along: Float64Array;
  /** Sense of the step in each mode: 1 up, -1 down, 0 cut off. */
  readonly sense: Float64Array;
  readonly negative: number;
  readonly cut: { readonly cutDirections: number; readonly cutShare: number };
}

function modesOf(
  { values, vectors }: SymmetricEigen,
  field: Float64Array,
  index: number,
  cutoff: number | undefined,
): Modes {
  const n = field.length;
  const bound = (cutoff ?? roundingCutoff(n)) * Math.max(Math.abs(values[0]!), Math.abs(values[n - 1]!));
  const along = values.map((_, k) => dot(vectors.subarray(k * n, (k + 1) * n), field));
  const sense = values.map((value, k) => (Math.abs(value) > bound ? (k < index ? 1 : -1) : 0));
  const left = Array.from(along).filter((_, k) => sense[k] === 0);
  return {
    values,
    vectors,
    field,
    along,
    sense,
    negative: values.filter((value) => value < 0).length,
    cut: { cutDirections: left.length, cutShare: shareOf(left, field) },
  };
}

/** Coordinates of the step for a shift mu. */
function coordinatesOf({ values, along, sense }: Modes, mu: number): Float64Array {
  return values.map((value, k) => (sense[k] === 0 ? 0 : (sense[k]! * along[k]!) / (Math.abs(value) + mu)));
}

function combined({ vectors }: Modes, coordinates: Float64Array): Float64Array {
  const n = coordinates.length;
  const sum = new Float64Array(n);
  coordinates.forEach((c, k) => {
    axpy(c, vectors.subarray(k * n, (k + 1) * n), sum);
  });
  return sum;
}

/** The coordinates of the step whose length is at most the radius, to a tenth of it, by Newton's method on 1 / ||q||. */
function boundedCoordinates(modes: Modes, radius: number): Float64Array {
  let mu = 0;
  let q = coordinatesOf(modes, 0);
  for (let k = 0; k < 30; k++) {
    const length = norm(q);
    if (!(length > 1.1 * radius)) return q;
    let slope = 0;
    q.forEach((c, i) => {
      slope += (c / length) ** 2 / (Math.abs(modes.values[i]!) + mu || 1);
    });
    mu += (length - radius) / radius / slope;
    q = coordinatesOf(modes, mu);
  }
  return q;
}

function firstRadiusOf(point: Float64Array, units: Units | undefined, modes: Modes): number {
  const size = lengthInUnits(point, units);
  return size > 0 ? firstRadius * size : norm(coordinatesOf(modes, 0));
}

type Found =
  | { readonly next: undefined; readonly outcome: SearchOutcome; readonly trials: number }
  | {
      readonly next: Evaluation;
      readonly direction: Float64Array;
      readonly radius: number;
      readonly trials: number;
    };

/** Shrinks the trust region until the model is right at its step. */
function search(it: Proposal, modes: Modes, units: Units | undefined, first: number, minimise: boolean): Found {
  const buffer = scratchVector(it);
  let finite = false;
  let radius = first;
  for (let trials = 0; trials < maxShrinks; ) {
    const q = boundedCoordinates(modes, radius);
    const length = norm(q);
    const direction = stepFromUnits(combined(modes, q), units);
    const point = trialPoint(it, direction, 1, buffer);
    if (point === undefined) return { next: undefined, outcome: "stagnated", trials };
    const next = it.evaluate(point);
    trials++;
    const quality = qualityOf(it.at, next, modes, q, units, minimise);
    finite ||= !Number.isNaN(quality);
    if (quality >= leastGain) {
      if (quality > 0.5) radius = Math.max(radius, growth * length);
      else if (quality < 0.1) radius = length / shrink;
      return { next, direction, radius, trials };
    }
    radius = length / shrink;
  }
  return { next: undefined, outcome: finite ? "failed" : "non-finite", trials: maxShrinks };
}

/** How right the model is at a step: 1 exactly, below `leastGain` too wrong to take it, NaN where F is not finite. */
function qualityOf(
  at: Evaluation,
  next: Evaluation,
  modes: Modes,
  q: Float64Array,
  units: Units | undefined,
  minimise: boolean,
): number {
  const after = fieldInUnits(next, units);
  if (!after.every(Number.isFinite)) return Number.NaN;
  if (minimise && Number.isFinite(at.value)) {
    const actual = at.value - next.value;
    if (Number.isNaN(actual)) return actual;
    if (Math.abs(actual) > roundingOfValue * Math.abs(at.value)) {
      let predicted = 0;
      q.forEach((c, k) => {
        predicted -= c * (modes.along[k]! + (modes.values[k]! / 2) * c);
      });
      const gain = (actual * lossInUnits(units)) / predicted;
      if (gain > mostGain) return -1;
      return gain > 1 ? Math.max(0.1, 2 - gain) : gain;
    }
  }
  const model = combined(
    modes,
    q.map((c, k) => modes.values[k]! * c),
  );
  for (let i = 0; i < model.length; i++) model[i] = after[i]! - modes.field[i]! - model[i]!;
  const error = norm(model) / norm(modes.field);
  return 1 - 2 * error;
}

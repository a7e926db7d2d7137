import {
  defineUpdate,
  type Evaluation,
  isFiniteVector,
  negate,
  norm,
  type Proposal,
  readOptions,
  scratchVector,
  settingOf,
  squaredNorm,
  type Update,
} from "../../authoring/index.ts";
import { minresQLP } from "../../linalg/krylov/minres/minresQLP.ts";
import { roundingCutoff } from "../support/cutOff.ts";
import {
  boundInUnits,
  fieldInUnits,
  type KeptSizes,
  noSizes,
  type Scaling,
  scalingRule,
  stepFromUnits,
  viewInUnits,
} from "../support/parameterScale.ts";
import { requireSymmetric } from "../support/requireSymmetric.ts";
import { naturalNumber, positiveInteger, share } from "../support/rules.ts";
import { searchColumns, searchOutcomes } from "../support/searchOutcome.ts";
import type { Units } from "../support/toldUnits.ts";
import { trialPoint } from "../support/trialPoint.ts";

/** Options of {@link dampedNewton}; those of the solver are as in `newtonDirection`. */
export interface DampedNewtonOptions {
  /** The dampings gamma. Default 1e-1, 1e-2, ..., 1e-6 [1]. */
  readonly dampings?: readonly number[];
  /** Factor alpha > 0 of every candidate. Default 1 ([1] ran its experiments with 0.1). Steerable. */
  readonly stepSize?: number;
  /**
   * Number of times that all candidates are halved while none lowers ||F||^2. Default 20; 0 is the published method.
   */
  readonly halvings?: number;
  /** Relative tolerance of the solver, in [0, 1]. Default 5e-4. Steerable. */
  readonly relativeTolerance?: number;
  /** Largest number of solver iterations per damping, one product each. Default n. */
  readonly maxIterations?: number;
  /** Bound on the length of a candidate, > 0. Default Infinity ([1]: 1e4). */
  readonly maxNorm?: number;
  /**
   * Bound on the condition number of the systems solved, > 1. Default 1 / (n times the machine epsilon), the level of
   * rounding ([1]: 1e7).
   */
  readonly maxCondition?: number;
  /** Condition number from which on the solver changes from MINRES to QLP, >= 1. Default 1e4. */
  readonly transitionCondition?: number;
  /**
   * Units of the parameters. `curvature`: powers of two next to 1 / sqrt(|J_ii|), at the first row and again where J_ii
   * has grown by more than 2^20; the dampings and ||F|| are then those in these units, in which every parameter has about
   * the curvature 1. `none` leaves them as they are, as [1] does. `automatic`: `curvature` for n <= 100, where n products
   * per row cost little. Default `automatic`, and `none` where `dampings` are given, since they speak of J as it is.
   */
  readonly scaling?: Scaling;
}

const defaultDampings = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6];

const rules = {
  dampings: {
    expected: "a list of finite numbers, at least one",
    range: true,
    is: (value: readonly number[]) => Array.isArray(value) && value.length > 0 && value.every(Number.isFinite),
  },
  stepSize: { default: 1, above: 0 },
  halvings: { ...naturalNumber, default: 20 },
  relativeTolerance: { ...share, default: 5e-4 },
  maxIterations: positiveInteger,
  maxNorm: { default: Number.POSITIVE_INFINITY, above: 0, infinite: true },
  maxCondition: { above: 1, infinite: true },
  transitionCondition: { default: 1e4, min: 1, infinite: true },
  scaling: scalingRule,
} as const;

/**
 * Takes Newton's step with the best of several dampings: Newton-TR of [1].
 *
 * For each gamma, p_gamma is the minimum-length least-squares solution of (J + gamma I) p = -F, by MINRES-QLP. The step
 * goes to the z + alpha p_gamma of smallest ||F||^2, which is not evaluated again. Where none is below ||F(z)||^2, all
 * candidates are halved.
 *
 * Columns: `damping`, the gamma chosen; `directionNorm`, ||p||; `solverIterations`, over all dampings; `outcome` and
 * `trials` as in `backtrackGradientNorm`. A row without a candidate that lowers ||F||^2 is the last one
 * (status "stagnated").
 *
 * When it works: where J is near singular at the solution, or F is nearly in its kernel, damping keeps steps short in
 * the directions that do not matter. J is indefinite at a saddle, so a gamma near the negative of one of its
 * eigenvalues makes J + gamma I singular; that is why there are several. The method stagnates at gradient-flat points,
 * as all descent on ||F||^2 does.
 *
 * On the deep linear autoencoder of [1] it brings 12 of 12 searches below ||F||^2 = 1e-10 in 200 steps. Without
 * halving, and with steps of 0.1 as in [1], it brings 5 of 12 (45 % in [1]); the others stop where no whole candidate
 * helps.
 *
 * Differences from [1]: 1. the best candidate is taken, not the last that improves; 2. each candidate has its own gamma
 * (the published code used the last one for all); 3. it halves; 4. without an improving candidate the point stays.
 *
 * Use {@link newtonMR} first, at a sixth of the cost, and this operator where that one is caught;
 * {@link levenbergMarquardt} when J is not symmetric.
 *
 * Cost: at most maxIterations + 3 products and one evaluation per damping, six times the cost of Newton-MR.
 *
 * @example
 * iterate(quartic(), [-3.5, 1], chain(untilCritical({ squaredFieldNorm: 1e-20 }), dampedNewton()))
 *   .pipe(take(3))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toFixed(4), it.columns.damping));
 * // 0 350.7256 0.000001
 * // 1 16.1618 0.000001
 * // 2 0.0732 0.000001
 * @param options {@link DampedNewtonOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @throws {TypeError} ERR_NOT_SYMMETRIC, in the stream, for a problem whose Jacobian is not symmetric
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export function dampedNewton(options: DampedNewtonOptions = {}): Update {
  const { dampings: given, stepSize, halvings, ...solver } = readOptions("dampedNewton", options, rules);
  const scaling = solver.scaling ?? (given === undefined ? "automatic" : "none");
  const dampings = given ?? defaultDampings;
  return defineUpdate({
    name: "dampedNewton",
    settings: {
      stepSize: settingOf(rules.stepSize, stepSize),
      relativeTolerance: settingOf(rules.relativeTolerance, solver.relativeTolerance),
    },
    columns: {
      ...searchColumns,
      damping: { meaning: "gamma of the step: (J + gamma I) p = -F" },
      directionNorm: { meaning: "||p||" },
      solverIterations: { meaning: "iterations of MINRES-QLP" },
    },
    init: (_first, previous?: KeptSizes): KeptSizes => previous ?? noSizes,
    step(it, state, settings) {
      requireSymmetric("dampedNewton", it.at.problem, "use levenbergMarquardt, which needs no symmetry");
      const { units, sizes, field, map } = viewInUnits(it.at, scaling, state);
      const right = scratchVector(it);
      negate(field, right);
      let solverIterations = 0;
      const candidates = dampings.map((damping) => {
        const solved = minresQLP(map, right, {
          shift: damping,
          relativeTolerance: settings.relativeTolerance,
          maxIterations: solver.maxIterations ?? right.length,
          maxNorm: boundInUnits(solver.maxNorm, units),
          maxCondition: solver.maxCondition ?? 1 / roundingCutoff(field.length),
          transitionCondition: solver.transitionCondition,
        });
        solverIterations += solved.iterations;
        return { damping, direction: stepFromUnits(solved.x, units) };
      });
      const found = best(it, candidates, settings.stepSize, halvings, units);
      const columns = {
        outcome: searchOutcomes.indexOf(found.outcome),
        trials: found.trials,
        solverIterations,
        damping: found.candidate?.damping,
        directionNorm: found.candidate === undefined ? undefined : norm(found.candidate.direction),
      };
      if (found.candidate === undefined) return { stepSize: 0, next: it.at, status: "stagnated", columns };
      const { candidate, stepSize, next } = found;
      return { state: { sizes }, direction: candidate.direction, stepSize, next, columns };
    },
  });
}

/** One damping with its step. */
interface Candidate {
  readonly damping: number;
  readonly direction: Float64Array;
}

type Best =
  | { readonly candidate: Candidate; readonly outcome: "accepted"; trials: number; stepSize: number; next: Evaluation }
  | { readonly candidate: undefined; readonly outcome: "stagnated" | "failed" | "non-finite"; trials: number };

/** Finds the candidate of smallest ||F||^2 below that of the point, halving all of them until there is one. */
function best(
  it: Proposal,
  candidates: readonly Candidate[],
  stepSize: number,
  halvings: number,
  units: Units | undefined,
): Best {
  const here = squareInUnits(it.at, units);
  let trials = 0;
  let finite = false;
  const trial = scratchVector(it);
  const usable = candidates.filter(({ direction }) => isFiniteVector(direction));
  for (let halving = 0, alpha = stepSize; halving <= halvings; halving++, alpha /= 2) {
    let moved = false;
    let found: { readonly candidate: Candidate; readonly next: Evaluation; readonly square: number } | undefined;
    for (const candidate of usable) {
      const point = trialPoint(it, candidate.direction, alpha, trial);
      if (point === undefined) continue;
      moved = true;
      trials++;
      const next = it.evaluate(point);
      const square = squareInUnits(next, units);
      finite ||= Number.isFinite(square);
      if (square < (found?.square ?? here)) found = { candidate, next, square };
    }
    if (found !== undefined) {
      return { candidate: found.candidate, next: found.next, outcome: "accepted", trials, stepSize: alpha };
    }
    if (!moved) return { candidate: undefined, outcome: usable.length === 0 ? "non-finite" : "stagnated", trials };
  }
  return { candidate: undefined, outcome: finite ? "failed" : "non-finite", trials };
}

function squareInUnits(at: Evaluation, units: Units | undefined): number {
  return units === undefined ? at.squaredFieldNorm : squaredNorm(fieldInUnits(at, units));
}

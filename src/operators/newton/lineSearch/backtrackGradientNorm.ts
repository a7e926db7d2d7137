import {
  defineUpdate,
  dot,
  type Evaluation,
  isFiniteVector,
  type Proposal,
  readOptions,
  scratchVector,
  settingOf,
  type Update,
} from "../../../authoring/index.ts";
import { meritOf } from "../../support/parameterScale.ts";
import { positiveInteger } from "../../support/rules.ts";
import { type SearchOutcome, searchColumns, searchOutcomes } from "../../support/searchOutcome.ts";
import { trialPoint } from "../../support/trialPoint.ts";

/** Options of {@link backtrackGradientNorm}. The defaults are those of the deep linear autoencoder runs of [2]. */
export interface BacktrackGradientNormOptions {
  /** Step size alpha at which the first search begins, in (0, 1]. Default 0.1. */
  readonly stepSize?: number;
  /** Factor beta in (0, 1): a refused alpha becomes beta alpha. Default 0.5. Steerable. */
  readonly shrink?: number;
  /** Share rho in [0, 1) of the predicted decrease that is demanded. Default 1e-4. Steerable. */
  readonly sufficientDecrease?: number;
  /** Share rho' in [0, 1/2] for the pure step alpha = 1, which is tried first; false: it is not tried. Default 1/2. */
  readonly pureStep?: number | false;
  /**
   * Largest number of trials. Most searches end earlier, because the step no longer changes the point. Default 1000.
   */
  readonly maxTrials?: number;
}

const rules = {
  stepSize: { default: 0.1, above: 0, max: 1 },
  shrink: { default: 0.5, above: 0, below: 1 },
  sufficientDecrease: { default: 1e-4, min: 0, below: 1 },
  pureStep: { default: 0.5, min: 0, max: 0.5, or: [false] },
  maxTrials: { ...positiveInteger, default: 1000 },
} as const;

/**
 * Chooses the step size along the direction by backtracking on ||F||^2, the line search of Newton-MR [1].
 *
 * It accepts alpha when ||F(z + alpha p)||^2 <= ||F||^2 + 2 rho alpha F^T J p and ||F(z + alpha p)||^2 < ||F||^2.
 * Before that it tries alpha = 1, which it accepts when ||F(z + p)||^2 <= (1 - 2 rho') ||F||^2 + 2 rho' ||J p + F||^2.
 * For a minimum-residual p this is the same inequality with rho', but ||J p + F||^2 is computed as it stands, so that
 * cancellation does not decide. A trial that is not finite counts as refused. After an acceptance the next search
 * begins at min(1, alpha / beta).
 *
 * Columns: `trials`, and `outcome`:
 * - accepted: the loop moves to the trial point, which is not evaluated again;
 * - stagnated: z + alpha p equals z in every coordinate;
 * - failed: F^T J p >= 0 (p is not a descent direction of ||F||^2), or `maxTrials` trials were refused;
 * - non-finite: p, or J p, or every trial was not finite.
 *
 * All but the first keep the point and alpha, and make this the last row (status "stagnated"): the same search would
 * end the same way. The search works for fields without a potential too. With a constraint, trials are projected. Where
 * the direction was chosen in units of its own (`scaling`), ||F|| is measured in these.
 *
 * Use {@link wolfeLineSearch} when steps must also grow within a search or L itself is to fall, {@link gradientStep}
 * when no merit function falls along the way.
 *
 * Cost: one product per search and one evaluation per trial. State: alpha.
 *
 * @example
 * const search = chain(newtonDirection(), backtrackGradientNorm({ stepSize: 1, shrink: 0.9 }));
 * iterate(quartic(), [-2, 1], chain(untilCritical({ squaredFieldNorm: 1e-20 }), search))
 *   .pipe(take(3))
 *   .subscribe((it) => console.log(it.squaredFieldNorm.toFixed(4), it.stepSize.toFixed(4), it.columns.trials));
 * // 353.9600 0.7290 4
 * // 269.8007 0.8100 2
 * // 22.5594 0.9000 2
 * @param options {@link BacktrackGradientNormOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @see [1] Roosta, Liu, Xu and Mahoney, "Newton-MR: inexact Newton method with minimum residual sub-problem solver",
 *   2018, arXiv:1810.00303
 * @see [2] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export function backtrackGradientNorm(options: BacktrackGradientNormOptions = {}): Update {
  const { stepSize, shrink, sufficientDecrease, pureStep, maxTrials } = readOptions(
    "backtrackGradientNorm",
    options,
    rules,
  );
  return defineUpdate({
    name: "backtrackGradientNorm",
    settings: {
      shrink: settingOf(rules.shrink, shrink),
      sufficientDecrease: settingOf(rules.sufficientDecrease, sufficientDecrease),
    },
    columns: searchColumns,
    init: (_first, previous?: { stepSize: number }) => previous ?? { stepSize },
    step(it, state, settings) {
      const found = search(it, state.stepSize, { ...settings, pureStep, maxTrials });
      const columns = { outcome: searchOutcomes.indexOf(found.outcome), trials: found.trials };
      if (found.next === undefined) return { stepSize: 0, next: it.at, status: "stagnated", columns };
      const stepSizeNext = Math.min(1, found.stepSize / settings.shrink);
      return { state: { stepSize: stepSizeNext }, stepSize: found.stepSize, next: found.next, columns };
    },
  });
}

interface Found {
  readonly outcome: SearchOutcome;
  readonly trials: number;
  readonly stepSize: number;
  /** The accepted trial; undefined where every one was refused. */
  readonly next: Evaluation | undefined;
}

interface Limits {
  readonly shrink: number;
  readonly sufficientDecrease: number;
  readonly pureStep: number | false;
  readonly maxTrials: number;
}

function search(it: Proposal, firstStepSize: number, limits: Limits): Found {
  const { shrink, sufficientDecrease, pureStep, maxTrials } = limits;
  const { direction } = it;
  const merit = meritOf(it.at);
  const field = merit.fieldOf(it.at);
  const here = merit.squareOf(it.at);
  let trials = 0;
  let finiteTrials = 0;
  const buffer = scratchVector(it);
  const nothing = (outcome: SearchOutcome): Found => ({ outcome, trials, stepSize: 0, next: undefined });
  const attempt = (alpha: number): Trial | undefined => {
    const point = trialPoint(it, direction, alpha, buffer);
    if (point === undefined) return undefined;
    trials++;
    const at = it.evaluate(point);
    const square = merit.squareOf(at);
    if (Number.isFinite(square)) finiteTrials++;
    return { at, square };
  };

  if (!isFiniteVector(direction)) return nothing("non-finite");
  if (trialPoint(it, direction, 1, buffer) === undefined) return nothing("stagnated");
  const product = scratchVector(it);
  it.at.linearize().apply(direction, product);
  merit.convert(product);
  const slope = dot(field, product);
  if (!Number.isFinite(slope)) return nothing("non-finite");
  if (slope >= 0) return nothing("failed");

  let whole: Trial | undefined;
  if (pureStep !== false) {
    whole = attempt(1);
    const bound = Math.sqrt((1 - 2 * pureStep) * here + 2 * pureStep * squaredSum(product, field));
    // Where F is linear both sides are equal up to rounding, which must not decide either.
    const allowed = (bound + 8 * Number.EPSILON * Math.sqrt(here)) ** 2;
    if (whole !== undefined && whole.square <= allowed && whole.square < here) {
      return { outcome: "accepted", trials, stepSize: 1, next: whole.at };
    }
  }
  for (let alpha = firstStepSize; trials < maxTrials; alpha *= shrink) {
    const trial = alpha === 1 && whole !== undefined ? whole : attempt(alpha);
    if (trial === undefined) return nothing(trials > 0 && finiteTrials === 0 ? "non-finite" : "stagnated");
    // Where the demand drowns in rounding ||F||^2 must still fall: a search without progress has to end.
    const bound = here + 2 * sufficientDecrease * alpha * slope;
    if (trial.square <= bound && trial.square < here) {
      return { outcome: "accepted", trials, stepSize: alpha, next: trial.at };
    }
  }
  return nothing(finiteTrials === 0 ? "non-finite" : "failed");
}

/** A trial point with its merit. */
interface Trial {
  readonly at: Evaluation;
  readonly square: number;
}

/** ||a + b||^2. */
function squaredSum(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! + b[i]!) ** 2;
  return sum;
}

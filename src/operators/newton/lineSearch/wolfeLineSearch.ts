import {
  checkOption,
  defineUpdate,
  dot,
  type Evaluation,
  failure,
  isFiniteVector,
  type Proposal,
  readOptions,
  scratchVector,
  settingOf,
  type Update,
} from "../../../authoring/index.ts";
import { positiveInteger } from "../../support/rules.ts";
import { type SearchOutcome, searchColumns, searchOutcomes } from "../../support/searchOutcome.ts";
import { trialPoint } from "../../support/trialPoint.ts";
import { type Probe, strongWolfe } from "./strongWolfe.ts";

/** Options of {@link wolfeLineSearch}. */
export interface WolfeLineSearchOptions {
  /**
   * Merit phi. `gradientNorm`: ||F||^2 / 2, for critical points of any kind. `value`: L, for minima.
   * Default `gradientNorm`.
   */
  readonly merit?: "gradientNorm" | "value";
  /** Share c1 in (0, 1/2] of the predicted decrease that is demanded. Default 1e-4 [1]. Steerable. */
  readonly sufficientDecrease?: number;
  /** Share c2 in (c1, 1) of the slope that may be left. Default 0.9 [1]. */
  readonly curvature?: number;
  /** First alpha, > 0. Default 1, which suits Newton's directions. */
  readonly stepSize?: number;
  /**
   * Step size at which later searches begin. `constant`: `stepSize`. `previous`: the alpha that would change phi to
   * first order as the last one did, which suits gradients. Default `constant`.
   */
  readonly firstTrial?: "constant" | "previous";
  /** Largest alpha, > 0. Default 1e6. */
  readonly maxStepSize?: number;
  /** Largest number of trials per search. Default 50. */
  readonly maxTrials?: number;
}

/** Relative change of L that counts as rounding. */
const roundingOfValue = 16 * Number.EPSILON;

/**
 * Least share of an interval that a trial goes which is interpolated after a first one like the `previous`. Step sizes of
 * gradients often fall by a factor of hundreds from one step to the next, and a larger share would take several trials
 * for that.
 */
const marginAfterPrevious = 0.001;

const rules = {
  merit: { default: "gradientNorm", oneOf: ["gradientNorm", "value"] },
  sufficientDecrease: { default: 1e-4, above: 0, max: 0.5 },
  curvature: { default: 0.9, above: 0, below: 1 },
  stepSize: { default: 1, above: 0 },
  firstTrial: { default: "constant", oneOf: ["constant", "previous"] },
  maxStepSize: { default: 1e6, above: 0 },
  maxTrials: { ...positiveInteger, default: 50 },
} as const;

/**
 * Chooses the step size along the direction by the strong Wolfe conditions, bracketing and zooming ([1], algorithms 3.5
 * and 3.6).
 *
 * The conditions are phi(alpha) <= phi(0) + c1 alpha phi'(0) and |phi'(alpha)| <= c2 |phi'(0)|. The merit phi is
 * ||F||^2 / 2, with slope F^T J p at the trial, or L, with slope F^T p; where changes of L drown in rounding, slopes
 * decide. Unlike backtracking, which can only shorten a step, this search also lengthens one, so the second condition
 * can always be met where phi is smooth and bounded below. A trial that is not finite counts as too long.
 *
 * Columns: `outcome` and `trials` as in `backtrackGradientNorm`; `wolfe`, 1 where both conditions hold, 0 where the
 * search ended with a sufficient decrease only (rounding, `maxStepSize` or `maxTrials`). Without a decrease, or with
 * one of ||F||^2 that rounding swallows, this is the last row (status "stagnated"). So it is on L after five steps with
 * neither a lower L nor a smaller slope than any before: what is left is rounding.
 *
 * Use {@link backtrackGradientNorm} when the direction has Newton's length, which costs no product per trial, or when
 * there is a constraint.
 *
 * Cost: for `gradientNorm` one product per search, and one evaluation and one product per trial; for `value` one
 * evaluation per trial and no products. State: alpha and slope of the last search, five numbers.
 *
 * @example
 * const search = chain(gradientNormDirection(), wolfeLineSearch({ firstTrial: "previous" }));
 * iterate(quartic(), [-3.5, 1], chain(untilStep(20), search))
 *   .pipe(take(3))
 *   .subscribe((it) => console.log(it.step, it.stepSize.toFixed(4), it.columns.trials, it.columns.wolfe));
 * // 0 1.0000 1 1
 * // 1 1.3444 3 1
 * // 2 1.0254 4 1
 * @param options {@link WolfeLineSearchOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @throws {TypeError} ERR_UNSUPPORTED, in the stream, for `value` on a problem without a potential, or for a problem
 *   with a constraint
 * @see [1] Nocedal and Wright, "Numerical Optimization", 2nd edition, 2006, section 3.5
 */
export function wolfeLineSearch(options: WolfeLineSearchOptions = {}): Update {
  const { merit, sufficientDecrease, curvature, stepSize, firstTrial, maxStepSize, maxTrials } = readOptions(
    "wolfeLineSearch",
    options,
    rules,
  );
  checkOption("wolfeLineSearch", "curvature", curvature, { above: sufficientDecrease, below: 1 });
  checkOption("wolfeLineSearch", "stepSize", stepSize, { above: 0, max: maxStepSize });
  return defineUpdate({
    name: "wolfeLineSearch",
    settings: { sufficientDecrease: settingOf(rules.sufficientDecrease, sufficientDecrease) },
    columns: { ...searchColumns, wolfe: { meaning: "1: both Wolfe conditions hold, 0: sufficient decrease only" } },
    init: (_first, previous?: State): State => previous ?? { stepSize, slope: undefined, course: noCourse },
    step(it, state, settings) {
      checkProblem(it, merit);
      let trials = 0;
      let finite = false;
      const end = (outcome: SearchOutcome) => ({
        stepSize: 0,
        next: it.at,
        status: "stagnated" as const,
        columns: { outcome: searchOutcomes.indexOf(outcome), trials, wolfe: undefined },
      });
      if (!isFiniteVector(it.direction)) return end("non-finite");
      const product = scratchVector(it);
      const buffer = scratchVector(it);
      const start = meritOf(it, it.at, 0, merit, product);
      const slope = start.slope();
      if (!Number.isFinite(slope)) return end("non-finite");
      if (trialPoint(it, it.direction, maxStepSize, buffer) === undefined) return end("stagnated");
      if (slope >= 0) return end("failed");
      const course = merit === "value" ? furtherCourse(state.course ?? noCourse, start.value, slope) : noCourse;
      if (course.idle >= mostIdle) return end("stagnated");
      const before = state.slope;
      const wanted = firstTrial === "constant" || before === undefined ? stepSize : (state.stepSize * before) / slope;
      const { found, complete } = strongWolfe(
        start,
        (alpha) => {
          const point = trialPoint(it, it.direction, alpha, buffer);
          if (point === undefined) return undefined;
          trials++;
          const trial = meritOf(it, it.evaluate(point), alpha, merit, product);
          finite ||= Number.isFinite(trial.value);
          return trial;
        },
        {
          sufficientDecrease: settings.sufficientDecrease,
          curvature,
          first: Math.min(maxStepSize, Math.max(Number.MIN_VALUE, wanted)),
          maxStepSize,
          maxTrials,
          // Near a zero ||F||^2 falls towards 0, but L keeps its size, so its changes drown in rounding much earlier.
          rounding: merit === "value" ? roundingOfValue : 0,
          ...(merit === "value" && firstTrial === "previous" ? { margin: marginAfterPrevious } : {}),
        },
      );
      if (found === undefined) {
        if (trials > 0 && !finite) return end("non-finite");
        return end(trials >= maxTrials ? "failed" : "stagnated");
      }
      // Of the predicted decrease only rounding is left.
      if (merit === "gradientNorm" && !(found.value < start.value)) return end("stagnated");
      return {
        state: { stepSize: found.alpha, slope, course },
        stepSize: found.alpha,
        next: found.at,
        columns: { outcome: searchOutcomes.indexOf("accepted"), trials, wolfe: complete ? 1 : 0 },
      };
    },
  });
}

interface MeritProbe extends Probe {
  readonly at: Evaluation;
}

/**
 * The merit at alpha and its slope.
 *
 * @param product vector for J p, which the slopes of a search share
 */
function meritOf(
  it: Proposal,
  at: Evaluation,
  alpha: number,
  merit: "gradientNorm" | "value",
  product: Float64Array,
): MeritProbe {
  let known: number | undefined;
  const slope = (): number => {
    if (known !== undefined) return known;
    if (merit === "value") known = dot(at.field, it.direction);
    else {
      at.linearize().apply(it.direction, product);
      known = dot(at.field, product);
    }
    return known;
  };
  return { alpha, at, value: merit === "value" ? at.value : at.squaredFieldNorm / 2, slope };
}

function checkProblem(it: Proposal, merit: "gradientNorm" | "value"): void {
  const { problem, value } = it.at;
  if (problem.constraint !== undefined) {
    throw failure(
      "ERR_UNSUPPORTED",
      `wolfeLineSearch: expected a problem without a constraint, got ${problem.name} on ${problem.constraint.name}; use backtrackGradientNorm`,
    );
  }
  if (merit === "value" && Number.isNaN(value)) {
    throw failure(
      "ERR_UNSUPPORTED",
      `wolfeLineSearch: expected a problem with a potential, got ${problem.name}; use merit: "gradientNorm"`,
    );
  }
}

/**
 * What a search on L has brought so far. Near a minimum changes of L drown in rounding while slopes still decide, so
 * only a course without a lower value and without a smaller slope is at its end.
 */
interface Course {
  readonly lowest: number;
  readonly smallestSlope: number;
  /** Number of steps since one of the two fell. */
  readonly idle: number;
}

const noCourse: Course = {
  lowest: Number.POSITIVE_INFINITY,
  smallestSlope: Number.POSITIVE_INFINITY,
  idle: 0,
};

/** Number of steps without progress after which a search on L has ended: what is left is rounding. */
const mostIdle = 5;

function furtherCourse({ lowest, smallestSlope, idle }: Course, value: number, slope: number): Course {
  const progress = value < lowest || -slope < smallestSlope;
  return {
    lowest: Math.min(lowest, value),
    smallestSlope: Math.min(smallestSlope, -slope),
    idle: progress ? 0 : idle + 1,
  };
}

interface State {
  /** Step size of the last search; `stepSize` of the options before the first one. */
  readonly stepSize: number;
  /** Slope at the start of the last search; undefined before the first one. */
  readonly slope: number | undefined;
  /** Course of L; undefined in checkpoints of earlier versions. */
  readonly course: Course | undefined;
}

/** The point at which a run stands, and the way from there to the next one. */

import { failure } from "../../errors.ts";
import { warn } from "../../host.ts";
import { isFiniteVector, norm } from "../../linalg/vector.ts";
import type { Problem } from "../../problems/problem.ts";
import type { Checkpoint, Evaluation } from "../types.ts";
import { isCheckpoint } from "./checkpoint.ts";
import { checkLength } from "./checks.ts";
import { type EvaluatedPoint, evaluateAt, evaluateStep, losesPotential } from "./evaluation.ts";
import { explainPoint } from "./explainPoint.ts";
import type { StepDirection } from "./records.ts";
import type { Session } from "./session.ts";

export class Position {
  #problemOfStep: { readonly step: number; readonly problem: Problem } | undefined;
  /** Evaluation at the point; undefined before the first step. */
  #at: EvaluatedPoint | undefined;
  /** Step that leads away from `#at` and is not yet evaluated; undefined: `#at` is where the run stands. */
  #move: { readonly direction: StepDirection | undefined; readonly stepSize: number } | undefined;

  /** Point before the step that led to `#at`, or will; undefined: nobody can ask for it any more. */
  #from: Float64Array | undefined;

  /** Last trial that an operator evaluated, or its point where only F was asked for, and its step. */
  #trial: EvaluatedPoint | undefined;
  #trialPoint: Float64Array | undefined;
  #trialStep = -1;

  constructor(
    private readonly problem: Problem | ((step: number) => Problem),
    private readonly start: ArrayLike<number> | Checkpoint,
    private readonly session: Session,
  ) {}

  /** Moves by stepSize * direction (undefined: -F), projected on C. The new point is evaluated when it is asked for. */
  move(direction: StepDirection | undefined, stepSize: number): void {
    this.#move = { direction, stepSize };
  }

  /** Moves to a trial point that an operator accepted. */
  accept(next: EvaluatedPoint): void {
    this.#from = this.#at?.point;
    this.#at = next;
  }

  /** Evaluates where the run stands before its step is taken, for those who look at it from outside. */
  look(problem: Problem): { readonly at: EvaluatedPoint; readonly from: Float64Array | undefined } {
    // A copy, since the next point may be written over this one.
    const from = (this.#from ?? (this.#move === undefined ? undefined : this.#at?.point))?.slice();
    const at = this.evaluated(problem);
    this.#from = from;
    return { at, from };
  }

  /** Evaluates the problem where the run stands, unless that is already known for this very problem. */
  evaluated(problem: Problem): EvaluatedPoint {
    const { count, workspace } = this.session;
    const before = this.#at;
    this.#from = undefined;
    if (before === undefined) this.#at = this.#evaluatedStart(problem);
    else if (this.#move !== undefined) {
      const { direction = before, stepSize } = this.#move;
      // z + eta (-F) and z - eta F are the same bits.
      this.#at =
        direction instanceof Float64Array
          ? evaluateStep(problem, before.point, direction, stepSize, count, workspace)
          : evaluateStep(problem, before.point, direction.field, -stepSize, count, workspace);
    } else if (before.problem !== problem) this.#at = evaluateAt(problem, before.point, count);
    else if (workspace !== undefined) {
      before.forgetNegative();
      workspace.reclaim(before.point, before.field);
    }
    this.#move = undefined;
    return this.#at ?? before!;
  }

  #evaluatedStart(problem: Problem): EvaluatedPoint {
    const { count, workspace } = this.session;
    if (!isCheckpoint(this.start)) {
      const inside = startInside(problem, this.start, this.session);
      return evaluateAt(problem, inside, count, { careful: true, workspace });
    }
    const at = evaluateAt(problem, this.start.point, count, { workspace });
    // The earlier attempt has already counted the evaluation at this point.
    count.evaluations = this.start.evaluations;
    count.products = this.start.products;
    return at;
  }

  /** Writes F at a trial point into the caller's array and counts the evaluation. */
  readonly fieldAt = (point: Float64Array, out: Float64Array): void => {
    const { problem } = this.#problemOfStep!;
    if (point.length !== problem.dimension || out.length !== problem.dimension) {
      const got =
        point.length === problem.dimension ? `a field of length ${out.length}` : `a point of length ${point.length}`;
      throw failure(
        "ERR_LENGTH",
        `fieldAt: expected a trial point and a field of length ${problem.dimension}, got ${got}${this.session.where()}`,
      );
    }
    const { count } = this.session;
    count.evaluations++;
    const value = problem.evaluate(point, out);
    this.#trial = undefined;
    this.#trialPoint = point;
    this.#trialStep = this.session.step;
    if (Number.isFinite(value) || !losesPotential(problem, value, count)) return;
    // The field at such a point belongs to no potential, so whatever is computed from it has to be NaN.
    out.fill(Number.NaN);
  };

  /** Evaluates a trial point and counts the evaluation. */
  readonly evaluate = (point: Float64Array, problem: Problem = this.#problemOfStep!.problem): Evaluation => {
    if (point.length !== problem.dimension) {
      throw failure(
        "ERR_LENGTH",
        `evaluate: expected a trial point of length ${problem.dimension}, got ${point.length}${this.session.where()}`,
      );
    }
    const { count, workspace } = this.session;
    const at = evaluateAt(problem, point, count, { workspace });
    this.#trial = at;
    this.#trialStep = this.session.step;
    return at;
  };

  /**
   * Says what is not finite: at the present point if that is what is wrong, and at the last trial point, from which a
   * point that is not finite comes, or which made a search give up. Undefined where both are finite.
   */
  explain(at: EvaluatedPoint): string | undefined {
    const { step } = this.session;
    if (at.finite) return this.#explainTrial(step);
    const here = explainPoint(at.problem, at.point, at.field, at.value, at.lost);
    const trial = isFiniteVector(at.point) ? undefined : this.#explainTrial(step - 1);
    return trial === undefined ? here : `${here}, since ${trial}`;
  }

  /** What is not finite at the last trial point of a step; undefined if there was none, or nothing is wrong with it. */
  #explainTrial(step: number): string | undefined {
    if (this.#trialStep !== step) return undefined;
    const trial = this.#trial ?? evaluateAt(this.#problemOfStep!.problem, this.#trialPoint!, undefined);
    // The evaluation is repeated without the run's counts, which say whether a potential was known.
    const unknown = Number.isNaN(trial.value) && !trial.lost;
    const lost = trial.lost || (unknown && losesPotential(trial.problem, trial.value, this.session.count));
    if ((trial.finite && !lost) || !isFiniteVector(trial.point)) return undefined;
    return `at the last trial point ${explainPoint(trial.problem, trial.point, trial.field, trial.value, lost)}`;
  }

  /** The problem of a step; a function that gives problems is called once per step. */
  problemAt(step: number): Problem {
    if (typeof this.problem !== "function") {
      this.#problemOfStep ??= { step, problem: this.problem };
    } else if (this.#problemOfStep?.step !== step) {
      const problem = this.problem(step);
      checkLength(problem, this.start);
      this.#problemOfStep = { step, problem };
    }
    return this.#problemOfStep!.problem;
  }
}

/** The start; where it lies outside C its projection, with a warning. */
function startInside(problem: Problem, start: ArrayLike<number>, session: Session): ArrayLike<number> {
  const { constraint } = problem;
  if (constraint === undefined) return start;
  const given = Float64Array.from(start);
  const away = constraint.distance(given);
  // Within rounding the start is a projection already.
  if (away <= 1e-9 * norm(given)) return start;
  const inside = new Float64Array(given.length);
  constraint.project(given, inside);
  warn(
    `iterate: the start lies ${away} outside the ${constraint.name} of ${problem.name}; the run begins at its projection${session.where()}`,
  );
  return inside;
}

/**
 * Keeps account of who chose which part of a step, so that an update cannot silently discard what another one chose.
 */
import { type ErrorCode, failure } from "../../errors.ts";
import type { Evaluation, Proposal, Refines } from "../types.ts";
import { type Choice, choiceOf, directionOf, NegatedField, type StepDirection } from "./records.ts";
import type { Session } from "./session.ts";

/** Name, in messages, of a choice that was not made by an operator. */
const byHand = "a hand-written step";

/** The part of a result that concerns the step. */
interface Step {
  readonly direction?: Float64Array;
  readonly field?: Float64Array;
  readonly stepSize?: number;
  readonly next?: Evaluation;
}

/**
 * Updates the choices by an operator's result; undefined where it chose nothing.
 *
 * @param direction the direction that the result's direction or field gives
 * @throws ERR_AFTER_ACCEPTED, ERR_DIRECTION_DISCARDED, ERR_STEP_SIZE_DISCARDED
 */
export function chosen(
  it: Proposal,
  result: Step,
  direction: StepDirection | undefined,
  by: string,
  refines: Refines | undefined,
  session: Session,
): Choice | undefined {
  const { stepSize, next } = result;
  if (direction === undefined && stepSize === undefined && next === undefined) return undefined;
  if (result.direction !== undefined && result.field !== undefined) {
    throw failure(
      "ERR_DIRECTION_DISCARDED",
      `${by}: gives a direction and a field whose negative would be the direction; give one of them${session.where()}`,
    );
  }
  const before = choiceOf(it);
  if (it.next !== undefined) {
    const acceptor = before.next?.by ?? byHand;
    throw failure(
      "ERR_AFTER_ACCEPTED",
      `${by}: changes the step after ${acceptor} accepted a trial point; put ${by} before ${acceptor}${session.where()}`,
    );
  }
  if (direction !== undefined && refines !== "direction" && refines !== "both") {
    refuse("ERR_DIRECTION_DISCARDED", by, "direction", whoDirected(it, before, session), session);
  }
  if (stepSize !== undefined && refines !== "stepSize" && refines !== "both") {
    refuse("ERR_STEP_SIZE_DISCARDED", by, "stepSize", whoSized(it, before), session);
  }
  // Without spreads, since this happens for each update of each step.
  return {
    direction: direction === undefined ? before.direction : { by, value: direction },
    stepSize: stepSize === undefined ? before.stepSize : { by, value: stepSize },
    next: next === undefined ? before.next : { by },
  };
}

/** Finds who chose the direction; undefined where it is still that of the loop. */
function whoDirected(it: Proposal, before: Choice, session: Session): string | undefined {
  const direction = directionOf(it);
  if (direction === undefined) return undefined;
  const expected = before.direction?.value ?? session.at?.negativeField();
  // A spread has read the direction, which has made it an array.
  if (direction === expected || (expected instanceof NegatedField && direction === expected.negativeField())) {
    return before.direction?.by;
  }
  return byHand;
}

/** Finds who chose the step size; undefined where nobody has. */
function whoSized(it: Proposal, before: Choice): string | undefined {
  if (!Object.is(it.stepSize, before.stepSize?.value ?? Number.NaN)) return byHand;
  return before.stepSize?.by;
}

/** Throws where a choice would be discarded. */
function refuse(
  code: ErrorCode,
  by: string,
  what: "direction" | "stepSize",
  other: string | undefined,
  session: Session,
): void {
  if (other === undefined) return;
  const words = what === "direction" ? "direction" : "step size";
  throw failure(
    code,
    `${by}: would discard the ${words} that ${other} chose; remove one of them ` +
      `(an operator that builds on the earlier ${words} says refines: "${what}")${session.where()}`,
  );
}

/** Checks what comes back from an update. */
import { type FluxionError, failure } from "../../errors.ts";
import type { Proposal } from "../types.ts";
import { EvaluatedPoint } from "./evaluation.ts";
import { choiceOf, directionOf, NegatedField, sessionOf } from "./records.ts";
import type { Session } from "./session.ts";

const remedy = "an update answers each proposal once, while it is being fed";

/** The error if this is not the answer to the proposal that is being fed; undefined if it is. */
export function complaintAbout(
  it: unknown,
  session: Session,
  feeding: boolean,
  answered: boolean,
): FluxionError | undefined {
  if (!feeding) {
    return complaint(
      "emitted while no proposal was being fed; delay, observeOn, startWith and promises must not stand inside it",
      session,
    );
  }
  if (typeof it !== "object" || it === null || sessionOf(it) !== session) {
    return complaint(`returned something that is not a proposal of this run (${nameOf(it)}); ${remedy}`, session);
  }
  const { step } = it as Proposal;
  if (step !== session.step) {
    return complaint(`returned the proposal of step ${step} (scan, pairwise, buffer?); ${remedy}`, session);
  }
  if (answered) return complaint(`returned the proposal twice (merge, mergeMap, expand?); ${remedy}`, session);
  return undefined;
}

function complaint(what: string, session: Session): FluxionError {
  return failure("ERR_PROPOSAL", `iterate: the update ${what}${session.where()}`);
}

/** The error of an update that did not answer. */
export function nothingReturned(session: Session): FluxionError {
  const last = session.lastSeen === undefined ? "" : `; the last operator to see it was ${session.lastSeen}`;
  return failure(
    "ERR_PROPOSAL",
    "iterate: the update did not return the proposal while it was being fed: dropped (filter?) or late (delay, observeOn, mergeMap of a promise?)" +
      `${last}${session.where()}`,
  );
}

/**
 * Checks that the step of a proposal can be taken.
 *
 * @throws ERR_LENGTH, ERR_NO_STEP_SIZE, ERR_STEP_SIZE, ERR_OPTION_TYPE
 */
export function checkReturned(it: Proposal, session: Session): void {
  const n = it.point.length;
  const direction = directionOf(it);
  // Nearly every direction is an array, so that is tested first: a negative `instanceof` takes longer.
  if (!(direction instanceof Float64Array && direction.length === n)) {
    if (direction instanceof NegatedField) checkVector("a field", direction.field, n, session);
    else if (direction !== undefined) checkVector("a direction", direction, n, session);
  }
  if (it.next !== undefined) {
    if (!(it.next instanceof EvaluatedPoint)) {
      throw failure(
        "ERR_OPTION_TYPE",
        `iterate: expected next to come from it.evaluate(point), got ${nameOf(it.next)}${session.where()}`,
      );
    }
    checkVector("next.point", it.next.point, n, session);
  }
  if (it.status !== "running" || Number.isFinite(it.stepSize)) return;
  if (Number.isNaN(it.stepSize) && choiceOf(it).stepSize?.by === undefined) {
    throw failure(
      "ERR_NO_STEP_SIZE",
      "iterate: no operator chose a step size; add one that does, such as gradientStep(0.1) or backtrackGradientNorm(); " +
        `the operators of this run are ${session.names}${session.where()}`,
    );
  }
  throw failure(
    "ERR_STEP_SIZE",
    `iterate: expected a finite step size, got ${it.stepSize} from ${choiceOf(it).stepSize?.by ?? "a hand-written step"}${session.where()}`,
  );
}

function checkVector(what: string, vector: Float64Array, n: number, session: Session): void {
  if (!(vector instanceof Float64Array)) {
    throw failure(
      "ERR_OPTION_TYPE",
      `iterate: expected ${what} to be a Float64Array, got ${nameOf(vector)}${session.where()}`,
    );
  }
  if (vector.length !== n) {
    throw failure("ERR_LENGTH", `iterate: expected ${what} of length ${n}, got ${vector.length}${session.where()}`);
  }
}

/** Name of a value's class, for messages. */
function nameOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return value.constructor?.name ?? "an object";
}

/** Takes and checks checkpoints, the data from which a run can be resumed. */
import { failure } from "../../errors.ts";
import type { Checkpoint } from "../types.ts";
import type { Session } from "./session.ts";

export function isCheckpoint(start: ArrayLike<number> | Checkpoint): start is Checkpoint {
  return !("length" in start);
}

/**
 * Checks a checkpoint.
 *
 * @throws ERR_RESUME for an object that is not a checkpoint of this version, or is one of another run
 */
export function checkCheckpoint(checkpoint: Checkpoint, name: string | undefined): void {
  const { format, run, step, point, operators } = checkpoint as Partial<Checkpoint>;
  const refuse = (what: string): Error =>
    failure("ERR_RESUME", `iterate: expected a start point, or a checkpoint that iterate saved; ${what}`);
  if (format !== 2) throw refuse(`got an object of format ${JSON.stringify(format)}`);
  if (
    !(point instanceof Float64Array) ||
    !Number.isInteger(step) ||
    typeof operators !== "object" ||
    operators === null
  ) {
    throw refuse("this one lacks its point, step or operators");
  }
  if (name !== undefined && run !== name) {
    throw refuse(`this one is of the run "${String(run)}", and the option name says "${name}"`);
  }
}

/** Takes a checkpoint of the present state; everything in it is a copy. */
export function takeCheckpoint(session: Session, point: Float64Array, seconds: number): Checkpoint {
  return {
    format: 2,
    run: session.name,
    attempt: session.attempt,
    step: session.step,
    seconds,
    evaluations: session.count.evaluations,
    products: session.count.products,
    point: point.slice(),
    operators: session.remember(),
  };
}

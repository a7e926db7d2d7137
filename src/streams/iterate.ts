import { Observable } from "rxjs";
import { failure } from "../errors.ts";
import type { Problem } from "../problems/problem.ts";
import { checkCheckpoint, isCheckpoint } from "./loop/checkpoint.ts";
import { checkLength, checkOptions, checkPoint } from "./loop/checks.ts";
import { Loop } from "./loop/loop.ts";
import type { Checkpoint, Iterate, IterateOptions, Update } from "./types.ts";

/**
 * Runs an optimiser as a stream: each step is one emission.
 *
 * At step k the loop evaluates the problem at point k, hands a proposal (direction -F, no step size) to the update, and
 * emits what comes back as an iterate. Then it moves to the projection on C of point + stepSize * direction, or to the
 * trial point that the update accepted. Row k holds point k and the step chosen there.
 *
 * The stream is cold: each subscription is a run of its own. It begins on the next turn of the event loop, and yields
 * to the event loop every 2 ms; with `slice: Infinity` the whole run happens inside `subscribe`. The last row is the
 * one whose status is not `running`: an operator set it, a command made it `stopped`, or it is `diverged` because
 * an entry of F is not finite. A run that starts from a checkpoint goes on to the same iterates, bit for bit.
 *
 * Cost: 0.4 us per iterate at n = 2, about 1 us at n = 128, in addition to problem and operators
 * (`npm run bench -- loop`).
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(2), extragradient({ stepSize: 0.5 })))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm, it.status));
 * // 0 2 running
 * // 1 1.625 running
 * // 2 1.3203125 stopped
 * @param problem the problem; or, for minibatches and homotopy, a function of the step that is called once per step and
 *   gives the same answer for the same step
 * @param start a point of n numbers, or a checkpoint of an earlier run; a point outside C is projected, with a warning
 * @param update an RxJS operator on proposals, usually `chain(...)`; it answers each proposal once, while it is being
 *   fed
 * @param options {@link IterateOptions}
 * @throws ERR_OPTION_TYPE, ERR_OPTION_RANGE, ERR_LENGTH, ERR_NOT_FINITE, ERR_RESUME at once; in the stream
 *   ERR_NO_STEP_SIZE, ERR_STEP_SIZE, ERR_LENGTH, ERR_PROPOSAL, ERR_NOT_OBSERVABLE, ERR_RESUME, ERR_STATE, those of
 *   {@link defineUpdate}, and whatever problem and operators throw
 */
export function iterate(
  problem: Problem | ((step: number) => Problem),
  start: ArrayLike<number> | Checkpoint,
  update: Update,
  options: IterateOptions = {},
): Observable<Iterate> {
  if (typeof update !== "function") {
    throw failure(
      "ERR_OPTION_TYPE",
      `iterate: expected an update as third argument, got ${update === null ? "null" : typeof update}`,
    );
  }
  checkOptions(options);
  if (typeof start !== "object" || start === null) {
    throw failure(
      "ERR_OPTION_TYPE",
      `iterate: expected a start point or a checkpoint, got ${start === null ? "null" : typeof start}`,
    );
  }
  if (isCheckpoint(start)) checkCheckpoint(start, options.name);
  else checkPoint(start);
  if (typeof problem === "object" && problem !== null) checkLength(problem, start);
  else if (typeof problem !== "function") {
    throw failure(
      "ERR_OPTION_TYPE",
      `iterate: expected a problem, or a function that gives one for each step, got ${typeof problem}`,
    );
  }
  return new Observable((subscriber) => new Loop(problem, start, update, options, subscriber).begin());
}

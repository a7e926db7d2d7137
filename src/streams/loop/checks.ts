/** The checks that `iterate` makes before a run begins. */
import { failure } from "../../errors.ts";
import { isFiniteVector } from "../../linalg/vector.ts";
import { showValue } from "../../options.ts";
import type { Problem } from "../../problems/problem.ts";
import type { Checkpoint, IterateOptions } from "../types.ts";
import { isCheckpoint } from "./checkpoint.ts";

/**
 * Checks that a start consists of finite numbers.
 *
 * @throws ERR_NOT_FINITE
 */
export function checkPoint(start: ArrayLike<number>): void {
  if (start instanceof Float64Array && isFiniteVector(start)) return;
  for (let i = 0; i < start.length; i++) {
    const value: unknown = start[i];
    if (typeof value !== "number" || !Number.isFinite(value)) {
      throw failure(
        "ERR_NOT_FINITE",
        `iterate: expected a start of finite numbers, got ${String(value)} as entry ${i}`,
      );
    }
  }
}

/**
 * Checks that a start has the dimension of the problem.
 *
 * @throws ERR_LENGTH
 */
export function checkLength(problem: Problem, start: ArrayLike<number> | Checkpoint): void {
  const length = isCheckpoint(start) ? start.point.length : start.length;
  if (length === problem.dimension) return;
  const what = isCheckpoint(start) ? "a checkpoint whose point has length" : "a start of length";
  throw failure(
    "ERR_LENGTH",
    `iterate: expected ${what} ${problem.dimension}, got ${length}; the problem is ${problem.name}`,
  );
}

/**
 * Checks the options of `iterate`.
 *
 * @throws ERR_OPTION_RANGE, ERR_OPTION_TYPE
 */
export function checkOptions({ slice = 2, reuse = false, checkpoints }: IterateOptions): void {
  if (!(slice > 0)) {
    throw failure("ERR_OPTION_RANGE", `iterate: expected slice to be a positive number of milliseconds, got ${slice}`);
  }
  if (typeof reuse !== "boolean") {
    throw failure("ERR_OPTION_TYPE", `iterate: expected reuse to be true or false, got ${typeof reuse}`);
  }
  if (checkpoints === undefined) return;
  const { every = 1, seconds = 1, save } = checkpoints;
  if (!(Number.isInteger(every) && every > 0)) {
    throw failure(
      "ERR_OPTION_RANGE",
      `iterate: expected checkpoints.every to be a positive number of steps, got ${every}`,
    );
  }
  if (!(seconds > 0)) {
    throw failure("ERR_OPTION_RANGE", `iterate: expected checkpoints.seconds to be a positive number, got ${seconds}`);
  }
  if (typeof save !== "function") {
    throw failure("ERR_OPTION_TYPE", `iterate: expected checkpoints.save to be a function, got ${typeof save}`);
  }
}

/**
 * Checks that parts are operators.
 *
 * @throws ERR_OPTION_TYPE for a part that is not a function
 */
export function checkUpdates(who: string, parts: readonly unknown[]): void {
  for (const [i, part] of parts.entries()) {
    if (typeof part !== "function") {
      throw failure(
        "ERR_OPTION_TYPE",
        `${who}: expected operators, as in ${who}(a, b), got ${showValue(part)} as part ${i + 1}`,
      );
    }
  }
}

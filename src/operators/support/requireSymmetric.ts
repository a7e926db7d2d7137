import { failure, type Problem } from "../../authoring/index.ts";

/** Refuses a problem whose Jacobian is not symmetric, with what to do instead. */
export function requireSymmetric(who: string, problem: Problem, instead: string): void {
  if (problem.symmetric) return;
  throw failure(
    "ERR_NOT_SYMMETRIC",
    `${who}: expected a problem whose Jacobian is symmetric, got ${problem.name}; ${instead}`,
  );
}

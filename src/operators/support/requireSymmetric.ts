import { failure, type Problem } from "../../authoring/index.ts";

/**
 * Checks that the problem's Jacobian is symmetric.
 *
 * @param instead the end of the message: what to use for other problems
 * @throws ERR_NOT_SYMMETRIC
 */
export function requireSymmetric(who: string, problem: Problem, instead: string): void {
  if (problem.symmetric) return;
  throw failure(
    "ERR_NOT_SYMMETRIC",
    `${who}: expected a problem whose Jacobian is symmetric, got ${problem.name}; ${instead}`,
  );
}

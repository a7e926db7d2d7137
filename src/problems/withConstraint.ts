import { failure } from "../errors.ts";
import { domainOf } from "./extendProblem.ts";
import type { ConvexSet, Problem } from "./problem.ts";

/**
 * Replaces the constraint of a problem: the result is the variational inequality of the same field on the set.
 *
 * @throws {RangeError} ERR_LENGTH if problem and set have different dimensions
 */
export function withConstraint(who: string, problem: Problem, set: ConvexSet): Problem {
  if (set.dimension !== problem.dimension) {
    throw failure(
      "ERR_LENGTH",
      `${who}: expected a set of dimension ${problem.dimension}, that of ${problem.name}, got ${set.name} of dimension ` +
        `${set.dimension}`,
    );
  }
  return {
    name: problem.name,
    dimension: problem.dimension,
    symmetric: problem.symmetric,
    evaluate: (point, field) => problem.evaluate(point, field),
    linearize: (point) => problem.linearize(point),
    blocks: problem.blocks,
    ...domainOf(problem),
    constraint: set,
    get description() {
      return problem.description ?? { problem: problem.name };
    },
  };
}

import { domainOf } from "./domainOf.ts";
import type { TracedProblem } from "./problem.ts";

/** Adds members to a problem. It delegates to the problem, so it does not matter how the problem was made. */
export function extendProblem<Extra extends object>(problem: TracedProblem, extra: Extra): TracedProblem & Extra {
  return {
    name: problem.name,
    dimension: problem.dimension,
    symmetric: problem.symmetric,
    blocks: problem.blocks,
    ...domainOf(problem),
    ...(problem.constraint === undefined ? {} : { constraint: problem.constraint }),
    ...(problem.game === undefined ? {} : { game: problem.game }),
    ...(problem.description === undefined ? {} : { description: problem.description }),
    evaluate: (point, field) => problem.evaluate(point, field),
    linearize: (point) => problem.linearize(point),
    with: (data) => problem.with(data),
    ...extra,
  };
}

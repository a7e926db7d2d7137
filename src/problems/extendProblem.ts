import { outputMembers } from "./outputs/outputObjective.ts";
import type { Problem, TracedProblem } from "./problem.ts";

/** Adds members to a problem. It delegates to the problem, so it does not matter how the problem was made. */
export function extendProblem<P extends TracedProblem, Extra extends object>(problem: P, extra: Extra): P & Extra;
export function extendProblem(problem: TracedProblem, extra: object): TracedProblem {
  return {
    name: problem.name,
    dimension: problem.dimension,
    symmetric: problem.symmetric,
    blocks: problem.blocks,
    ...domainOf(problem),
    ...(problem.constraint === undefined ? {} : { constraint: problem.constraint }),
    ...(problem.game === undefined ? {} : { game: problem.game }),
    ...(problem.description === undefined ? {} : { description: problem.description }),
    // The graph is that of `evaluate`, so it goes where that is replaced.
    ...(problem.graph === undefined || "evaluate" in extra ? {} : { graph: problem.graph }),
    evaluate: (point, field) => problem.evaluate(point, field),
    linearize: (point) => problem.linearize(point),
    with: (data) => problem.with(data),
    rowsOf: (data) => problem.rowsOf(data),
    ...outputMembers(problem),
    ...extra,
  };
}

/** The members that say where a problem is defined, for problems that wrap it and have its points and its potential. */
export function domainOf(problem: Problem): Pick<Problem, "hasPotential" | "explainNotFinite"> {
  return {
    ...(problem.hasPotential === undefined ? {} : { hasPotential: problem.hasPotential }),
    ...(problem.explainNotFinite === undefined
      ? {}
      : { explainNotFinite: (point: Float64Array) => problem.explainNotFinite!(point) }),
  };
}

/** What the first of several problems says that has something to say. */
export function explainFirst(problems: readonly Problem[], point: Float64Array): string | undefined {
  for (const problem of problems) {
    const text = problem.explainNotFinite?.(point);
    if (text !== undefined) return `${text} of ${problem.name}`;
  }
  return undefined;
}

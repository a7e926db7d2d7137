import type { Problem } from "./problem.ts";

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

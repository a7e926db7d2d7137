import type { Problem } from "../../src/problems/problem.ts";

/** A problem that says how often its field was evaluated and its Jacobian prepared. */
export function counted(problem: Problem): Problem & { readonly calls: { evaluate: number; linearize: number } } {
  const calls = { evaluate: 0, linearize: 0 };
  return {
    ...problem,
    calls,
    evaluate(point, field) {
      calls.evaluate++;
      return problem.evaluate(point, field);
    },
    linearize(point) {
      calls.linearize++;
      return problem.linearize(point);
    },
  };
}

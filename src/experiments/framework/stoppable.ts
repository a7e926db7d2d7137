import { callable } from "../../arguments.ts";
import type { LinearMap } from "../../linalg/linearMap.ts";
import { checkOption } from "../../options.ts";
import { domainOf } from "../../problems/extendProblem.ts";
import { type OutputObjective, outputMembers } from "../../problems/outputs/outputObjective.ts";
import type { Problem, TracedProblem } from "../../problems/problem.ts";
import { provedOf, withProof } from "../../problems/symmetries/proved.ts";
import { problemRule } from "../../problems/traced/arguments.ts";

/** Thrown by an evaluation or a product after a stop was asked for. It is not an error: the run ends where it is. */
export class StopRequested extends Error {
  override readonly name = "StopRequested";
  constructor() {
    super("stopped by the user");
  }
}

/**
 * Wraps a problem so that it checks a stop flag before each evaluation and each product. A step of many products can
 * then be stopped as quickly as a short one.
 *
 * @example
 * let stop = false;
 * const problem = stoppable(bilinear(), () => stop);
 * iterate(problem, [1, 1], gradientStep(0.1)).subscribe({
 *   next: (row) => void (stop = row.step === 3),
 *   error: (error) => console.log(error instanceof StopRequested),
 * });
 * // true
 */
export function stoppable(problem: Problem, stopped: () => boolean): Problem {
  checkOption("stoppable", "problem", problem, problemRule);
  checkOption("stoppable", "stopped", stopped, callable);
  const check = (): void => {
    if (stopped()) throw new StopRequested();
  };
  const { graph } = problem as Partial<TracedProblem>;
  const wrapped: Problem = {
    name: problem.name,
    dimension: problem.dimension,
    symmetric: problem.symmetric,
    blocks: problem.blocks,
    ...(problem.constraint === undefined ? {} : { constraint: problem.constraint }),
    ...(problem.game === undefined ? {} : { game: problem.game }),
    ...(problem.description === undefined ? {} : { description: problem.description }),
    ...domainOf(problem),
    // Its field is that of the problem, so that what is proved of the one holds for the other.
    ...(graph === undefined ? {} : { graph }),
    evaluate(point, field) {
      check();
      return problem.evaluate(point, field);
    },
    linearize(point) {
      check();
      return stoppableMap(problem.linearize(point), check);
    },
    ...stoppableOutputs(problem, check),
  };
  return withProof(wrapped, () => provedOf(problem));
}

/** The matrices of a problem with outputs, for the operators that need them. Those that Krylov solvers use stop too. */
function stoppableOutputs(problem: Problem, check: () => void): Partial<OutputObjective> {
  const members = outputMembers(problem);
  const matrices = ["gaussNewton", "fisher", "empiricalFisher"] as const;
  for (const name of matrices) {
    const own = members[name];
    if (own === undefined) continue;
    members[name] = (point) => {
      check();
      return stoppableMap(own(point), check);
    };
  }
  return members;
}

function stoppableMap(map: LinearMap, check: () => void): LinearMap {
  return {
    rows: map.rows,
    columns: map.columns,
    symmetric: map.symmetric,
    apply(v, out) {
      check();
      map.apply(v, out);
    },
    applyTranspose(u, out) {
      check();
      map.applyTranspose(u, out);
    },
    applyMany(vectors, count, out) {
      check();
      map.applyMany(vectors, count, out);
    },
  };
}

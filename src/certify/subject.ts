/** The problem and the point of a proof, checked. */
import { type IntervalDerivatives, intervalDerivatives } from "../autodiff/index.ts";
import { failure } from "../errors.ts";
import type { Problem, TracedProblem } from "../problems/problem.ts";

/** Rule of the least relative radius that `no zero` needs. */
export const leastRadiusRule = { default: 1e-4, above: 0, infinite: true } as const;

/** A copy of the point. @throws ERR_LENGTH, ERR_NOT_FINITE */
export function checkedPoint(who: string, problem: Problem, point: ArrayLike<number>): Float64Array {
  if (point.length !== problem.dimension) {
    throw failure(
      "ERR_LENGTH",
      `${who}: expected ${problem.dimension} numbers, a point of ${problem.name}, got ${point.length}`,
    );
  }
  const z = Float64Array.from(point);
  const bad = z.findIndex((x) => !Number.isFinite(x));
  if (bad < 0) return z;
  throw failure("ERR_NOT_FINITE", `${who}: expected finite numbers, got ${z[bad]} at index ${bad}`);
}

const known = new WeakMap<Problem, IntervalDerivatives>();

/** Derivatives in intervals, which are made once per problem. @throws ERR_UNSUPPORTED for a problem without a graph */
export function enclosedDerivatives(who: string, problem: Problem): IntervalDerivatives {
  const found = known.get(problem);
  if (found !== undefined) return found;
  const { graph } = problem as Partial<TracedProblem>;
  if (graph === undefined) {
    throw failure(
      "ERR_UNSUPPORTED",
      `${who}: expected a problem that objective, vectorField or their kin traced, got ${problem.name}, a plain Problem, ` +
        "of whose derivatives no graph is known; write its loss in TensorFlow.js",
    );
  }
  const made = intervalDerivatives(graph);
  known.set(problem, made);
  return made;
}

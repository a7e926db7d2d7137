/** The problem and the point of a proof, checked. */
import { type IntervalDerivatives, intervalDerivatives } from "../autodiff/index.ts";
import { failure } from "../errors.ts";
import type { Problem, TracedProblem } from "../problems/problem.ts";
import { checkPoint } from "../problems/traced/arguments.ts";
import { ballAround } from "./rounding.ts";

/** Rule of the least relative radius that `no zero` needs. */
export const leastRadiusRule = { default: 1e-4, above: 0, infinite: true } as const;

/** A copy of the point. @throws ERR_OPTION_TYPE, ERR_LENGTH, ERR_NOT_FINITE */
export function checkedPoint(who: string, problem: Problem, point: ArrayLike<number>): Float64Array {
  checkPoint(who, problem, point);
  const z = Float64Array.from(point);
  const bad = z.findIndex((x) => !Number.isFinite(x));
  if (bad < 0) return z;
  throw failure("ERR_NOT_FINITE", `${who}: expected finite numbers, got ${z[bad]} at index ${bad}`);
}

/** What is proved about: the field of a graph. */
export interface Subject {
  readonly derivatives: IntervalDerivatives;
  readonly isGradient: boolean;
  /** Encloses <w, F> and its derivatives, for a gradient F. */
  readonly along: (w: Float64Array) => IntervalDerivatives;
}

const known = new WeakMap<Problem, Subject>();

/**
 * Gives the derivatives in intervals, which are made once per problem.
 *
 * @throws ERR_UNSUPPORTED for a problem without a graph, or one whose field at the point is not that of its graph, as that
 *   of a copy with another `evaluate`
 */
export function subjectOf(who: string, problem: Problem, z: Float64Array): Subject {
  const subject = graphOf(who, problem);
  const { mid, rad } = subject.derivatives.gradient(ballAround(z, 0));
  const field = new Float64Array(z.length);
  problem.evaluate(z, field);
  const size = field.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const bad = field.findIndex((x, i) => Math.abs(x - mid[i]!) > 16 * rad[i]! + sameField * size);
  if (bad < 0) return subject;
  throw failure(
    "ERR_UNSUPPORTED",
    `${who}: expected a problem whose field is that of its graph, got ${problem.name}, whose field has the component ` +
      `${field[bad]} at index ${bad}, and its graph ${mid[bad]}; certify the problem that was traced`,
  );
}

/** Share of the largest component of a field beyond which it is another field, not rounded differently. */
const sameField = 1e-6;

function graphOf(who: string, problem: Problem): Subject {
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
  const made = {
    derivatives: intervalDerivatives(graph),
    isGradient: problem.symmetric && graph.value !== undefined,
    along: (w: Float64Array) => intervalDerivatives({ ...graph, along: w }),
  };
  known.set(problem, made);
  return made;
}

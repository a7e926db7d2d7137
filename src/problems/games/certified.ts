import type { Problem } from "../problem.ts";

/** A problem whose solutions are known independently of any method. */
export interface SolvedProblem extends Problem {
  /** Known solutions: all of them if the problem has finitely many, else some. */
  readonly solutions: readonly Float64Array[];
}

/** A problem in which the quality of a point can be computed independently of F and of any method. */
export interface CertifiedProblem extends Problem {
  /** Gives a number that is 0 at solutions and positive elsewhere in C. Each problem says what it measures. */
  certificate(point: Float64Array): number;
}

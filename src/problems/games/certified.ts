import type { Problem } from "../problem.ts";

/** A problem with solutions known independently of any method. */
export interface SolvedProblem extends Problem {
  /** Known solutions: all of them where the problem has finitely many, else some. */
  readonly solutions: readonly Float64Array[];
}

/** A problem in which a point's quality can be computed independently of F and of any method. */
export interface CertifiedProblem extends Problem {
  /** A number that is 0 at solutions, positive elsewhere in C; what it measures stands with the problem. */
  certificate(point: Float64Array): number;
}

import type { LinearMap } from "../../linearMap.ts";

/**
 * How MINRES-QLP ended, in the order of precedence; the numbers are the flags of Algorithm 937.
 *
 * - `non-finite`: the map or the preconditioner gave NaN or an infinity; `x` is the last iterate before
 * - `zero` (0): b = 0, so x = 0
 * - `solution` (1): relativeResidual <= relativeTolerance
 * - `least-squares` (2): an iterate with relativeCokernelResidual <= relativeTolerance was found, which solves
 *   min ||A x - b||; x is that iterate, or the shorter one without its kernel component, whose relativeCokernelResidual
 *   may be larger but is at most 1e-5 or relativeTolerance
 * - `solution-to-rounding` (3), `least-squares-to-rounding` (4): the same at machine precision
 * - `stopped`: `onIteration` asked for it
 * - `eigenvector` (5): ||A|| ||x|| has outgrown ||b|| / machine epsilon: x is an eigenvector of the smallest eigenvalue
 * - `norm-limit` (6): another component would take ||x|| beyond maxNorm; x is without it
 * - `condition-limit` (7): another component would need a condition number beyond maxCondition; x is without it
 * - `iteration-limit` (8)
 *
 * An eigenvector b (-1) is no case of its own: the tests and limits above hold for it. An exactly singular system (9)
 * ends as `least-squares` or at a limit.
 */
export const minresTerminations = [
  "non-finite",
  "zero",
  "solution",
  "least-squares",
  "solution-to-rounding",
  "least-squares-to-rounding",
  "stopped",
  "eigenvector",
  "norm-limit",
  "condition-limit",
  "iteration-limit",
] as const;

export type MinresTermination = (typeof minresTerminations)[number];

/** Options of `minresQLP`. */
export interface MinresQLPOptions {
  /** Solves (A + shift I) x = b. Default 0. */
  readonly shift?: number;
  /**
   * P, symmetric positive definite, near |A|^-1; applied once an iteration. With it every norm below is that of the
   * preconditioned system: ||r||_P = sqrt(r^T P r) for residuals, ||x|| in P^-1, and the least squares are those of ||.||_P.
   */
  readonly preconditioner?: LinearMap;
  /** Stops when either relative residual is at most this, >= 0. Default 1e-12 (the authors' code: 1e-6). */
  readonly relativeTolerance?: number;
  /** Lanczos steps, a positive integer. Default 4 n: rounding may cost more than n (the authors' code: n). */
  readonly maxIterations?: number;
  /** Bound on ||x||, > 0. Default Infinity: a bound has the units of x (the authors' code: 1e7). */
  readonly maxNorm?: number;
  /**
   * Bound on the condition number of what is solved, > 1. Default 1e11: what is singular only up to rounding then counts as
   * singular, without a bound on ||x|| (the authors' code: 1e15).
   */
  readonly maxCondition?: number;
  /** From this estimated condition on QLP updates replace the cheaper MINRES updates, >= 1. Default 1e7 (the authors' code). */
  readonly transitionCondition?: number;
  /** Called after each iteration; returning true stops. Residuals as in the result, of this iterate and of the one before. */
  readonly onIteration?: (
    iteration: number,
    relativeResidual: number,
    relativeCokernelResidual: number,
  ) => boolean | void;
}

/** What `minresQLP` returns. A stands for A + shift I; `norm` is the running estimate of its 2-norm, a lower bound. */
export interface MinresQLPResult {
  readonly x: Float64Array;
  /** ||r|| of r = b - A x, computed directly from x. */
  readonly residualNorm: number;
  /** ||A r||, computed directly; Infinity where it is not finite. */
  readonly cokernelResidualNorm: number;
  /** ||r|| / (||A|| ||x|| + ||b||), in [0, 1]; 0 for b = 0. */
  readonly relativeResidual: number;
  /** ||A r|| / (||A|| ||r||); 0 for A r = 0. */
  readonly relativeCokernelResidual: number;
  readonly norm: number;
  /** ||A|| over the smallest diagonal entry of the QLP factor L used for x (at `condition-limit`: of the one refused). */
  readonly condition: number;
  /** Lanczos steps: products with A, but for two more that the residuals take. */
  readonly iterations: number;
  readonly termination: MinresTermination;
}

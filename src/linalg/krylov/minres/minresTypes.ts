import type { LinearMap } from "../../linearMap.ts";

/**
 * Ways in which MINRES-QLP ends, in the order of precedence. The numbers are the flags of Algorithm 937.
 *
 * - `non-finite`: the map or the preconditioner gave NaN or an infinity; x is the last iterate before
 * - `zero` (0): b = 0, so x = 0
 * - `solution` (1): relativeResidual <= relativeTolerance, and x is as accurate as that: see {@link minresQLP}
 * - `least-squares` (2): an iterate with relativeCokernelResidual <= relativeTolerance was found, which solves min ||A
 *   x - b||; x is that iterate, or the shorter one without its kernel component, whose relativeCokernelResidual may be
 *   larger but is at most 1e-5 or relativeTolerance, or one from a kept basis, where the part of r in the range of A
 *   bounds the error of x
 * - `solution-to-rounding` (3), `least-squares-to-rounding` (4): the same at machine precision
 * - `stopped`: `onIteration` returned true
 * - `eigenvector` (5): ||A|| ||x|| has outgrown ||b|| / machine epsilon, so x is an eigenvector of the smallest
 *   eigenvalue
 * - `norm-limit` (6): another component would take ||x|| beyond maxNorm; x does without it
 * - `condition-limit` (7): another component would need a condition number beyond maxCondition, and x does without it;
 *   or the condition number, in float64, leaves open what the length of x is
 * - `iteration-limit` (8): maxIterations iterations were made, or the Krylov space cannot grow
 *
 * An eigenvector b (-1) is not a case of its own: the tests and limits above hold for it. An exactly singular system
 * (9) ends as `least-squares` or at a limit.
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
  /** Multiple of the identity that is added: (A + shift I) x = b is solved. Default 0. */
  readonly shift?: number;
  /**
   * P, symmetric positive definite, near |A|^-1; applied once per iteration. With it every norm below is that of the
   * preconditioned system: ||r||_P = sqrt(r^T P r) for residuals, the norm in P^-1 for x, and the least squares are
   * those of ||.||_P.
   */
  readonly preconditioner?: LinearMap;
  /** Bound at which either relative residual stops the solver, in [0, 1]. Default 1e-12 (the authors' code: 1e-6). */
  readonly relativeTolerance?: number;
  /**
   * Greatest number of Lanczos steps. Default 4 n, since rounding may cost more than n steps (the authors' code: n).
   */
  readonly maxIterations?: number;
  /** Bound on ||x||, > 0. Default Infinity, since a bound has the units of x (the authors' code: 1e7). */
  readonly maxNorm?: number;
  /**
   * Bound on the condition number of the system, > 1. Default 1e11: a system that is singular up to rounding then
   * counts as singular, without a bound on ||x|| (the authors' code: 1e15).
   */
  readonly maxCondition?: number;
  /**
   * Estimated condition, >= 1, from which on QLP updates replace the cheaper MINRES ones. Default 1e7 (as the authors).
   */
  readonly transitionCondition?: number;
  /**
   * Iterate that is returned where the co-kernel test or `maxCondition` stops the solver. `passed`: the iterate that
   * passed the test, without the component that would follow. `last`: the iterate after it, with that component, as in
   * the code published with Algorithm 937; the residuals of the result are those of this longer x. Default `passed`.
   */
  readonly returnedIterate?: "passed" | "last";
  /**
   * Function that is called after each iteration and stops the solver by returning true. The residuals are defined as
   * in the result; `relativeResidual` is that of this iterate, `relativeCokernelResidual` that of the iterate before.
   */
  readonly onIteration?: (
    iteration: number,
    relativeResidual: number,
    relativeCokernelResidual: number,
  ) => boolean | void;
}

/** What `minresQLP` returns. Here A stands for A + shift I. */
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
  /**
   * Running estimate of the 2-norm ||A||, a lower bound; from a fixed vector where the Krylov space of b shows less than
   * 1e-11 of it.
   */
  readonly norm: number;
  /** ||A|| over the smallest diagonal entry of the factor L used for x; at `condition-limit` that of the refused L. */
  readonly condition: number;
  /**
   * Number of Lanczos steps, one product with A each, those of a second attempt included. The residuals take two more,
   * the norm outside the Krylov space one, and a second attempt up to thirteen.
   */
  readonly iterations: number;
  /** How the solver ended. */
  readonly termination: MinresTermination;
}

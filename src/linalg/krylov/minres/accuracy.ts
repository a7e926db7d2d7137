/** What can be said of a solution, given what rounding and the condition number leave open. */

/** Errors of products and recurrences that are backward stable, relative to ||A|| ||x|| + ||b||. */
export const roundingOfProducts = 16 * Number.EPSILON;
/** Eigenvalues that rounding of entries and products makes of those that are 0, relative to ||A||. */
export const roundingOfKernel = 4 * Number.EPSILON;
/** Error of the length of x, relative to it, up to which a solution is called one. */
const wantedError = 1e-6;
/** Residual within the range of A, relative to ||b||, up to which a solution is called one. */
export const wantedResidual = 5e-9;

/** Condition number from which on rounding decides what x is. */
export const mostCondition = 1e11;

/** A solution, and what is known of its system. */
export interface Claim {
  readonly xNorm: number;
  readonly norm: number;
  readonly condition: number;
  readonly beta1: number;
  readonly relativeTolerance: number;
}

/**
 * Estimates the relative error of x by ||r|| / (sigma ||x||), where r is the part of the residual in the range of A,
 * and sigma its smallest singular value that matters. Rounding alone makes r as large as epsilon ||A|| ||x||, and it
 * takes epsilon ||A|| / sigma of the part outside the range for one inside.
 */
export function accuracyOf({ xNorm, norm, condition }: Claim, inside: number, outside: number): number {
  if (xNorm === 0 || norm === 0) return 0;
  const size = norm * xNorm;
  return (inside / size + Number.EPSILON * (1 + (condition * outside) / size)) * condition;
}

/** Whether x is as accurate as its tolerance promises, but at least to 1e-6 in length and 1e-8 in residual. */
export function isAccurate({ beta1, relativeTolerance }: Claim, error: number, residual: number): boolean {
  return (
    error <= Math.max(wantedError, relativeTolerance) && residual <= Math.max(wantedResidual, relativeTolerance) * beta1
  );
}

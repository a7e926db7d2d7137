import type { AffineGenerator, SymmetryEvidence } from "../problems/symmetries/symmetry.ts";

/**
 * What is proved. `zero`: there is a zero of F near the point, and one only (one orbit under the symmetry).
 * `zero, given the symmetry`: the same, if a symmetry that nobody has proved is one. `no zero`: there is none near the
 * point. `undecided`: neither is proved, and `because` says why.
 */
export type Verdict = "zero" | "zero, given the symmetry" | "no zero" | "undecided";

/** The values of {@link Verdict}. */
export const verdicts = ["zero", "zero, given the symmetry", "no zero", "undecided"] as const satisfies Verdict[];

/** Bounds of a real number. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** A symmetry in a certificate. */
export interface SymmetryUse {
  readonly name: string;
  /** How it is known: `proved` only if the problem's construction gave it. */
  readonly evidence: SymmetryEvidence;
  /** Number of its generators that were used. */
  readonly generators: number;
  /**
   * Number of random points at which intervals could have refuted it and did not; 0 if it is proved, or if the gradient
   * has no finite bound at any of 100 points.
   */
  readonly attacked: number;
}

/** The numbers of a proof that a zero exists: what an independent checker starts from, and what it has to find again. */
export interface ZeroProof {
  /**
   * Basis Q of the slice: row i is `basis.subarray(i * n, (i + 1) * n)`, n - m rows, orthonormal up to rounding. G(y) =
   * Q F(z + Q^T y) = 0 is the equation that was solved. For a field that is not a gradient it is absent, and the slice
   * is all of R^n.
   */
  readonly basis: Float64Array | undefined;
  /** Curvatures Lambda along the rows of the basis, n - m numbers; absent for a field that is not a gradient. */
  readonly curvatures: Float64Array | undefined;
  /** Generators xi_i that were combined into the m tangents, in the order of the rows of `combinations`. */
  readonly generators: readonly AffineGenerator[];
  /** Matrix S, generators x m, row by row: tangent j is t_j(x) = sum_i S_ij xi_i(x). */
  readonly combinations: Float64Array;
  /** Radius rho of the ball |y| <= rho in which H was enclosed. */
  readonly radius: number;
  /** Upper bound Y of ||Lambda^-1 Q F(z)||. */
  readonly newtonStep: number;
  /** Upper bound Z of ||I - Lambda^-1 Q J(x) Q^T|| on the ball. Below 1. */
  readonly contraction: number;
  /** Upper bound of || |Lambda|^-1/2 (Q H(x) Q^T - Lambda) |Lambda|^-1/2 || on the ball. Below 1: Sylvester's law. */
  readonly inertia: number | undefined;
  /** Upper bound of ||I - B B^T||, where the rows of B are the basis and the tangents, within `exists`. Below 1. */
  readonly regularity: number;
}

/** What {@link certify} proved about a point. Every statement in it holds in exact arithmetic, under `assumptions`. */
export interface Certificate {
  readonly verdict: Verdict;
  /** One sentence that says what is proved, or why nothing is and what to do. */
  readonly because: string;
  /** Name of the problem. */
  readonly problem: string;
  /** Point z at the centre of the statement: the given one, or where Newton's steps led from it. */
  readonly point: Float64Array;
  /** Distance of z from the given point, rounded upwards; 0 if it is the given point. */
  readonly moved: number;
  /** Radius r0: the zero lies within it of z. Undefined unless the verdict is a zero. */
  readonly exists: number | undefined;
  /**
   * Radius rho in which the zero is the only one: in the slice z + range Q^T, which meets each orbit near z once; in
   * R^n without a symmetry.
   */
  readonly unique: number | undefined;
  /**
   * Radius around the given point in which there is no zero. Present where it was asked for: where no zero is certified,
   * and where Newton's steps moved the point by more than a hundredth of its length.
   */
  readonly excluded: number | undefined;
  /** Bounds of the loss at the zero; undefined for a field without a potential. */
  readonly loss: Bounds | undefined;
  /** Number of negative eigenvalues of the Hessian at the zero. Exact; undefined for a field that is not a gradient. */
  readonly morseIndex: number | undefined;
  /** Dimension of the kernel of the Jacobian at the zero, which is that of the orbit. Exact. */
  readonly kernelDimension: number | undefined;
  /** Symmetries on which the verdict rests. */
  readonly symmetry: readonly SymmetryUse[];
  /** Names of symmetries that were given and are refuted: they were not used. */
  readonly refuted: readonly string[];
  /** What the verdict takes for granted, in words. */
  readonly assumptions: readonly string[];
  /** Numbers of the proof of a zero; undefined for another verdict. */
  readonly proof: ZeroProof | undefined;
  /** Number of interval Jacobians that were computed. */
  readonly jacobians: number;
  /** Number of interval products J v beyond them. */
  readonly products: number;
}

/** What {@link excludeZero} proved: no zero of F lies within `radius` of the point. */
export interface Exclusion {
  /** Radius in the 2-norm; 0 if nothing is excluded. */
  readonly radius: number;
  /** Radius divided by ||z||: Infinity at the origin if the radius is not 0. */
  readonly relative: number;
  /** Sentence that says what is proved, or why nothing is. */
  readonly because: string;
  /** Number of interval products J v. */
  readonly products: number;
}

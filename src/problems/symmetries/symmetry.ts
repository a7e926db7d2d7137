/** Symmetries of a loss: affine fields of velocities along which it does not change. */

/**
 * A field of velocities xi(x) = M x + c that moves points along their orbits. M is given by its entries other than 0.
 */
export interface AffineGenerator {
  /** Row of each entry of M. */
  readonly rows: ArrayLike<number>;
  /** Column of each entry of M. */
  readonly columns: ArrayLike<number>;
  /** Value of each entry of M. */
  readonly values: ArrayLike<number>;
  /** Offset c, n numbers. Default: 0. */
  readonly offset?: ArrayLike<number>;
}

/**
 * How it is known that a generator is a symmetry: `proved` by the construction of the problem, `sampled` by
 * `findSymmetries` at random points, or `claimed` by whoever gave it.
 */
export type SymmetryEvidence = "proved" | "sampled" | "claimed";

/** A continuous symmetry of a loss L: <xi(x), grad L(x)> = 0 at all x, for each of its generators xi. */
export interface Symmetry {
  /** Words for tables, such as "gl(4) between encoder and decoder". */
  readonly name: string;
  /**
   * How it is known. A certificate takes no object's word for `proved`: it asks the problem whether its construction
   * gave it this symmetry.
   */
  readonly evidence: SymmetryEvidence;
  /** Number of generators. */
  readonly count: number;
  /** Makes the generators. A wide linear layer has many, so nothing is kept. */
  generators(): readonly AffineGenerator[];
}

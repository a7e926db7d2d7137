import type { JsonValue } from "../json.ts";
import type { LinearMap } from "../linalg/linearMap.ts";

/**
 * F: R^n -> R^n in float64, with what the solvers need of it.
 *
 * Optimisation is the special case F = gradient of L (then `symmetric` is true and `evaluate` returns L); a game stacks
 * each player's own gradient and has no potential.
 */
export interface Problem {
  readonly name: string;
  /** n, the length of a point. */
  readonly dimension: number;
  /** J = J^T: F is a gradient. */
  readonly symmetric: boolean;
  /** Returns L(z) (NaN without a potential) and writes F(z) into `field`: every entry, whatever was there. Keeps neither array. */
  evaluate(point: Float64Array, field: Float64Array): number;
  /** Everything that does not depend on v is done once, here; the result maps v to J(z) v. */
  linearize(point: Float64Array): LinearMap;
  /** C of the variational inequality; absent: R^n. */
  readonly constraint?: ConvexSet;
  /** Who plays, where the problem is a game: what duality gaps and exploitability need. */
  readonly game?: Game;
  /** Each parameter tensor's place in z. */
  readonly blocks: readonly ParameterBlock[];
  /** What `run.json` keeps of the problem: its options, a hash of its data, reductions made. */
  readonly description?: JsonValue;
}

/** Values of data inputs, by name; they are copied. */
export type DataValues = Readonly<Record<string, Float64Array | readonly number[]>>;

/** What `objective` and `vectorField` give. */
export interface TracedProblem extends Problem {
  /**
   * The same problem on other data: a cheap new object that shares the compiled program. Values with another leading
   * extent (minibatches of another size) cost one more trace of the loss, the first time that size comes.
   *
   * @throws {RangeError} ERR_DATA_NAME for a name that the function does not use, ERR_LENGTH for values that fill no shape,
   *   ERR_NOT_FINITE, ERR_OPTION_RANGE for numbers that the input's type or place does not take, ERR_SHAPE where the function
   *   fails for these sizes
   */
  with(data: DataValues): TracedProblem;
}

/** A closed convex set. Vectors given are of its dimension; `out` may be the input itself. */
export interface ConvexSet {
  readonly name: string;
  readonly dimension: number;
  readonly bounded: boolean;
  /** Writes the nearest point of C into `out`, which may be `point` itself. */
  project(point: Float64Array, out: Float64Array): void;
  /** sup of <u, g> over u in C (Infinity where unbounded); where it is attained, a maximiser is written into `at` when given. */
  support(gradient: Float64Array, at?: Float64Array): number;
  /** Euclidean distance of a point from C. */
  distance(point: Float64Array): number;
  /** Writes an element of C that no coordinate makes special where there is one (the centre of a box, the uniform strategy): a start. */
  someElement?(out: Float64Array): void;
  /**
   * Bregman projection for the entropy: writes argmin over u in C of sum_i u_i (log u_i - l_i) - u_i, which is the point
   * of C nearest to exp(l) in Kullback-Leibler divergence. In logarithms, so that a mirror step, l = log z - eta F(z),
   * neither overflows nor underflows. Absent where C has none in closed form.
   */
  projectEntropic?(logarithms: Float64Array, out: Float64Array): void;
  /**
   * An element of the projection's generalised (Clarke) Jacobian at a point: symmetric, eigenvalues in [0, 1]; its
   * derivative where it has one. For semismooth Newton methods. Absent where C has none in closed form.
   */
  linearizeProjection?(point: Float64Array): LinearMap;
  /** C as linear constraints, where it is a polyhedron: intersections of such sets are exact. */
  linearConstraints?(): LinearConstraints;
}

/** {u : A u <= b, E u = d}, rows of `dimension` numbers. */
export interface LinearConstraints {
  /** A, row by row. */
  readonly inequalities: readonly Float64Array[];
  readonly bounds: readonly number[];
  /** E, row by row. */
  readonly equalities: readonly Float64Array[];
  readonly values: readonly number[];
}

/** The players of a game, in the order of their strategies in z. */
export interface Game {
  readonly players: readonly Player[];
  /** Writes each player's cost, which it minimises, at the joint strategy z. */
  costs(point: Float64Array, out: Float64Array): void;
}

/** `z.subarray(offset, offset + size)` is the player's strategy, the same part of F(z) the gradient of its cost. */
export interface Player {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  /** The strategies it may choose from; absent: R^size. */
  readonly constraint?: ConvexSet;
  /** Its cost is affine in its own strategy, so that a best response is a maximiser of the set's support function at -F. */
  readonly affine: boolean;
}

/** A parameter tensor's place in z: `z.subarray(offset, offset + size)` holds it in row-major order. */
export interface ParameterBlock {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
  /** The player whose strategy it is, in a game. */
  readonly player?: string;
}

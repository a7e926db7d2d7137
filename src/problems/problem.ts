import type { IntervalSource } from "../autodiff/interval/source.ts";
import type { JsonValue } from "../json.ts";
import type { LinearMap } from "../linalg/linearMap.ts";

/**
 * A field F: R^n -> R^n in float64, with the members that the solvers need.
 *
 * Optimisation is the special case in which F is the gradient of L; then `symmetric` is true and `evaluate` returns L.
 * A game stacks each player's gradient of its own cost and has no potential.
 */
export interface Problem {
  readonly name: string;
  /** Dimension n, the length of a point. */
  readonly dimension: number;
  /** Whether J = J^T, so that F is a gradient. */
  readonly symmetric: boolean;
  /**
   * Returns L(z), or NaN without a potential, and writes F(z) into `field`. It must write every entry, whatever the
   * array held before, and it must not keep either array.
   */
  evaluate(point: Float64Array, field: Float64Array): number;
  /** Gives the map v -> J(z) v. Everything that does not depend on v is computed here, once. */
  linearize(point: Float64Array): LinearMap;
  /**
   * Whether `evaluate` returns a potential, so that NaN means a point outside its domain, as an infinity always does.
   * Default: unknown, in which case NaN means that once a run of a symmetric problem has met a number.
   */
  readonly hasPotential?: boolean;
  /**
   * Says which operation first gives NaN or an infinity at a point, as in "log(-1) gives NaN, in the loss"; undefined
   * if all results are finite. Runs ask for it once, where they meet such a point. Absent: the run says which component
   * of F it is.
   */
  explainNotFinite?(point: Float64Array): string | undefined;
  /** Set C of the variational inequality. Absent: R^n. */
  readonly constraint?: ConvexSet;
  /** Players and costs, if the problem is a game. Duality gaps and exploitability need them. */
  readonly game?: Game;
  /** Places of the parameter tensors in z. */
  readonly blocks: readonly ParameterBlock[];
  /** Data that `run.json` keeps of the problem: its options, a hash of its data, reductions made. */
  readonly description?: JsonValue;
}

/** Values of data inputs, by name. Numbers are copied; rows of a source are read where they are needed. */
export type DataValues = Readonly<Record<string, Float64Array | readonly number[] | RowSource>>;

/**
 * Rows of data that are read in parts, so that there may be more of them than memory holds. `arrowRows` of
 * `fluxion/arrow` gives those of a file. They must not change.
 */
export interface RowSource {
  /** Words for messages, such as "the column x of train.arrow". */
  readonly name: string;
  /** Number of rows. */
  readonly count: number;
  /** Numbers per row. */
  readonly width: number;
  /** Writes rows from the number `first` on, one after the other, as many as the target holds. */
  read(first: number, target: Float64Array): void;
  /** Writes the rows of these numbers, one after the other. */
  gather(rows: ArrayLike<number>, target: Float64Array): void;
}

/** A problem that `objective`, `vectorField` and their kin trace. */
export interface TracedProblem extends Problem {
  /**
   * Loss and field as graphs, with the numbers of the data: what `intervalDerivatives` encloses. It is the graph that was
   * traced, after `reduceSamples` where that replaced data. Absent for a problem whose field was changed since.
   */
  readonly graph?: IntervalSource;
  /**
   * Gives the same problem on other data: a cheap new object that shares the compiled program. Values with another
   * leading extent (minibatches of another size) cost one more trace of the loss when that size comes for the first
   * time.
   *
   * The rows of a source are checked once, by one pass over them. A field that is a sum over samples then reads them
   * tile by tile, so they never lie in memory all at once; any other field reads them as a whole.
   *
   * @throws {RangeError} ERR_DATA_NAME for a name that the function does not use, ERR_LENGTH for values that do not
   *   fill a shape, ERR_NOT_FINITE, ERR_OPTION_RANGE for numbers that the input's type or place does not take,
   *   ERR_SHAPE if the function fails for these sizes
   */
  with(data: DataValues): TracedProblem;
  /**
   * Gives the problem on rows of larger data, which are chosen later. The data are checked once. The rows are copied
   * when the problem is evaluated, straight into the memory of its program, so neither the data nor an array of row
   * numbers may change. `minibatches` chooses the rows of each step.
   *
   * @throws {RangeError} as `with`, also ERR_LENGTH for data of different numbers of rows
   */
  rowsOf(data: DataValues): ProblemOnRows<TracedProblem>;
}

/** A problem as a function of the rows of its data. */
export interface ProblemOnRows<P extends TracedProblem> {
  /** Gives the problem on some rows. @throws ERR_OPTION_RANGE for a row that there is not, ERR_LENGTH for no rows */
  (rows: ArrayLike<number>): P;
  /** Number of rows that there are. */
  readonly count: number;
}

/** A closed convex set C. Vectors that are passed to it have its dimension; `out` may be the input itself. */
export interface ConvexSet {
  readonly name: string;
  readonly dimension: number;
  readonly bounded: boolean;
  /** Writes the nearest point of C into `out`, which may be `point` itself. */
  project(point: Float64Array, out: Float64Array): void;
  /**
   * Gives the support function, sup of <u, g> over u in C; Infinity if it is unbounded. If the supremum is attained and
   * `at` is given, a maximiser is written into it.
   */
  support(gradient: Float64Array, at?: Float64Array): number;
  /** Gives the Euclidean distance of a point from C. */
  distance(point: Float64Array): number;
  /**
   * Writes an element of C to start from. If C has one that does not prefer a coordinate, it is this one: the centre of
   * a box, the uniform strategy.
   */
  someElement?(out: Float64Array): void;
  /**
   * Writes the Bregman projection for the entropy: the argmin over u in C of sum_i u_i (log u_i - l_i) - u_i, which is
   * the point of C nearest to exp(l) in Kullback-Leibler divergence. It takes logarithms, so that a mirror step,
   * l = log z - eta F(z), neither overflows nor underflows. Absent if C has no closed form for it.
   */
  projectEntropic?(logarithms: Float64Array, out: Float64Array): void;
  /**
   * Gives an element of the projection's generalised (Clarke) Jacobian at a point, for semismooth Newton methods. It is
   * symmetric with eigenvalues in [0, 1], and the derivative where the projection has one. Absent if C has no closed
   * form for it.
   */
  linearizeProjection?(point: Float64Array): LinearMap;
  /** Gives C as linear constraints if it is a polyhedron. Intersections of such sets are exact. */
  linearConstraints?(): LinearConstraints;
  /**
   * Counts the projections so far that an iterative algorithm gave up before it had converged. Rows of a run say how
   * many of them their step made. Absent if projections are exact.
   */
  inexactProjections?(): number;
}

/** The polyhedron {u : A u <= b, E u = d}, with rows of `dimension` numbers. */
export interface LinearConstraints {
  /** Matrix A, row by row. */
  readonly inequalities: readonly Float64Array[];
  /** Vector b. */
  readonly bounds: readonly number[];
  /** Matrix E, row by row. */
  readonly equalities: readonly Float64Array[];
  /** Vector d. */
  readonly values: readonly number[];
}

/** The players of a game, in the order of their strategies in z. */
export interface Game {
  readonly players: readonly Player[];
  /** Writes the cost of each player, which it minimises, at the joint strategy z. */
  costs(point: Float64Array, out: Float64Array): void;
}

/**
 * A player of a game. `z.subarray(offset, offset + size)` is its strategy; the same part of F(z) is the gradient of its
 * cost with respect to that strategy.
 */
export interface Player {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  /** Set of strategies that the player may choose from. Absent: R^size. */
  readonly constraint?: ConvexSet;
  /**
   * Whether the cost is affine in the player's own strategy. A best response is then a maximiser of the set's support
   * function at -F.
   */
  readonly affine: boolean;
}

/** The place of a parameter tensor in z: `z.subarray(offset, offset + size)` holds it in row-major order. */
export interface ParameterBlock {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
  /** Name of the player whose strategy the block is, in a game. */
  readonly player?: string;
}

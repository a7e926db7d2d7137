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
  /** Returns L(z) (NaN without a potential) and writes F(z) into `field`. Keeps neither array. */
  evaluate(point: Float64Array, field: Float64Array): number;
  /** Everything that does not depend on v is done once, here; the result maps v to J(z) v. */
  linearize(point: Float64Array): LinearMap;
  /** C of the variational inequality; absent: R^n. */
  readonly constraint?: ConvexSet;
  /** Each parameter tensor's place in z. */
  readonly blocks: readonly ParameterBlock[];
  /** What `run.json` keeps of the problem: its options, a hash of its data, reductions made. */
  readonly description?: JsonValue;
}

/** What `objective` and `vectorField` give. `with`: the same problem on other data, a cheap new object that shares the compiled program. */
export interface TracedProblem extends Problem {
  with(data: Readonly<Record<string, Float64Array>>): TracedProblem;
}

/** A closed convex set. */
export interface ConvexSet {
  readonly name: string;
  readonly dimension: number;
  readonly bounded: boolean;
  /** Writes the nearest point of C into `out`, which may be `point` itself. */
  project(point: Float64Array, out: Float64Array): void;
  /** sup of <u, g> over u in C (Infinity where unbounded); its maximiser is written into `at` when given. */
  support(gradient: Float64Array, at?: Float64Array): number;
  /** Euclidean distance of a point from C. */
  distance(point: Float64Array): number;
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

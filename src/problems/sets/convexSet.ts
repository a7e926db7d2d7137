import { failure } from "../../errors.ts";
import type { LinearMap } from "../../linalg/linearMap.ts";
import { addScaled } from "../../linalg/vector.ts";
import type { ConvexSet, LinearConstraints } from "../problem.ts";

/** What {@link convexSet} needs; lengths are checked for it. */
export interface ConvexSetSpec {
  readonly name: string;
  readonly dimension: number;
  /** A function where it costs something: called when first asked for. */
  readonly bounded: boolean | (() => boolean);
  /** Writes the nearest point of C into `out`, which may be `point` itself. */
  readonly project: (point: Float64Array, out: Float64Array) => void;
  /**
   * Writes the nearest point to point + stepSize * direction into `out`, which may be either of them: bit for bit what `project`
   * makes of that sum, in fewer passes over memory. Default: the sum, then its projection.
   */
  readonly projectStep?: (point: Float64Array, stepSize: number, direction: Float64Array, out: Float64Array) => void;
  /** sup of <u, g> over u in C, and its maximiser into `at` where it is attained. */
  readonly support: (gradient: Float64Array, at: Float64Array | undefined) => number;
  /** Default: the projection of 0. */
  readonly someElement?: (out: Float64Array) => void;
  /** Default: the length of the way to the projection. */
  readonly distance?: (point: Float64Array) => number;
  readonly projectEntropic?: (logarithms: Float64Array, out: Float64Array) => void;
  readonly linearizeProjection?: (point: Float64Array) => LinearMap;
  readonly linearConstraints?: () => LinearConstraints;
}

/**
 * A closed convex set from its projection and support function.
 *
 * What cannot be filled in (entropic projection, derivative of the projection, linear constraints) is absent from the
 * set where the spec has none. Vectors of another length are refused.
 *
 * @example
 * const ray = convexSet({ name: "ray", dimension: 1, bounded: false,
 *   project: (point, out) => { out[0] = Math.max(0, point[0]); }, support: ([g]) => (g > 0 ? Infinity : 0) });
 * @throws {RangeError} ERR_OPTION_RANGE for a dimension that is none; ERR_LENGTH, when used, for vectors of another length
 */
export function convexSet(spec: ConvexSetSpec): ConvexSet {
  const { name, dimension, project, support } = spec;
  let bounded = typeof spec.bounded === "boolean" ? spec.bounded : undefined;
  const { projectEntropic, linearizeProjection, linearConstraints } = spec;
  checkDimension(name, dimension);
  const check = (what: string, values: Float64Array): void => {
    if (values.length !== dimension) wrongLength(name, what, dimension, values.length);
  };
  const distance =
    spec.distance ??
    ((point: Float64Array): number => {
      const nearest = new Float64Array(dimension);
      project(point, nearest);
      let sum = 0;
      for (let i = 0; i < dimension; i++) sum += (point[i]! - nearest[i]!) ** 2;
      return Math.sqrt(sum);
    });
  const set: ConvexSet = {
    name,
    dimension,
    get bounded() {
      bounded ??= typeof spec.bounded === "function" && spec.bounded();
      return bounded;
    },
    project(point, out) {
      check("point", point);
      check("out", out);
      project(point, out);
    },
    support(gradient, at) {
      check("gradient", gradient);
      if (at !== undefined) check("at", at);
      return support(gradient, at);
    },
    distance(point) {
      check("point", point);
      return distance(point);
    },
    someElement(out) {
      check("out", out);
      if (spec.someElement !== undefined) return spec.someElement(out);
      out.fill(0);
      project(out, out);
    },
    ...(projectEntropic && {
      projectEntropic(logarithms: Float64Array, out: Float64Array): void {
        check("logarithms", logarithms);
        check("out", out);
        projectEntropic(logarithms, out);
      },
    }),
    ...(linearizeProjection && {
      linearizeProjection(point: Float64Array): LinearMap {
        check("point", point);
        return linearizeProjection(point);
      },
    }),
    ...(linearConstraints && { linearConstraints }),
  };
  if (spec.projectStep !== undefined) fused.set(set.project, spec.projectStep);
  return set;
}

/** By projection, not by set: one that is made of another by a spread and projects in its own way has none. */
const fused = new WeakMap<ConvexSet["project"], NonNullable<ConvexSetSpec["projectStep"]>>();

/** out <- Pi_C(point + stepSize * direction), C being R^n without a set; `out` may be either vector. Lengths are the caller's promise. */
export function stepInside(
  set: ConvexSet | undefined,
  point: Float64Array,
  stepSize: number,
  direction: Float64Array,
  out: Float64Array,
): void {
  const projectStep = set === undefined ? undefined : fused.get(set.project);
  if (projectStep !== undefined && set!.dimension === out.length) {
    projectStep(point, stepSize, direction, out);
    return;
  }
  addScaled(point, stepSize, direction, out);
  set?.project(out, out);
}

function wrongLength(name: string, what: string, expected: number, got: number): never {
  throw failure("ERR_LENGTH", `${name}: expected ${expected} numbers for ${what}, got ${got}`);
}

export function checkDimension(who: string, dimension: number): void {
  if (Number.isInteger(dimension) && dimension > 0) return;
  throw failure("ERR_OPTION_RANGE", `${who}: expected a positive integer as dimension, got ${dimension}`);
}

/** A number that must be positive and finite. */
export function checkPositive(who: string, what: string, value: number): void {
  if (value > 0 && value < Number.POSITIVE_INFINITY) return;
  throw failure("ERR_OPTION_RANGE", `${who}: expected ${what} to be a positive number, got ${value}`);
}

/** A copy of a vector of finite numbers, of a given length if there is one. */
export function finiteVector(who: string, what: string, values: ArrayLike<number>, length?: number): Float64Array {
  if (length !== undefined && values.length !== length) wrongLength(who, what, length, values.length);
  const copy = Float64Array.from(values);
  const bad = copy.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return copy;
  throw failure("ERR_NOT_FINITE", `${who}: expected finite numbers for ${what}, got ${copy[bad]} at ${bad}`);
}

/** A unit row of A or E: +-e_i. */
export function unitRow(dimension: number, i: number, sign = 1): Float64Array {
  const row = new Float64Array(dimension);
  row[i] = sign;
  return row;
}

export const noConstraints: LinearConstraints = { inequalities: [], bounds: [], equalities: [], values: [] };

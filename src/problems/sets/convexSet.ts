import { unitOf } from "../../elementary/index.ts";
import { failure } from "../../errors.ts";
import type { LinearMap } from "../../linalg/linearMap.ts";
import { addScaled, distance as distanceBetween, largestEntry } from "../../linalg/vector.ts";
import { checkOption, readOptions } from "../../options.ts";
import type { ConvexSet, LinearConstraints } from "../problem.ts";
import { callback, positiveInteger, text, vector } from "../rules.ts";

/** The parts of a set for {@link convexSet}, which checks the lengths of vectors for them. */
export interface ConvexSetSpec {
  /** Name of the set in messages. */
  readonly name: string;
  /** Dimension n of the set's points. */
  readonly dimension: number;
  /** Whether the set is bounded. If finding out costs something, give a function; it is called when first needed. */
  readonly bounded: boolean | (() => boolean);
  /** Function that writes the nearest point of C into `out`, which may be `point` itself. */
  readonly project: (point: Float64Array, out: Float64Array) => void;
  /**
   * Function that writes the projection of point + stepSize * direction into `out`, which may be either vector. It must
   * give the same bits as `project` of that sum, in fewer passes over memory. Default: the sum, then its projection.
   */
  readonly projectStep?: (point: Float64Array, stepSize: number, direction: Float64Array, out: Float64Array) => void;
  /**
   * Function that writes the displacement Pi_C(point + stepSize * direction) - point of a point of C into `out`, which
   * is neither vector. It must not lose a step that is too short to change the point's digits. Default: from
   * projections of longer steps where the step is that short.
   */
  readonly displacement?: (point: Float64Array, stepSize: number, direction: Float64Array, out: Float64Array) => void;
  /** Function that gives sup of <u, g> over u in C, and writes a maximiser into `at` if the supremum is attained. */
  readonly support: (gradient: Float64Array, at: Float64Array | undefined) => number;
  /** Function that writes an element of C. Default: the projection of 0. */
  readonly someElement?: (out: Float64Array) => void;
  /** Function that gives the distance from C. Default: the distance from the projection. */
  readonly distance?: (point: Float64Array) => number;
  /** Function as in {@link ConvexSet}. Default: absent. */
  readonly projectEntropic?: (logarithms: Float64Array, out: Float64Array) => void;
  /** Function as in {@link ConvexSet}. Default: absent. */
  readonly linearizeProjection?: (point: Float64Array) => LinearMap;
  /** Function as in {@link ConvexSet}. Default: absent. */
  readonly linearConstraints?: () => LinearConstraints;
  /** Function as in {@link ConvexSet}. Default: absent. */
  readonly inexactProjections?: () => number;
}

const rules = {
  name: { ...text, required: true },
  dimension: { ...positiveInteger, required: true },
  bounded: {
    required: true,
    expected: "true, false or a function",
    is: (value: unknown) => typeof value === "boolean" || typeof value === "function",
  },
  project: { ...callback, required: true },
  projectStep: callback,
  displacement: callback,
  support: { ...callback, required: true },
  someElement: callback,
  distance: callback,
  projectEntropic: callback,
  linearizeProjection: callback,
  linearConstraints: callback,
  inexactProjections: callback,
} as const;

/**
 * Makes a closed convex set from its projection and support function.
 *
 * The entropic projection, the derivative of the projection and the linear constraints cannot be filled in. If the
 * specification does not have them, the set does not have them either. Vectors of another length are refused.
 *
 * Cost: that of the functions given.
 *
 * @example
 * const ray = convexSet({
 *   name: "ray",
 *   dimension: 1,
 *   bounded: false,
 *   project: (point, out) => { out[0] = Math.max(0, point[0]!); },
 *   support: (gradient) => (gradient[0]! > 0 ? Infinity : 0),
 * });
 * console.log(ray.distance(Float64Array.of(-2)));
 * // 2
 * @param spec {@link ConvexSetSpec}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for a wrong specification
 * @throws {RangeError} ERR_OPTION_RANGE for a dimension that is not a positive integer; ERR_LENGTH, when the set is
 *   used, for vectors of another length
 */
export function convexSet(spec: ConvexSetSpec): ConvexSet {
  return setOf(readOptions("convexSet", spec, rules));
}

type Essential = "name" | "dimension" | "bounded" | "project" | "support";
type SetParts = Pick<ConvexSetSpec, Essential> & {
  readonly [K in Exclude<keyof ConvexSetSpec, Essential>]?: ConvexSetSpec[K] | undefined;
};

/** Makes a set from parts of which only the dimension needs a check. Messages begin with the name of the set. */
export function setOf(spec: SetParts): ConvexSet {
  const { name, dimension, project, support } = spec;
  let bounded = typeof spec.bounded === "boolean" ? spec.bounded : undefined;
  const { projectEntropic, linearizeProjection, linearConstraints, inexactProjections } = spec;
  checkDimension(name, dimension);
  const check = (what: string, values: Float64Array): void => {
    if (values.length !== dimension) wrongLength(name, what, dimension, values.length);
  };
  const distance =
    spec.distance ??
    ((point: Float64Array): number => {
      const nearest = new Float64Array(dimension);
      project(point, nearest);
      return distanceBetween(point, nearest);
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
    ...(inexactProjections && { inexactProjections }),
  };
  if (spec.projectStep !== undefined) fused.set(set.project, spec.projectStep);
  if (spec.displacement !== undefined) displacements.set(set.project, spec.displacement);
  return set;
}

/**
 * Keyed by the projection, not by the set: a set that is made of another by a spread, and projects in its own way, must
 * not inherit the step.
 */
const fused = new WeakMap<ConvexSet["project"], NonNullable<ConvexSetSpec["projectStep"]>>();

/**
 * Computes out <- Pi_C(point + stepSize * direction); without a set C is R^n. `out` may be either vector. The caller
 * must see to the lengths.
 */
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

/** Keyed as `fused` is. */
const displacements = new WeakMap<ConvexSet["project"], NonNullable<ConvexSetSpec["displacement"]>>();

/** A step shorter than this share of the point is measured by a longer one. */
const shortStep = 2 ** -20;

/**
 * Computes out <- Pi_C(point + stepSize * direction) - point for a point of C; without a set C is R^n. `out` is neither
 * vector.
 *
 * However short the step is against the point, it is not lost: point + step rounds to the point, but the displacement
 * is the step where nothing stops it. A set without a displacement of its own is asked for Pi_C(point + t step) - point
 * with a power of two t that makes the step long enough. This displacement, divided by t, is never longer than the true
 * one, is 0 exactly where that is, and equals it where both steps end on the same face.
 */
export function stepDisplacement(
  set: ConvexSet | undefined,
  point: Float64Array,
  stepSize: number,
  direction: Float64Array,
  out: Float64Array,
): void {
  const n = out.length;
  if (set === undefined) {
    for (let i = 0; i < n; i++) out[i] = stepSize * direction[i]!;
    return;
  }
  const own = displacements.get(set.project);
  if (own !== undefined && set.dimension === n) {
    own(point, stepSize, direction, out);
    return;
  }
  const size = largestEntry(point);
  const way = Math.abs(stepSize) * largestEntry(direction);
  const short = way > 0 && way < shortStep * size;
  // Neither t nor t * stepSize may overflow.
  const t = short ? unitOf(Math.min((shortStep * size) / way, 2 ** 1000, 2 ** 1000 / Math.abs(stepSize))) : 1;
  stepInside(set, point, t * stepSize, direction, out);
  for (let i = 0; i < n; i++) out[i] = (out[i]! - point[i]!) / t;
}

function wrongLength(name: string, what: string, expected: number, got: number): never {
  throw failure("ERR_LENGTH", `${name}: expected ${expected} numbers for ${what}, got ${got}`);
}

/** @throws ERR_OPTION_RANGE for a dimension that is not a positive integer */
export function checkDimension(who: string, dimension: number): void {
  if (Number.isInteger(dimension) && dimension > 0) return;
  throw failure("ERR_OPTION_RANGE", `${who}: expected a positive integer as dimension, got ${dimension}`);
}

/** @throws ERR_OPTION_RANGE for a number that is not positive and finite */
export function checkPositive(who: string, what: string, value: number): void {
  if (value > 0 && value < Number.POSITIVE_INFINITY) return;
  throw failure("ERR_OPTION_RANGE", `${who}: expected ${what} to be a positive number, got ${value}`);
}

/**
 * Copies a vector.
 *
 * @throws ERR_LENGTH if it does not have the length that is given, ERR_NOT_FINITE for NaN or infinities
 */
export function finiteVector(who: string, what: string, values: ArrayLike<number>, length?: number): Float64Array {
  checkOption(who, what, values, vector);
  if (length !== undefined && values.length !== length) wrongLength(who, what, length, values.length);
  const copy = Float64Array.from(values);
  const bad = copy.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return copy;
  throw failure("ERR_NOT_FINITE", `${who}: expected finite numbers for ${what}, got ${copy[bad]} at ${bad}`);
}

/** Makes a unit row +-e_i of A or E. */
export function unitRow(dimension: number, i: number, sign = 1): Float64Array {
  const row = new Float64Array(dimension);
  row[i] = sign;
  return row;
}

export const noConstraints: LinearConstraints = { inequalities: [], bounds: [], equalities: [], values: [] };

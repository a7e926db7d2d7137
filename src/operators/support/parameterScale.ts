/** Units of the parameters, in which a method sees a problem whose parameters have different sizes. */
import { type Evaluation, isFiniteVector, type LinearMap, squaredNorm } from "../../authoring/index.ts";
import { exponentOf, scaleByPower } from "../../elementary/index.ts";
import { linearMap } from "../../linalg/makeLinearMap.ts";
import { finiteMatrix } from "./finiteMatrix.ts";

/**
 * The option `scaling` of the operators that know units of the parameters. `curvature`: powers of two next to
 * 1 / sqrt(|J_ii|), so that parameters of different size count alike; `none`: the parameters as they are; `automatic`:
 * `curvature` for n <= 100, where n products cost little, and `none` above.
 */
export type Scaling = "automatic" | "curvature" | "none";

/*
 * Methods with a trust region let the units shrink as curvatures grow, as MINPACK does. Methods with a line search keep
 * the units of their first row.
 */

/** The rule of the option {@link Scaling}. */
export const scalingRule = { oneOf: ["automatic", "curvature", "none"] } as const;

/** Number of parameters up to which `automatic` measures the curvatures, at a product each. */
const cheap = 100;

/** Whether the parameters get units. */
export function scales(scaling: Scaling, n: number): boolean {
  return scaling === "automatic" ? n <= cheap : scaling === "curvature";
}

/** What a method remembers of the sizes: for each parameter the largest curvature so far, 0 where it had none. */
export type Sizes = Float64Array;

/**
 * The problem in units: parameter i is u_i y_i, where u_i is a power of two, so that changing units rounds nothing. A
 * field that is a gradient then is U F with the Jacobian U J U; any other field keeps its own units, and J becomes J U.
 */
export interface Units {
  /** The units u. */
  readonly units: Float64Array;
  /** The sizes after this point. */
  readonly sizes: Sizes;
}

/**
 * Units from the curvatures, as in MINPACK [1]: u_i = 1 / sqrt(largest |J_ii| so far) where J is symmetric, and one over
 * the largest length of column i of J elsewhere, both rounded to powers of two. They only shrink, so that a point where
 * a curvature vanishes does not lengthen the steps.
 *
 * They are equivariant: if parameter i is measured in units 2^k times smaller, u_i becomes 2^k times larger, to the last
 * bit, whatever the other parameters do; if the loss is multiplied by a power of two, all u_i are multiplied by one. For
 * this sqrt is rounded relative to the first parameter that has curvature. A parameter that never had any is measured by
 * its largest mixed curvature with another one, or has the unit of that first parameter.
 *
 * @param matrix J, row by row
 * @see [1] More, "The Levenberg-Marquardt algorithm: implementation and theory", Lecture Notes in Math. 630, 1978,
 *   doi:10.1007/BFb0067700
 */
export function unitsOf(matrix: Float64Array, symmetric: boolean, before: Sizes | undefined): Units {
  const n = Math.round(Math.sqrt(matrix.length));
  const sizes = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const now = symmetric ? Math.abs(matrix[i * n + i]!) : columnLength(matrix, n, i);
    sizes[i] = Math.max(before?.[i] ?? 0, now);
  }
  const units = new Float64Array(n);
  const first = sizes.findIndex((size) => size > 0);
  if (first < 0) return { units: units.fill(1), sizes };
  const reference = exponentOf(sizes[first]!);
  // Exponents of curvatures are halved relative to the first one's, so a factor of 2 in all of them shifts all alike.
  const odd = symmetric ? reference & 1 : 0;
  const half = (size: number): number => (symmetric ? Math.floor((exponentOf(size) - odd) / 2) : exponentOf(size));
  for (let i = 0; i < n; i++) if (sizes[i]! > 0) units[i] = scaleByPower(1, -half(sizes[i]!));
  for (let i = 0; i < n; i++) {
    if (sizes[i]! > 0) continue;
    let mixed = 0;
    for (let j = 0; j < n; j++) {
      if (sizes[j]! > 0) mixed = Math.max(mixed, Math.abs(scaleByPower(matrix[i * n + j]! * units[j]!, -odd)));
    }
    units[i] = symmetric && mixed > 0 ? scaleByPower(1, -exponentOf(mixed)) : units[first]!;
  }
  return { units, sizes };
}

function columnLength(matrix: Float64Array, n: number, column: number): number {
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(matrix[i * n + column]!));
  if (largest === 0) return 0;
  const exponent = exponentOf(largest);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += scaleByPower(matrix[i * n + column]!, -exponent) ** 2;
  return scaleByPower(Math.sqrt(sum), exponent);
}

/** The matrix in units, U J U or J U; undefined where an entry leaves the range of float64. */
export function matrixInUnits(matrix: Float64Array, symmetric: boolean, units: Float64Array): Float64Array | undefined {
  const n = units.length;
  const scaled = new Float64Array(matrix.length);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const inColumn = matrix[i * n + j]! * units[j]!;
      scaled[i * n + j] = symmetric ? inColumn * units[i]! : inColumn;
    }
  }
  return isFiniteVector(scaled) ? scaled : undefined;
}

/** Multiplies a vector by the units: the gradient in units, or a step in units as one of the parameters. */
export function timesUnits(vector: Float64Array, units: Float64Array, out: Float64Array): Float64Array {
  for (let i = 0; i < units.length; i++) out[i] = vector[i]! * units[i]!;
  return out;
}

/** The map in units, U J U or J U, product by product. */
function mapInUnits(map: LinearMap, units: Float64Array): LinearMap {
  const n = units.length;
  const { symmetric } = map;
  const inner = new Float64Array(n);
  const apply = (v: Float64Array, out: Float64Array): void => {
    map.apply(timesUnits(v, units, inner), out);
    if (symmetric) timesUnits(out, units, out);
  };
  const applyTranspose = (u: Float64Array, out: Float64Array): void => {
    map.applyTranspose(symmetric ? timesUnits(u, units, inner) : u, out);
    timesUnits(out, units, out);
  };
  return linearMap({ rows: n, columns: n, symmetric, apply, applyTranspose });
}

/** The units that a method with a line search keeps from its first row on; none before, and without scaling. */
export interface KeptUnits {
  readonly units: Float64Array | undefined;
}

/** The state in which {@link viewInUnits} begins. */
export const noUnits: KeptUnits = { units: undefined };

/** F and J in units, as an iterative method sees them. */
export interface View extends KeptUnits {
  readonly field: Float64Array;
  readonly map: LinearMap;
}

/**
 * F and J in the units of `scaling`, measured at the first row where J is finite, at n products, and kept: a line search
 * compares points in one norm.
 */
export function viewInUnits(at: Evaluation, scaling: Scaling, kept: KeptUnits): View {
  const { problem, field } = at;
  const map = at.linearize();
  const plain = { units: undefined, field, map };
  if (!scales(scaling, field.length)) return plain;
  let { units } = kept;
  if (units === undefined) {
    const matrix = finiteMatrix(at);
    if (matrix === undefined) return plain;
    units = unitsOf(matrix, problem.symmetric, undefined).units;
  }
  return { units, field: fieldInUnits(at, units), map: mapInUnits(map, units) };
}

/** F in units: that of a gradient is U F, any other field keeps its own. */
export function fieldInUnits({ problem, field }: Evaluation, units: Float64Array | undefined): Float64Array {
  if (units === undefined || !problem.symmetric) return field;
  return timesUnits(field, units, new Float64Array(field.length));
}

/** A step in units as one of the parameters, in place. */
export function stepFromUnits(step: Float64Array, units: Float64Array | undefined): Float64Array {
  return units === undefined ? step : timesUnits(step, units, step);
}

/** The bound on a step in units that keeps the step itself within `maxNorm`. */
export function boundInUnits(maxNorm: number, units: Float64Array | undefined): number {
  return units === undefined ? maxNorm : maxNorm / units.reduce((most, unit) => Math.max(most, unit), 0);
}

/** Units in which the direction at a point was chosen, for the line search after it. */
const chosenUnits = new WeakMap<Evaluation, Float64Array>();

/** Tells the line search after a direction in which units it was chosen. */
export function tellUnits(at: Evaluation, units: Float64Array | undefined): void {
  if (units === undefined) chosenUnits.delete(at);
  else chosenUnits.set(at, units);
}

/** ||F||^2 as a line search compares it. */
export interface Merit {
  readonly fieldOf: (at: Evaluation) => Float64Array;
  readonly squareOf: (at: Evaluation) => number;
  /** Converts a product with J, in place. */
  readonly convert: (product: Float64Array) => void;
}

/**
 * ||F||^2 in the units in which the direction was chosen, since in others that direction need not descend. Where it
 * would overflow or underflow, F is divided by the power of two next to its largest entry.
 */
export function meritOf(start: Evaluation): Merit {
  const told = start.problem.symmetric ? chosenUnits.get(start) : undefined;
  const first = told === undefined ? start.field : fieldInUnits(start, told);
  const square = squaredNorm(first);
  const largest = square > leastSquare && square < mostSquare ? 0 : largestOf(first);
  if (told === undefined && (largest === 0 || !Number.isFinite(largest))) {
    return { fieldOf: (at) => at.field, squareOf: (at) => at.squaredFieldNorm, convert: () => {} };
  }
  const unit = largest === 0 || !Number.isFinite(largest) ? 1 : scaleByPower(1, -exponentOf(largest));
  const units = told === undefined ? first.map(() => unit) : told.map((u) => u * unit);
  const fieldOf = ({ field }: Evaluation): Float64Array => timesUnits(field, units, new Float64Array(field.length));
  return {
    fieldOf,
    squareOf: (at) => squaredNorm(fieldOf(at)),
    convert: (product) => timesUnits(product, units, product),
  };
}

/** Between these bounds squares of norms, and products of two, neither overflow nor underflow. */
const leastSquare = 2 ** -400;
const mostSquare = 2 ** 400;

function largestOf(vector: Float64Array): number {
  return vector.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

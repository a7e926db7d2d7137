/** Units of the parameters, in which a method sees a problem whose parameters have different sizes. */
import { type Evaluation, isFiniteVector, type LinearMap } from "../../authoring/index.ts";
import { exponentOf, scaleByPower } from "../../elementary/index.ts";
import { denseOf } from "../../linalg/dense/dense.ts";
import { denseMatrix } from "../../linalg/maps/maps.ts";

/** The option `scaling` of the operators that know units. */
export type Scaling = "curvature" | "none";

/** The rule of the option {@link Scaling}. */
export const scalingRule = { oneOf: ["curvature", "none"] } as const;

/** Number of parameters up to which the curvatures, at a product each, are measured unless the options say so. */
const cheap = 100;

/** Whether the parameters get units. */
export function scales(scaling: Scaling | undefined, n: number): boolean {
  return scaling === undefined ? n <= cheap : scaling === "curvature";
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
    sizes[i] = process.env.SC === "now" ? now : process.env.SC === "first" ? (before?.[i] ?? now) : Math.max(before?.[i] ?? 0, now);
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

/** F and J in units, as an iterative method sees them. */
export interface View {
  /** The units; undefined where the parameters stay as they are. */
  readonly units: Float64Array | undefined;
  /** The sizes after this point; undefined where the parameters stay as they are. */
  readonly sizes: Sizes | undefined;
  readonly field: Float64Array;
  readonly map: LinearMap;
}

/** F and J in the units of `scaling`. With `curvature` it costs n products, which the matrix in units then replaces. */
export function viewInUnits(at: Evaluation, scaling: Scaling | undefined, before: Sizes | undefined): View {
  const { problem, field } = at;
  const { symmetric } = problem;
  const plain = { units: undefined, sizes: undefined, field, map: at.linearize() };
  if (!scales(scaling, field.length)) return plain;
  const matrix = denseOf(at.linearize());
  if (!isFiniteVector(matrix)) return plain;
  const { units, sizes } = unitsOf(matrix, symmetric, before);
  const inUnits = matrixInUnits(matrix, symmetric, units);
  if (inUnits === undefined) return plain;
  return {
    units,
    sizes,
    field: symmetric ? timesUnits(field, units, new Float64Array(field.length)) : field,
    map: denseMatrix(field.length, field.length, inUnits, { symmetric }),
  };
}

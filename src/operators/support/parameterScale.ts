/** Units of the parameters, in which a method sees a problem whose parameters have different sizes. */
import { type Evaluation, isFiniteVector, type LinearMap, norm, squaredNorm } from "../../authoring/index.ts";
import { exponentOf, scaleByPower } from "../../elementary/index.ts";
import { linearMap } from "../../linalg/makeLinearMap.ts";
import { memoryOfProgram, type ProgramMemory } from "../../linalg/programMemory.ts";
import { borrowScaled } from "../../linalg/scaledMemory.ts";
import { finiteMatrix } from "./finiteMatrix.ts";
import { told, type Units, type UnitsView } from "./toldUnits.ts";

/**
 * The option `scaling` of the operators that know units of the parameters. `curvature`: powers of two next to
 * 1 / sqrt(|J_ii|), so that parameters of different size count alike; `none`: the parameters as they are; `automatic`:
 * `curvature` for n <= 100, where n products cost little, and `none` above.
 */
export type Scaling = "automatic" | "curvature" | "none";

/*
 * Methods with a trust region let the units shrink as curvatures grow, as MINPACK does. Methods with a line search keep
 * those of their first row, until a curvature has grown so much that the others would look like rounding beside it.
 */

/** Powers of two by which a curvature may grow before a method with a line search measures its parameter anew. */
const patience = 20;

/** The rule of the option {@link Scaling}. */
export const scalingRule = { oneOf: ["automatic", "curvature", "none"] } as const;

/** Number of parameters up to which `automatic` measures the curvatures, at a product each. */
const cheap = 100;

/** Whether the parameters get units. */
export function scales(scaling: Scaling, n: number): boolean {
  return scaling === "automatic" ? n <= cheap : scaling === "curvature";
}

/** What a method remembers of the sizes of parameters. */
export interface Sizes {
  /** For each parameter the largest curvature so far, 0 where it had none. */
  readonly curvatures: Float64Array;
  /** Whether the exponent of the first curvature was odd at the first row. */
  readonly odd: boolean;
}

/**
 * Units from the curvatures, as in MINPACK [1]: u_i = 1 / sqrt(largest |J_ii| so far) where J is symmetric, and one
 * over the largest length of column i of J elsewhere, both rounded to powers of two. They only shrink, so that a point
 * where a curvature vanishes does not lengthen the steps.
 *
 * They are equivariant: if parameter i is measured in units 2^k times smaller, u_i becomes 2^k times larger, to the
 * last bit, whatever the other parameters do; if the loss is multiplied by a power of two, R J U stays as it is. For
 * this the root is rounded relative to the first curvature, so that a factor of 2 in all of them shifts all alike. A
 * parameter that never had any is measured by its largest mixed curvature with another one, or has the unit of the
 * first that had.
 *
 * @param matrix J, row by row
 * @param keep whether curvatures stay as they were until they have grown by more than 2^20
 * @see [1] More, "The Levenberg-Marquardt algorithm: implementation and theory", Lecture Notes in Math. 630, 1978,
 *   doi:10.1007/BFb0067700
 */
export function unitsOf(
  matrix: Float64Array,
  symmetric: boolean,
  before: Sizes | undefined,
  keep = false,
): { readonly units: Units; readonly sizes: Sizes } {
  const n = Math.round(Math.sqrt(matrix.length));
  const curvatures = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const now = symmetric ? Math.abs(matrix[i * n + i]!) : columnLength(matrix, n, i);
    const known = before?.curvatures[i] ?? 0;
    const far = known === 0 || (now > 0 && exponentOf(now) - exponentOf(known) > patience);
    curvatures[i] = keep && !far ? known : Math.max(known, now);
  }
  const columns = new Float64Array(n);
  const first = curvatures.findIndex((size) => size > 0);
  const odd = before?.odd ?? (symmetric && first >= 0 && (exponentOf(curvatures[first]!) & 1) === 1);
  const one = odd ? 1 : 0;
  const half = (size: number): number => (symmetric ? Math.floor((exponentOf(size) - one) / 2) : exponentOf(size));
  for (let i = 0; i < n; i++) if (curvatures[i]! > 0) columns[i] = scaleByPower(1, -half(curvatures[i]!));
  for (let i = 0; i < n; i++) {
    if (curvatures[i]! > 0) continue;
    let mixed = 0;
    for (let j = 0; j < n; j++) {
      if (curvatures[j]! > 0) mixed = Math.max(mixed, Math.abs(scaleByPower(matrix[i * n + j]! * columns[j]!, -one)));
    }
    const known = first < 0 ? 1 : columns[first]!;
    columns[i] = symmetric && mixed > 0 ? scaleByPower(1, -exponentOf(mixed)) : known;
  }
  const rows = symmetric ? columns.map((unit) => scaleByPower(unit, -one)) : undefined;
  return { units: { columns, rows }, sizes: { curvatures, odd } };
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

/** The matrix in units; undefined where an entry leaves the range of float64. */
export function matrixInUnits(matrix: Float64Array, { columns, rows }: Units): Float64Array | undefined {
  const n = columns.length;
  const scaled = new Float64Array(matrix.length);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) scaled[i * n + j] = matrix[i * n + j]! * columns[j]! * (rows?.[i] ?? 1);
  }
  return isFiniteVector(scaled) ? scaled : undefined;
}

function times(vector: Float64Array, diagonal: Float64Array, out: Float64Array): Float64Array {
  for (let i = 0; i < diagonal.length; i++) out[i] = vector[i]! * diagonal[i]!;
  return out;
}

/** The map in units, product by product. */
function mapInUnits(map: LinearMap, { columns, rows }: Units): LinearMap {
  const n = columns.length;
  const inner = new Float64Array(n);
  const apply = (v: Float64Array, out: Float64Array): void => {
    map.apply(times(v, columns, inner), out);
    if (rows !== undefined) times(out, rows, out);
  };
  const applyTranspose = (u: Float64Array, out: Float64Array): void => {
    map.applyTranspose(rows === undefined ? u : times(u, rows, inner), out);
    times(out, columns, out);
  };
  const scaled = linearMap({ rows: n, columns: n, symmetric: map.symmetric, apply, applyTranspose });
  if (rows === undefined) return scaled;
  const borrow = (numbers: number, onProduct?: () => void): ProgramMemory | undefined =>
    borrowScaled(map, rows, columns, numbers, onProduct);
  return Object.assign(scaled, { [memoryOfProgram]: borrow });
}

/** What a method with a line search remembers of the parameters; nothing before its first row, and without scaling. */
export interface KeptSizes {
  readonly sizes: Sizes | undefined;
}

/** The state in which {@link viewInUnits} begins. */
export const noSizes: KeptSizes = { sizes: undefined };

/** F and J in units, as an iterative method sees them; undefined units are the parameters as they are. */
interface View extends KeptSizes {
  readonly units: Units | undefined;
  readonly field: Float64Array;
  readonly map: LinearMap;
}

/** F and J in the units of `scaling`, which cost n products. */
export function viewInUnits(at: Evaluation, scaling: Scaling, { sizes: before }: KeptSizes): View {
  const { problem, field } = at;
  const map = at.linearize();
  const matrix = scales(scaling, field.length) ? finiteMatrix(at) : undefined;
  if (matrix === undefined) return { units: undefined, sizes: before, field, map };
  const { units, sizes } = unitsOf(matrix, problem.symmetric, before, true);
  return { units, sizes, field: fieldInUnits(at, units), map: mapInUnits(map, units) };
}

/** F in units, at any point. */
export function fieldInUnits({ field }: Pick<Evaluation, "field">, units: Units | undefined): Float64Array {
  return units?.rows === undefined ? field : times(field, units.rows, new Float64Array(field.length));
}

/** A step in units as one of the parameters, in place. */
export function stepFromUnits(step: Float64Array, units: Units | undefined): Float64Array {
  return units === undefined ? step : times(step, units.columns, step);
}

/** A vector of parameters in units. */
export function vectorInUnits(vector: Float64Array, units: Units | undefined): Float64Array {
  return units === undefined ? vector : vector.map((x, i) => x / units.columns[i]!);
}

/** Length of a vector of parameters in units. */
export function lengthInUnits(vector: Float64Array, units: Units | undefined): number {
  return norm(vectorInUnits(vector, units));
}

/** What L is multiplied by in units: R F is the gradient of that loss. */
export function lossInUnits(units: Units | undefined): number {
  return units?.rows === undefined ? 1 : units.rows[0]! / units.columns[0]!;
}

/** The bound on a step in units that keeps the step itself within `maxNorm`. */
export function boundInUnits(maxNorm: number, units: Units | undefined): number {
  return units === undefined ? maxNorm : maxNorm / units.columns.reduce((most, unit) => Math.max(most, unit), 0);
}

/** Tells the line search and the step size after a direction in which units it was chosen. */
export function tellUnits(at: Evaluation, units: Units | undefined): void {
  told.set(at, units && new ScaledView(units));
}

/** A problem without a constraint, as it looks in units. */
class ScaledView implements UnitsView {
  constructor(readonly units: Units) {}

  vector(vector: Float64Array): Float64Array {
    return vectorInUnits(vector, this.units);
  }
  field(at: Pick<Evaluation, "field">): Float64Array {
    return fieldInUnits(at, this.units);
  }
  back(vector: Float64Array): Float64Array {
    return stepFromUnits(vector.slice(), this.units);
  }
  evaluation(at: Evaluation): Evaluation {
    const field = this.field(at);
    return {
      ...at,
      point: this.vector(at.point),
      field,
      squaredFieldNorm: squaredNorm(field),
      linearize: () => mapInUnits(at.linearize(), this.units),
    };
  }
}

/** ||F||^2 as a line search compares it. */
interface Merit {
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
  const rowUnits = told.get(start)?.units.rows;
  const first = rowUnits === undefined ? start.field : times(start.field, rowUnits, new Float64Array(rowUnits.length));
  const square = squaredNorm(first);
  const unit = square > leastSquare && square < mostSquare ? 1 : perUnit(first);
  if (rowUnits === undefined && unit === 1) {
    return { fieldOf: (at) => at.field, squareOf: (at) => at.squaredFieldNorm, convert: () => {} };
  }
  const rows = rowUnits === undefined ? first.map(() => unit) : rowUnits.map((u) => u * unit);
  const fieldOf = ({ field }: Evaluation): Float64Array => times(field, rows, new Float64Array(field.length));
  return { fieldOf, squareOf: (at) => squaredNorm(fieldOf(at)), convert: (product) => times(product, rows, product) };
}

/** Between these bounds squares of norms, and products of two, neither overflow nor underflow. */
const leastSquare = 2 ** -400;
const mostSquare = 2 ** 400;

/** One over the power of two next to the largest entry of F; 1 where F is zero or not finite. */
export function perUnit(field: Float64Array): number {
  const largest = largestOf(field);
  return largest === 0 || !Number.isFinite(largest) ? 1 : scaleByPower(1, -exponentOf(largest));
}

function largestOf(vector: Float64Array): number {
  return vector.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

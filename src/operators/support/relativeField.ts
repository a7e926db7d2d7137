/** The size of F in the units of the problem, by which a point is called critical. */
import {
  axpy,
  distance,
  dot,
  type Evaluation,
  evaluate,
  isFiniteVector,
  norm,
  randomSource,
} from "../../authoring/index.ts";
import { unitOf } from "../../elementary/index.ts";
import { symmetricEigen } from "../../linalg/dense/dense.ts";
import { pseudoSolve } from "../../linalg/dense/pseudoInverse.ts";
import { minresQLP } from "../../linalg/krylov/minres/minresQLP.ts";
import { linearMap } from "../../linalg/makeLinearMap.ts";
import { denseMatrix } from "../../linalg/maps/maps.ts";
import { roundingCutoff } from "./cutOff.ts";
import { finiteMatrix } from "./finiteMatrix.ts";
import { fieldInUnits, matrixInUnits, stepFromUnits, unitsOf, vectorInUnits } from "./parameterScale.ts";

/** Number of random products from which the scale of each entry of F is estimated. */
const probes = 20;

/** Smallest size of F that is judged: terms that are 1e-16 of it squared still have all their digits. */
const smallestSize = 2 ** -900;

/** Smallest size of F beside J = 0 that is judged. Where F is smaller, J is more likely lost to underflow than zero. */
const lonelySize = 2 ** -450;

/** Share of the largest scale that every entry has at least. Entries of smaller scale hold rounding errors only. */
const floor = 1e-10;

/**
 * Keeps for each parameter its length, the largest |z_j| on the way.
 *
 * @param lengths lengths so far, which it overwrites
 */
export function growLengths(lengths: Float64Array, point: Float64Array): void {
  for (let j = 0; j < lengths.length; j++) {
    const size = Math.abs(point[j]!);
    if (size > lengths[j]!) lengths[j] = size;
  }
}

/**
 * Computes the relative size of F: the largest |F_i| / R_i.
 *
 * R_i^2 = sum_j (J_ij l_j)^2, where l_j is the length of parameter j: R_i is the size of the change of F_i when every
 * parameter moves by its own length. Twenty products J (s l) with random signs s estimate it. The result is the same to
 * the last bit if the loss, or all parameters, are multiplied by a power of two. It hardly depends on the units of
 * single parameters either: R_i is raised to 1e-10 of the largest R, since entries of F on which J has no influence are
 * rounding errors.
 *
 * @returns 0 where F = 0; NaN where J or F is not finite, or so small that digits are lost; Infinity where J = 0
 */
export function relativeField(at: Evaluation, lengths: Float64Array): number {
  const { field } = at;
  const largest = largestSize(field);
  if (!isFiniteVector(field)) return Number.NaN;
  if (largest === 0) return 0;
  const n = field.length;
  const jacobian = at.linearize();
  const random = randomSource(0, "relativeField");
  const moved = new Float64Array(n);
  const change = new Float64Array(n);
  const sums = new Float64Array(n);
  let unit = 1;
  for (let k = 0; k < probes; k++) {
    for (let j = 0; j < n; j++) moved[j] = random.uniform() < 0.5 ? -lengths[j]! : lengths[j]!;
    jacobian.apply(moved, change);
    if (!isFiniteVector(change)) return Number.NaN;
    // Divided by a power of two, squares neither overflow nor underflow; the first product has the size of all.
    if (k === 0) unit = unitOf(Math.max(largestSize(change), Number.MIN_VALUE));
    for (let i = 0; i < n; i++) sums[i] = sums[i]! + (change[i]! / unit) ** 2;
  }
  const most = Math.sqrt(largestSize(sums) / probes);
  if (largest < smallestSize || (most === 0 && largest < lonelySize)) return Number.NaN;
  let relative = 0;
  for (let i = 0; i < n; i++) {
    const size = Math.abs(field[i]!);
    if (size === 0) continue;
    const scale = Math.max(Math.sqrt(sums[i]! / probes), floor * most);
    relative = Math.max(relative, size / unit / scale);
  }
  return relative;
}

/**
 * Computes ||F||^2 / (||J F|| ||l||): how long a step along F has to be that removes it, in lengths of the parameters.
 *
 * @returns Infinity where J F = 0; NaN where a product is not finite or all lengths are 0
 */
export function relativeStep(at: Evaluation, lengths: Float64Array): number {
  const product = new Float64Array(at.field.length);
  at.linearize().apply(at.field, product);
  const [field, change, length] = [norm(at.field), norm(product), norm(lengths)];
  return field === 0 ? 0 : (field / change) * (field / length);
}

/** Share of its terms up to which a coordinate of F counts as rounding. */
const roundingOfField = 1e-14;
/** Number of parameters up to which Newton's step comes from all eigenvalues. */
const fewParameters = 100;
/** Largest number of products for Newton's step where there are more. */
const mostProducts = 200;
/** Share of its length that a parameter counts as at least, where it is nearly 0. */
const leastShare = 1e-3;

/** How far away the zero of F is. */
interface Distances {
  /** Largest entry of Newton's step, in lengths of the parameters. */
  readonly relativeDistance: number | undefined;
  /** The same relative to the parameters at the point, or to 1e-3 of their lengths. */
  readonly pointDistance: number | undefined;
}

const noDistances: Distances = { relativeDistance: undefined, pointDistance: undefined };

/**
 * Computes how far away the zero of F is, by Newton's step.
 *
 * F may be small although no zero is near, on the floor of a narrow valley or where a loss fades. There Newton's step is
 * long. For n <= 100 it comes from the eigenvalues of J, each parameter in a unit next to 1 / sqrt(|J_ii|), without
 * coordinates of F that are rounding errors; for larger n from 200 products at most, which may find it too short.
 *
 * @param relative what {@link relativeField} gave
 * @returns undefined where F is not small, where J is not finite, and for a J that is large and not symmetric
 */
export function distances(at: Evaluation, lengths: Float64Array, relative: number): Distances {
  const { problem, point } = at;
  const n = point.length;
  if (!(relative <= nearby) || (n > fewParameters && !problem.symmetric)) return noDistances;
  const step = n > fewParameters ? stepByProducts(at, lengths) : stepByEigenvalues(at);
  if (step === undefined) return noDistances;
  let inLengths = 0;
  let inPoint = 0;
  for (let i = 0; i < n; i++) {
    const size = Math.abs(step[i]!);
    // A parameter without a length was 0 all the way.
    if (size === 0 || lengths[i] === 0) continue;
    inLengths = Math.max(inLengths, size / lengths[i]!);
    inPoint = Math.max(inPoint, size / Math.max(Math.abs(point[i]!), leastShare * lengths[i]!));
  }
  return { relativeDistance: inLengths, pointDistance: inPoint };
}

function stepByProducts(at: Evaluation, lengths: Float64Array): Float64Array {
  const n = lengths.length;
  const inLengths = (v: Float64Array): Float64Array => v.map((x, i) => x * lengths[i]!);
  const right = inLengths(at.field);
  // J and F are divided by a power of two, since their squares may be out of range.
  const unit = unitOf(Math.max(largestSize(right), Number.MIN_VALUE));
  const jacobian = at.linearize();
  const apply = (v: Float64Array, out: Float64Array): void => {
    jacobian.apply(inLengths(v), out);
    out.set(inLengths(out).map((x) => x / unit));
  };
  const map = linearMap({ rows: n, columns: n, symmetric: true, apply, applyTranspose: apply });
  const wanted = right.map((x) => -x / unit);
  return inLengths(minresQLP(map, wanted, { maxIterations: mostProducts, relativeTolerance: roundingOfField }).x);
}

function stepByEigenvalues(at: Evaluation): Float64Array | undefined {
  const { problem, point } = at;
  const n = point.length;
  const matrix = finiteMatrix(at);
  if (matrix === undefined) return undefined;
  const { units } = unitsOf(matrix, problem.symmetric, undefined);
  const inUnits = matrixInUnits(matrix, units);
  if (inUnits === undefined) return undefined;
  const field = fieldInUnits(at, units);
  if (!problem.symmetric) {
    const right = field.map((f) => -f);
    return stepFromUnits(pseudoSolve(denseMatrix(n, n, inUnits), right, roundingCutoff(n)).x, units);
  }
  const { values, vectors } = symmetricEigen(inUnits);
  const least = roundingCutoff(n) * largestSize(values);
  // What F is made of: the sizes of its terms, each of which has a rounding error.
  const there = vectorInUnits(point, units);
  const terms = field.map((_, i) => there.reduce((sum, z, j) => sum + Math.abs(inUnits[i * n + j]! * z), 0));
  const step = new Float64Array(n);
  values.forEach((value, k) => {
    const vector = vectors.subarray(k * n, (k + 1) * n);
    const along = dot(vector, field);
    const rounding = vector.reduce((sum, v, i) => sum + Math.abs(v) * terms[i]!, 0) * roundingOfField;
    if (Math.abs(along) > rounding && Math.abs(value) > least) axpy(-along / value, vector, step);
  });
  return stepFromUnits(step, units);
}

/** Relative size of F beyond which the zero is too far away to look there. */
const nearby = 1e-2;

/**
 * Computes how much J changes within the distance at which a zero of F may still lie, the share `relative` of each
 * length: ||J' u - J u|| / ||J u||, for the lengths u with random signs. At a zero where J vanishes as well, as at the
 * saddle of x^3 - 3 x y^2, J is as small as that distance, and changes altogether.
 *
 * @param relative what {@link relativeField} gave
 * @returns undefined where the zero is far; NaN where J is not finite there
 */
export function curvatureChange(at: Evaluation, lengths: Float64Array, relative: number): number | undefined {
  if (!(relative <= nearby)) return undefined;
  const { problem, point } = at;
  const random = randomSource(0, "curvatureChange");
  const signed = lengths.map((length) => (random.uniform() < 0.5 ? -length : length));
  const aside = point.map((z, j) => z + relative * (random.uniform() < 0.5 ? -lengths[j]! : lengths[j]!));
  const [here, there] = [new Float64Array(point.length), new Float64Array(point.length)];
  at.linearize().apply(signed, here);
  evaluate(problem, aside).linearize().apply(signed, there);
  const change = distance(here, there);
  return change === 0 ? 0 : change / norm(here);
}

function largestSize(values: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  return largest;
}

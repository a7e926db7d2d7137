/** How far the zero of F is to which Newton's step leads, and whether it leads there at all. */
import { axpy, dot, type Evaluation, evaluate, isFiniteVector, norm } from "../../../authoring/index.ts";
import { exponentOf, unitOf } from "../../../elementary/index.ts";
import { symmetricEigen } from "../../../linalg/dense/dense.ts";
import { pseudoSolve } from "../../../linalg/dense/pseudoInverse.ts";
import { minresQLP } from "../../../linalg/krylov/minres/minresQLP.ts";
import { linearMap } from "../../../linalg/makeLinearMap.ts";
import { denseMatrix } from "../../../linalg/maps/maps.ts";
import { roundingCutoff } from "../cutOff.ts";
import { finiteMatrix } from "../finiteMatrix.ts";
import { fieldInUnits, matrixInUnits, stepFromUnits, unitsOf, vectorInUnits } from "../parameterScale.ts";
import type { Units } from "../toldUnits.ts";
import { largestSize, nearby } from "./relativeField.ts";

/** Share of its terms up to which a coordinate of F counts as rounding. */
const roundingOfField = 1e-14;
/** Multiple of that from which a slope is certain. */
const certain = 100;
/** Number of parameters up to which Newton's step comes from all eigenvalues. */
const fewParameters = 100;
/** Largest number of products for Newton's step where there are more. */
const mostProducts = 200;
/** Newton step, in lengths of the parameters, up to which the ratio of two steps may be that of rounding errors. */
const shortest = 1e-10;
/** Share of its length that a parameter counts as at least, where it is nearly 0. */
const leastShare = 1e-3;
/** Share of the largest eigenvalue, in units, up to which rounding may have made an eigenvalue what it is. */
const roundingOfCurvature = 1e-12;
/**
 * Share of the parameters' lengths within which a step counts as one that removes F: between the steps of problems that
 * only look flat because of their units (below it among the test functions) and those of flat regions of networks,
 * which are about as long as the parameters.
 */
const reach = 0.85;
/** Powers of two by which F changes less at most when a parameter that matters moves by its size, not another one. */
const visible = 20;

/** What Newton's step says of the zero of F. */
interface NearestZero {
  /** Largest entry of Newton's step, in lengths of the parameters. */
  readonly relativeDistance: number | undefined;
  /** The same relative to the parameters at the point, or to 1e-3 of their lengths. */
  readonly pointDistance: number | undefined;
  /** Length of the next Newton step in lengths of this one, or of the step after it in lengths of the next. */
  readonly stepContraction: number | undefined;
  /** Largest change of an entry of J along Newton's step, in units, relative to the largest entry. */
  readonly stepChange: number | undefined;
  /** Number of curvatures of which rounding leaves not even the size. */
  readonly unresolvedCurvatures: number | undefined;
  /** Share of ||F||, in units, that no step within 0.85 of the parameters' lengths removes. */
  readonly unreachedShare: number | undefined;
}

const unknown: NearestZero = {
  relativeDistance: undefined,
  pointDistance: undefined,
  stepContraction: undefined,
  stepChange: undefined,
  unresolvedCurvatures: undefined,
  unreachedShare: undefined,
};

/** J^-1 F, to rounding. */
interface Model {
  readonly inUnits: Float64Array;
  readonly units: Units;
  /** Newton's step for a field. */
  readonly stepFor: (field: Float64Array) => Float64Array;
  readonly unreachedShare: number;
  readonly unresolvedCurvatures: number;
  /** Whether F certainly has a slope where J has no curvature, which no step removes. */
  readonly endless: boolean;
}

/**
 * Measures how far away the zero of F is, by Newton's step.
 *
 * F may be small although no zero is near, on the floor of a narrow valley or where a loss fades. There Newton's step is
 * long, or it ends on the wall of the valley, and one of the next two is longer: `stepContraction`. For n <= 100 the step comes
 * from the eigenvalues of J, each parameter in a unit next to 1 / sqrt(|J_ii|), without coordinates of F that are
 * rounding errors; for larger n from 200 products at most, which may find it too short, and the rest is not measured.
 *
 * @param relative what `relativeField` gave
 * @returns undefined distances where F is not small; nothing where J is not finite, and for a J that is large and not
 *   symmetric
 */
export function nearestZero(at: Evaluation, lengths: Float64Array, relative: number): NearestZero {
  const { problem, point, field } = at;
  const n = point.length;
  if (Number.isNaN(relative) || (n > fewParameters && !problem.symmetric)) return unknown;
  const near = relative <= nearby;
  if (n > fewParameters) {
    if (!near) return unknown;
    const step = stepByProducts(at, lengths);
    return { ...unknown, relativeDistance: sizeOf(step, lengths), pointDistance: sizeOf(step, lengths, point) };
  }
  const model = modelAt(at, lengths);
  if (model === undefined) return unknown;
  const { stepFor, inUnits, units, unreachedShare, unresolvedCurvatures } = model;
  if (!near) return { ...unknown, unreachedShare };
  if (model.endless) {
    const distance = Number.POSITIVE_INFINITY;
    return { ...unknown, relativeDistance: distance, pointDistance: distance, unresolvedCurvatures, unreachedShare };
  }
  const step = stepFor(field);
  const relativeDistance = sizeOf(step, lengths);
  const found = { relativeDistance, pointDistance: sizeOf(step, lengths, point), unresolvedCurvatures, unreachedShare };
  if (relativeDistance === 0) return { ...found, stepContraction: 0, stepChange: 0 };
  const there = moved(at, step);
  const second = stepAt(there, lengths);
  const third = second === undefined ? undefined : stepAt(moved(there, second), lengths);
  const ratio = (next: Float64Array | undefined, before: Float64Array): number => {
    const size = next === undefined ? Number.POSITIVE_INFINITY : sizeOf(next, lengths);
    return size <= shortest ? 0 : size / sizeOf(before, lengths);
  };
  const first = ratio(second, step);
  return {
    ...found,
    stepContraction: second === undefined || first === 0 ? first : Math.max(first, ratio(third, second)),
    stepChange: changeTo(there, inUnits, units),
  };
}

function moved({ problem, point }: Evaluation, step: Float64Array): Evaluation {
  return evaluate(
    problem,
    point.map((z, i) => z + step[i]!),
  );
}

/** Newton's step at a point; undefined where there is none. */
function stepAt(at: Evaluation, lengths: Float64Array): Float64Array | undefined {
  const model = isFiniteVector(at.field) ? modelAt(at, lengths) : undefined;
  const step = model === undefined || model.endless ? undefined : model.stepFor(at.field);
  return step !== undefined && isFiniteVector(step) ? step : undefined;
}

/** How much J changes on the way to a point. */
function changeTo(there: Evaluation, inUnits: Float64Array, units: Units): number {
  const matrix = finiteMatrix(there);
  const then = matrix === undefined ? undefined : matrixInUnits(matrix, units);
  if (then === undefined) return Number.POSITIVE_INFINITY;
  const change = largestSize(then.map((entry, k) => entry - inUnits[k]!));
  return change === 0 ? 0 : change / largestSize(inUnits);
}

/** The largest entry of a step relative to the lengths, or to the parameters at a point. */
function sizeOf(step: Float64Array, lengths: Float64Array, point?: Float64Array): number {
  let size = 0;
  for (let i = 0; i < step.length; i++) {
    const length = lengths[i]!;
    // A parameter without a length was 0 all the way.
    if (step[i] === 0 || length === 0) continue;
    const by = point === undefined ? length : Math.max(Math.abs(point[i]!), leastShare * length);
    size = Math.max(size, Math.abs(step[i]!) / by);
  }
  return size;
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

function modelAt(at: Evaluation, lengths: Float64Array): Model | undefined {
  const { problem } = at;
  const matrix = finiteMatrix(at);
  if (matrix === undefined) return undefined;
  const { units } = unitsOf(matrix, problem.symmetric, undefined);
  const inUnits = matrixInUnits(matrix, units);
  if (inUnits === undefined) return undefined;
  return problem.symmetric
    ? symmetricModel(at, lengths, { matrix, inUnits, units })
    : anyModel(at, lengths, inUnits, units);
}

function anyModel(at: Evaluation, lengths: Float64Array, inUnits: Float64Array, units: Units): Model {
  const n = lengths.length;
  const map = denseMatrix(n, n, inUnits);
  const solve = (field: Float64Array) =>
    pseudoSolve(
      map,
      fieldInUnits({ field }, units).map((f) => -f),
      roundingCutoff(n),
    ).x;
  const step = solve(at.field);
  const left = new Float64Array(n);
  map.apply(step, left);
  axpy(1, at.field, left);
  const within = sizeOf(stepFromUnits(step, units), lengths) <= reach;
  return {
    inUnits,
    units,
    stepFor: (field) => stepFromUnits(solve(field), units),
    unreachedShare: within ? norm(left) / norm(at.field) : 1,
    unresolvedCurvatures: 0,
    endless: false,
  };
}

interface InUnits {
  readonly matrix: Float64Array;
  readonly inUnits: Float64Array;
  readonly units: Units;
}

function symmetricModel(at: Evaluation, lengths: Float64Array, { matrix, inUnits, units }: InUnits): Model {
  const { point } = at;
  const n = point.length;
  const { values, vectors } = symmetricEigen(inUnits);
  const vectorOf = (k: number): Float64Array => vectors.subarray(k * n, (k + 1) * n);
  const largest = largestSize(values);
  const least = roundingCutoff(n) * largest;
  // What F is made of: the sizes of its terms, each of which has a rounding error.
  const there = vectorInUnits(point, units);
  const terms = point.map((_, i) => there.reduce((sum, z, j) => sum + Math.abs(inUnits[i * n + j]! * z), 0));
  const roundings = values.map(
    (_, k) => vectorOf(k).reduce((sum, v, i) => sum + Math.abs(v) * terms[i]!, 0) * roundingOfField,
  );
  const stepFor = (field: Float64Array): Float64Array => {
    const seen = fieldInUnits({ field }, units);
    const step = new Float64Array(n);
    values.forEach((value, k) => {
      const along = dot(vectorOf(k), seen);
      if (Math.abs(along) > roundings[k]! && Math.abs(value) > least) axpy(-along / value, vectorOf(k), step);
    });
    return stepFromUnits(step, units);
  };
  const field = fieldInUnits(at, units);
  const unreached = Array.from(values, (value, k) => {
    const along = dot(vectorOf(k), field);
    if (Math.abs(along) <= roundings[k]!) return 0;
    if (Math.abs(value) <= least) return along;
    const step = vectorOf(k).map((v) => (v * along) / value);
    return sizeOf(stepFromUnits(step, units), lengths) > reach ? along : 0;
  });
  const cut = norm(Float64Array.from(unreached));
  const endless = values.some(
    (value, k) => Math.abs(value) <= least && Math.abs(dot(vectorOf(k), field)) > certain * roundings[k]!,
  );
  return {
    stepFor,
    inUnits,
    units,
    endless,
    unreachedShare: cut === 0 ? 0 : Math.min(1, cut / norm(field)),
    unresolvedCurvatures: hides(matrix, point)
      ? values.filter((value) => Math.abs(value) <= roundingOfCurvature * largest).length
      : 0,
  };
}

/**
 * Whether J hides a parameter: what belongs to it is rounding beside the largest entry, although F changes as much when
 * this parameter moves by its size as when the others do. There J as it is says nothing of the curvature.
 */
function hides(matrix: Float64Array, point: Float64Array): boolean {
  const n = point.length;
  const rows = new Float64Array(n);
  // Exponents of two, since the products J_ij z_i z_j may leave the range.
  const changes = new Float64Array(n).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const entry = Math.abs(matrix[i * n + j]!);
      rows[i] = Math.max(rows[i]!, entry);
      if (entry === 0 || point[i] === 0 || point[j] === 0) continue;
      const change = exponentOf(entry) + exponentOf(Math.abs(point[i]!)) + exponentOf(Math.abs(point[j]!));
      changes[i] = Math.max(changes[i]!, change);
    }
  }
  const largest = roundingCutoff(n) * largestSize(rows);
  const most = changes.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return rows.some((row, i) => row <= largest && changes[i]! >= most - visible);
}

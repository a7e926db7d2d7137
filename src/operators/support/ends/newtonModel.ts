/** Newton's steps at a point, to rounding, from all eigenvalues of J or from its products. */
import { axpy, dot, type Evaluation, norm } from "../../../authoring/index.ts";
import { exponentOf, unitOf } from "../../../elementary/index.ts";
import { symmetricEigen } from "../../../linalg/dense/dense.ts";
import { pseudoSolve } from "../../../linalg/dense/pseudoInverse.ts";
import { minresQLP } from "../../../linalg/krylov/minres/minresQLP.ts";
import { linearMap } from "../../../linalg/makeLinearMap.ts";
import { denseMatrix } from "../../../linalg/maps/maps.ts";
import { roundingCutoff, shareOf } from "../cutOff.ts";
import { finiteMatrix } from "../finiteMatrix.ts";
import { fieldInUnits, matrixInUnits, stepFromUnits, unitsOf, vectorInUnits } from "../parameterScale.ts";
import type { Units } from "../toldUnits.ts";
import { minorShare } from "./criticality.ts";
import { largestSize } from "./relativeField.ts";

/** Share of its terms up to which a coordinate of F counts as rounding. */
export const roundingOfField = 1e-14;
/** Multiple of that from which a slope is certain. */
export const certain = 100;
/** Number of parameters up to which Newton's step comes from all eigenvalues. */
export const fewParameters = 100;
/** Largest number of products for Newton's step where there are more. */
const mostProducts = 200;
/** Share of the largest eigenvalue, in units, up to which rounding may have made an eigenvalue what it is. */
const roundingOfCurvature = 1e-12;
/** Powers of two by which F changes less at most when a parameter that matters moves by its size, not another one. */
const visible = 20;

/** J at a point, as far as Newton's steps need it. */
export interface NewtonModel {
  /** Computes -J^+ F for a field, without what is rounding; undefined where the system was not solved. */
  readonly stepFor: (field: Float64Array) => Float64Array | undefined;
  /** The same without the softest directions that hold at most a tenth of F at the point. */
  readonly mainStepFor: (field: Float64Array) => Float64Array | undefined;
  /** Share of ||F|| at the point in directions in which J has no curvature; undefined where that is not known. */
  readonly cutShare: number | undefined;
  /** Whether F certainly has a slope where J has no curvature, which no step removes. */
  readonly endless: boolean;
  /** The matrix in units, where there are few parameters. */
  readonly dense?: { readonly inUnits: Float64Array; readonly units: Units; readonly unresolvedCurvatures: number };
}

/**
 * J at a point with few parameters, each in a unit next to 1 / sqrt(|J_ii|); with many of them from products, each
 * parameter in its length.
 *
 * @returns undefined where J is not finite, and for a J that is large and not symmetric
 */
export function newtonModel(at: Evaluation, lengths: Float64Array): NewtonModel | undefined {
  const { problem } = at;
  if (lengths.length > fewParameters) return problem.symmetric ? modelByProducts(at, lengths) : undefined;
  const matrix = finiteMatrix(at);
  if (matrix === undefined) return undefined;
  const { units } = unitsOf(matrix, problem.symmetric, undefined);
  const inUnits = matrixInUnits(matrix, units);
  if (inUnits === undefined) return undefined;
  return problem.symmetric ? symmetricModel(at, { matrix, inUnits, units }) : anyModel(at, inUnits, units);
}

/** Newton's step by at most 200 products, which may be too short. */
export function stepByProducts(at: Evaluation, lengths: Float64Array, field: Float64Array): StepByProducts {
  const n = lengths.length;
  // Loops, since this is done for each product and `map` with a function takes several times as long.
  const inLengths = (v: Float64Array, out = new Float64Array(n)): Float64Array => {
    for (let i = 0; i < n; i++) out[i] = v[i]! * lengths[i]!;
    return out;
  };
  const right = inLengths(field);
  // J and F are divided by a power of two, since their squares may be out of range.
  const unit = unitOf(Math.max(largestSize(right), Number.MIN_VALUE));
  const jacobian = at.linearize();
  const moving = new Float64Array(n);
  const apply = (v: Float64Array, out: Float64Array): void => {
    jacobian.apply(inLengths(v, moving), out);
    for (let i = 0; i < n; i++) out[i] = (out[i]! * lengths[i]!) / unit;
  };
  const map = linearMap({ rows: n, columns: n, symmetric: true, apply, applyTranspose: apply });
  const wanted = right.map((x) => -x / unit);
  const found = minresQLP(map, wanted, { maxIterations: mostProducts, relativeTolerance: roundingOfField });
  const size = norm(wanted);
  return {
    step: inLengths(found.x),
    left: size === 0 ? 0 : found.residualNorm / size,
    ended: found.termination,
  };
}

interface StepByProducts {
  readonly step: Float64Array;
  /** Share of F, in lengths, that the step leaves. */
  readonly left: number;
  readonly ended: string;
}

/** Share of F up to which a solve that ran out of products counts as done. */
const solved = 1e-10;

function modelByProducts(at: Evaluation, lengths: Float64Array): NewtonModel {
  // Where parameters were turned, their own lengths are as bad as any, and one length for all may do.
  const same = new Float64Array(lengths.length).fill(unitOf(Math.max(largestSize(lengths), Number.MIN_VALUE)));
  const solve = (field: Float64Array): StepByProducts | undefined => {
    for (const each of [lengths, same]) {
      const found = stepByProducts(at, each, field);
      if (isDone(found)) return found;
    }
    return undefined;
  };
  const first = solve(at.field);
  const stepFor = (field: Float64Array): Float64Array | undefined =>
    (field === at.field ? first : first && solve(field))?.step;
  return { stepFor, mainStepFor: stepFor, cutShare: first?.left, endless: false };
}

function isDone({ left, ended }: StepByProducts): boolean {
  return left <= solved || (ended !== "iteration-limit" && ended !== "non-finite" && ended !== "norm-limit");
}

function anyModel(at: Evaluation, inUnits: Float64Array, units: Units): NewtonModel {
  const n = at.field.length;
  const map = denseMatrix(n, n, inUnits);
  const solve = (field: Float64Array) =>
    pseudoSolve(
      map,
      fieldInUnits({ field }, units).map((f) => -f),
      roundingCutoff(n),
    ).x;
  const left = new Float64Array(n);
  map.apply(solve(at.field), left);
  axpy(1, at.field, left);
  const stepFor = (field: Float64Array): Float64Array => stepFromUnits(solve(field), units);
  return {
    stepFor,
    mainStepFor: stepFor,
    cutShare: norm(left) / norm(at.field),
    endless: false,
    dense: { inUnits, units, unresolvedCurvatures: 0 },
  };
}

interface InUnits {
  readonly matrix: Float64Array;
  readonly inUnits: Float64Array;
  readonly units: Units;
}

function symmetricModel(at: Evaluation, { matrix, inUnits, units }: InUnits): NewtonModel {
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
  const solve = (field: Float64Array, smallest: number): Float64Array => {
    const seen = fieldInUnits({ field }, units);
    const step = new Float64Array(n);
    values.forEach((value, k) => {
      const along = dot(vectorOf(k), seen);
      if (Math.abs(along) > roundings[k]! && Math.abs(value) > smallest) axpy(-along / value, vectorOf(k), step);
    });
    return stepFromUnits(step, units);
  };
  const field = fieldInUnits(at, units);
  const cut = Array.from(values, (value, k) => {
    const along = Math.abs(value) <= least ? dot(vectorOf(k), field) : 0;
    return Math.abs(along) <= roundings[k]! ? 0 : along;
  });
  // The softest directions, as long as they hold less than a tenth of F.
  let [softest, soft] = [least, 0];
  for (const k of [...values.keys()].sort((a, b) => Math.abs(values[a]!) - Math.abs(values[b]!))) {
    soft += dot(vectorOf(k), field) ** 2;
    if (!(Math.sqrt(soft) <= minorShare * norm(field))) break;
    softest = Math.max(softest, Math.abs(values[k]!));
  }
  const endless = values.some(
    (value, k) => Math.abs(value) <= least && Math.abs(dot(vectorOf(k), field)) > certain * roundings[k]!,
  );
  return {
    stepFor: (field) => solve(field, least),
    mainStepFor: (field) => solve(field, softest),
    cutShare: shareOf(cut, field),
    endless,
    dense: {
      inUnits,
      units,
      unresolvedCurvatures: hides(matrix, point)
        ? values.filter((value) => Math.abs(value) <= roundingOfCurvature * largest).length
        : 0,
    },
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

/** How far the zero of F is to which Newton's step leads, and whether it leads there at all. */
import { type Evaluation, isFiniteVector } from "../../../authoring/index.ts";
import { finiteMatrix } from "../finiteMatrix.ts";
import { matrixInUnits } from "../parameterScale.ts";
import type { Units } from "../toldUnits.ts";
import { certain, roundingOfField, stepByProducts } from "./newtonModel.ts";
import { NewtonPath } from "./newtonPath.ts";
import { largestSize, nearby } from "./relativeField.ts";
import { removableShare } from "./removableShare.ts";
import { sizeOf } from "./stepSizes.ts";

/** Newton step, in lengths of the parameters, up to which the ratio of two steps may be that of rounding errors. */
const shortest = 1e-10;
/** The same where the steps come from products. */
const shortestByProducts = 1e-8;

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
  /** Share of F that Newton's method removes. */
  readonly removableShare: number | undefined;
}

const unknown: NearestZero = {
  relativeDistance: undefined,
  pointDistance: undefined,
  stepContraction: undefined,
  stepChange: undefined,
  unresolvedCurvatures: undefined,
  removableShare: undefined,
};

/**
 * Measures how far away the zero of F is, by Newton's step.
 *
 * F may be small although no zero is near, on the floor of a narrow valley or where a loss fades. There Newton's step is
 * long, or it ends on the wall of the valley, and one of the next two is longer: `stepContraction`. For n <= 100 the step comes
 * from the eigenvalues of J, each parameter in a unit next to 1 / sqrt(|J_ii|), without coordinates of F that are
 * rounding errors; for larger n from 200 products at most, which may find it too short. Where they do not solve the system,
 * the rest is not measured.
 *
 * @param relative what `relativeField` gave
 * @returns undefined distances where F is not small; nothing where J is not finite, and for a J that is large and not
 *   symmetric
 */
export function nearestZero(at: Evaluation, lengths: Float64Array, relative: number): NearestZero {
  const { point, field } = at;
  const near = relative <= nearby;
  if (Number.isNaN(relative)) return unknown;
  const path = new NewtonPath(lengths);
  const model = path.model(at);
  if (model === undefined) return unknown;
  const { dense } = model;
  const known = {
    ...unknown,
    removableShare: removableShare(at, path, model),
    unresolvedCurvatures: near ? dense?.unresolvedCurvatures : undefined,
  };
  if (!near) return known;
  // With products the share that a solve leaves tells a slope from what rounding makes of 0.
  const noise = roundingOfField * Math.sqrt(point.length);
  const sloping = dense === undefined && (model.cutShare ?? 0) * relative > certain * noise;
  if (model.endless || sloping) {
    return { ...known, relativeDistance: Number.POSITIVE_INFINITY, pointDistance: Number.POSITIVE_INFINITY };
  }
  const solved = model.stepFor(field);
  const step = solved ?? stepByProducts(at, lengths, field).step;
  const relativeDistance = sizeOf(step, lengths);
  const found = { ...known, relativeDistance, pointDistance: sizeOf(step, lengths, point) };
  const least = dense === undefined ? shortestByProducts : shortest;
  // A step that was not found, or comes from rounding errors, says nothing of the next ones.
  if (solved === undefined || (dense === undefined && relative <= certain * noise)) return found;
  if (relativeDistance === 0) return { ...found, stepContraction: 0, stepChange: dense && 0 };
  const there = path.moved(at, step);
  const second = stepAt(there, path);
  const third = second === undefined ? undefined : stepAt(path.moved(there, second), path);
  const ratio = (next: Float64Array | undefined, before: Float64Array): number => {
    const size = next === undefined ? Number.POSITIVE_INFINITY : sizeOf(next, lengths);
    return size <= least ? 0 : size / sizeOf(before, lengths);
  };
  const first = ratio(second, step);
  if (dense === undefined && second === undefined) return found;
  return {
    ...found,
    stepContraction: second === undefined || first === 0 ? first : Math.max(first, ratio(third, second)),
    stepChange: dense && changeTo(there, dense.inUnits, dense.units),
  };
}

/** Newton's step at a point; undefined where there is none. */
function stepAt(at: Evaluation, path: NewtonPath): Float64Array | undefined {
  const model = isFiniteVector(at.field) ? path.model(at) : undefined;
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

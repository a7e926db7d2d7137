/** How far a minimum of ||F|| that is not zero is from where a search found no step. */
import { dot, type Evaluation, evaluate, isFiniteVector, norm, scale } from "../../../authoring/index.ts";
import { unitOf } from "../../../elementary/index.ts";
import { symmetricEigen } from "../../../linalg/dense/dense.ts";
import { finiteMatrix } from "../finiteMatrix.ts";
import { fieldInUnits, matrixInUnits, stepFromUnits, unitsOf } from "../parameterScale.ts";
import type { Units } from "../toldUnits.ts";
import { flatBeside, minorShare } from "./criticality.ts";
import { fewParameters } from "./newtonModel.ts";
import { NewtonPath } from "./newtonPath.ts";
import { largestSize } from "./relativeField.ts";
import { removableShare } from "./removableShare.ts";
import { moved, sizeOf } from "./stepSizes.ts";

/** Share of that distance at which a step has arrived. */
const arrived = 0.1;
/** Share of the tolerance to which ||J F|| falls at a minimum, where it is zero. */
const leftOver = 0.01;
/** Step of the difference of J, in lengths of the parameters. */
const difference = 1e-4;
/** Most steps towards a minimum of ||F||. Each costs 3 n products and the eigenvalues of an n x n matrix. */
const mostSteps = 40;
/** Most halvings of a step. */
const mostHalvings = 40;

/**
 * Computes the distance to a minimum of ||F|| that is not zero, in lengths of the parameters.
 *
 * Such a minimum is gradient-flat, as J F = 0 there. A search may find no step beside it, before a threshold calls F flat:
 * where the valley of ||F|| is narrow, each step along its floor ends on a wall. From the end Newton's method minimises h
 * = ||F||^2 / 2, in the parameters as they are and in units next to 1 / sqrt(|J_ii|), with the Hessian J^2 + D J[F],
 * whose second term is a difference of J along F. It has arrived where this Hessian is positive definite, its step is short
 * and ||J F|| <= 0.01 tolerance ||J||_F ||F||. An end
 * of which so short a way removes nine tenths of F does not count.
 *
 * @returns undefined where no such minimum was found within 0.01 of the lengths; for n > 100; where J is not symmetric
 */
export function flatDistance(at: Evaluation, lengths: Float64Array, tolerance: number): number | undefined {
  if (lengths.length > fewParameters || !at.problem.symmetric || !isFiniteVector(at.field)) return undefined;
  const matrix = finiteMatrix(at);
  if (matrix === undefined) return undefined;
  const distances = [undefined, unitsOf(matrix, true, undefined).units]
    .map((units) => minimumBeside(units, at, lengths, tolerance))
    .filter((distance) => distance !== undefined);
  return distances.length === 0 ? undefined : Math.min(...distances);
}

function minimumBeside(
  units: Units | undefined,
  at: Evaluation,
  lengths: Float64Array,
  tolerance: number,
): number | undefined {
  const away = (there: Evaluation): number =>
    sizeOf(
      there.point.map((z, i) => z - at.point[i]!),
      lengths,
    );
  let here = at;
  for (let k = 0; k < mostSteps; k++) {
    const found = stepDown(units, here, lengths);
    if (found === undefined) return undefined;
    const { step, certain, curvature } = found;
    const size = sizeOf(step, lengths);
    const level = curvature <= leftOver * tolerance;
    const next = level && size <= arrived * flatBeside ? undefined : lower(here, units, step);
    if (next === undefined) {
      // Where rounding leaves no lower point, the step says how far the minimum may still be.
      const distance = Math.max(away(here), size);
      const kept = norm(fieldInUnits(here, units)) >= minorShare * norm(fieldInUnits(at, units));
      return level && certain && kept && distance <= flatBeside && isFlat(here, lengths) ? distance : undefined;
    }
    if (!(away(next) <= flatBeside)) return undefined;
    here = next;
  }
  return undefined;
}

function isFlat(at: Evaluation, lengths: Float64Array): boolean {
  const path = new NewtonPath(lengths);
  const model = path.model(at);
  const share = model && removableShare(at, path, model);
  return share !== undefined && share <= minorShare;
}

/** The first halving of a step that makes ||F|| smaller. */
function lower(here: Evaluation, units: Units | undefined, step: Float64Array): Evaluation | undefined {
  const size = norm(fieldInUnits(here, units));
  const trial = step.slice();
  for (let k = 0; k < mostHalvings; k++) {
    const there = moved(here, trial);
    if (norm(fieldInUnits(there, units)) < size) return there;
    scale(0.5, trial);
  }
  return undefined;
}

/** Newton's step for ||F||^2 / 2 with the sizes of the curvatures, whether these are all positive, and that of J along F. */
function stepDown(units: Units | undefined, at: Evaluation, lengths: Float64Array) {
  const n = lengths.length;
  const inUnits = (there: Evaluation): Float64Array | undefined => {
    const matrix = finiteMatrix(there);
    return matrix === undefined || units === undefined ? matrix : matrixInUnits(matrix, units);
  };
  const field = fieldInUnits(at, units);
  const along = stepFromUnits(field.slice(), units);
  const share = difference / sizeOf(along, lengths);
  const aside = (sign: number): Float64Array | undefined =>
    inUnits(
      evaluate(
        at.problem,
        at.point.map((z, i) => z + sign * share * along[i]!),
      ),
    );
  const [matrix, ahead, behind] = [inUnits(at), aside(1), aside(-1)];
  if (matrix === undefined || ahead === undefined || behind === undefined || !(share > 0)) return undefined;
  // Divided by powers of two, J^2 and J F stay in the range of float64.
  const [j, f] = [unitOf(largestSize(matrix)), unitOf(largestSize(field))];
  const map = matrix.map((entry) => entry / j);
  const right = field.map((entry) => entry / f);
  const rowOf = (i: number): Float64Array => map.subarray(i * n, (i + 1) * n);
  const slope = Float64Array.from({ length: n }, (_, i) => dot(rowOf(i), right));
  const hessian = Float64Array.from(
    map,
    (_, k) => dot(rowOf(Math.floor(k / n)), rowOf(k % n)) + (ahead[k]! - behind[k]!) / j / (2 * share) / j,
  );
  const { units: own } = unitsOf(hessian, true, undefined);
  const scaled = matrixInUnits(hessian, own);
  if (scaled === undefined) return undefined;
  const { values, vectors } = symmetricEigen(scaled);
  const seen = fieldInUnits({ field: slope }, own);
  const step = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const vector = vectors.subarray(k * n, (k + 1) * n);
    const length = ((-dot(vector, seen) / Math.max(Math.abs(values[k]!), Number.EPSILON)) * f) / j;
    for (let i = 0; i < n; i++) step[i] = step[i]! + length * vector[i]!;
  }
  stepFromUnits(stepFromUnits(step, own), units);
  const curvature = norm(slope) / norm(map) / norm(right);
  return isFiniteVector(step) ? { step, certain: values[0]! > 0, curvature } : undefined;
}

/**
 * The curve on which F keeps the direction u that it has at the start, {z: P F(z) = 0} with P = I - u u^T, and the steps
 * of {@link newtonFlow} along it.
 */
import {
  axpy,
  dot,
  type Evaluation,
  isFiniteVector,
  norm,
  type Proposal,
  scale,
  scratchVector,
} from "../../authoring/index.ts";
import { luFactor } from "../../linalg/dense/luFactor.ts";
import { unitScale } from "../../linalg/dense/unitScale.ts";
import { finiteMatrix } from "./finiteMatrix.ts";
import {
  fieldInUnits,
  lengthInUnits,
  matrixInUnits,
  type Scaling,
  type Sizes,
  scales,
  stepFromUnits,
  unitsOf,
  vectorInUnits,
} from "./parameterScale.ts";
import type { SearchOutcome } from "./searchOutcome.ts";
import type { Units } from "./toldUnits.ts";
import { trialPoint } from "./trialPoint.ts";

/** Share of the length of the start that the first step has. */
const firstShare = 0.1;
/** Share of the largest length of a point so far that the longest step has. */
const longestShare = 0.25;
/** Number of halvings after which the search for a step has failed. */
const maxHalvings = 60;
/** Factor by which h grows after a smooth step. */
const growth = 1.5;
/** Share to which Newton's whole step must lower ||F|| in order to be taken: quadratic convergence is then near. */
const contraction = 0.1;

/** What `newtonFlow` remembers. */
export interface FlowState {
  /** Tangent t, as a vector of parameters; undefined before the first step. */
  readonly tangent: Float64Array | undefined;
  /** Length h of the next predictor, in units; undefined before the first step. */
  readonly length: number | undefined;
  /** Largest length of a point so far, in units. */
  readonly reach: number;
  /** F at the start. */
  readonly first: Float64Array;
  /** Length of the curve up to the present point. */
  readonly arcLength: number;
  readonly sizes: Sizes | undefined;
}

/** What a step came to, with the state for the next one. */
interface Taken extends Pick<FlowState, "tangent" | "length" | "reach" | "sizes"> {
  readonly outcome: SearchOutcome;
  readonly trials: number;
  readonly next: Evaluation | undefined;
  readonly units: Units | undefined;
}

interface Control {
  readonly stepSize: number | "local";
  readonly maxStepSize?: number;
  readonly tolerance: number;
  readonly corrections: number;
  readonly orientation: "determinant" | "descent";
  readonly scaling: Scaling;
}

/** The direction u of F at the start and its length, in units. */
export function rayOf(
  first: Float64Array,
  units: Units | undefined,
): { readonly ray: Float64Array; readonly size: number } {
  const ray = fieldInUnits({ field: first }, units).slice();
  const size = norm(ray);
  if (size > 0) scale(1 / size, ray);
  return { ray, size };
}

/** Makes a step along the curve, in the units of `scaling`. */
export function advance(it: Proposal, state: FlowState, control: Control): Taken {
  const { tolerance, corrections } = control;
  const { problem } = it.at;
  const trial = scratchVector(it);
  let trials = 0;
  let { sizes } = state;
  let units: Units | undefined;
  const evaluateAt = (point: Float64Array): Evaluation => {
    trials++;
    return it.evaluate(point);
  };
  const nothing = (outcome: SearchOutcome): Taken => ({ ...state, outcome, trials, next: undefined, units });
  if (norm(it.at.field) === 0) return nothing("stagnated");
  const matrix = finiteMatrix(it.at);
  if (matrix === undefined) return nothing("non-finite");
  if (scales(control.scaling, it.point.length)) ({ units, sizes } = unitsOf(matrix, problem.symmetric, sizes));
  const inUnits = (at: Evaluation): Float64Array | undefined => {
    const entries = at === it.at ? matrix : finiteMatrix(at);
    return units === undefined || entries === undefined ? entries : matrixInUnits(entries, units);
  };
  const jacobian = inUnits(it.at);
  if (jacobian === undefined) return nothing("non-finite");
  const field = fieldInUnits(it.at, units);
  const { ray } = rayOf(state.first, units);
  const factor = luFactor(jacobian);
  const newton = factor.solve(field.map((f) => -f));
  const newtonLength = newton === undefined ? Number.POSITIVE_INFINITY : norm(newton);
  const pointLength = lengthInUnits(it.point, units);
  const start = pointLength > 0 ? pointLength : newtonLength;
  const firstLength = control.stepSize === "local" ? firstShare * start : control.stepSize;
  let length = state.length ?? firstLength;
  const reach = Math.max(state.reach, pointLength, state.length === undefined ? length / longestShare : 0);
  const longest = control.maxStepSize ?? longestShare * reach;
  length = Math.min(length, longest);
  const before = state.tangent === undefined ? undefined : vectorInUnits(state.tangent, units);
  const accepted = (next: Evaluation, tangent: Float64Array, nextLength: number): Taken => ({
    ...{ outcome: "accepted", trials, next, length: nextLength, reach, sizes, units },
    tangent: stepFromUnits(tangent.slice(), units),
  });

  if (newton !== undefined && newtonLength <= length) {
    const point = trialPoint(it, stepFromUnits(newton.slice(), units), 1, trial);
    if (point === undefined) return nothing("stagnated");
    const next = evaluateAt(point);
    if (norm(fieldInUnits(next, units)) <= contraction * norm(field)) {
      return accepted(next, before ?? newton.map((x) => x / newtonLength), length);
    }
  }
  const upwards = control.orientation === "determinant" && factor.determinantSign < 0;
  const tangent = tangentAt(jacobian, ray, before, upwards ? newton?.map((x) => -x) : newton);
  if (tangent === undefined) return nothing("failed");

  const along = dot(ray, field);
  const way = stepFromUnits(tangent.slice(), units);
  let finite = false;
  // A point may lie beside the curve, within the tolerance. However short a step is, its corrections go back first.
  let astray: number | undefined;
  for (let halving = 0; halving < maxHalvings; halving++, length /= 2) {
    const predicted = trialPoint(it, way, length, trial);
    if (predicted === undefined) return nothing("stagnated");
    let next = evaluateAt(predicted);
    let moved = 0;
    for (let correction = 0; ; correction++) {
      const there = fieldInUnits(next, units);
      if (!isFiniteVector(there)) break;
      finite = true;
      const { stray, length: strayed } = strayOf(there, ray);
      if (strayed <= tolerance * Math.max(norm(there), norm(field))) {
        const after = dot(ray, there);
        if (after * along < 0) {
          // The step went beyond a zero: back to where a straight line has it, doubled since the loop halves it.
          length *= 2 * Math.min(0.5, along / (along - after));
          break;
        }
        return accepted(next, tangent, correction <= 1 ? Math.min(longest, growth * length) : length);
      }
      if (correction === corrections) break;
      const near = inUnits(next);
      const delta = near === undefined ? undefined : bordered(near, ray, tangent, stray);
      if (delta === undefined) break;
      moved += norm(delta);
      astray ??= lengthOf(bordered(jacobian, ray, tangent, strayOf(field, ray).stray));
      if (!(moved <= length / 2 + astray)) break;
      const point = next.point.slice();
      axpy(1, stepFromUnits(delta, units), point);
      next = evaluateAt(point);
    }
  }
  return nothing(finite ? "failed" : "non-finite");
}

const lengthOf = (vector: Float64Array | undefined): number => (vector === undefined ? 0 : norm(vector));

/** The unit tangent t with P J t = 0, in the sense of the last one; at the start it is `first`, normalised. */
function tangentAt(
  jacobian: Float64Array,
  ray: Float64Array,
  before: Float64Array | undefined,
  first: Float64Array | undefined,
): Float64Array | undefined {
  // The row of u says k t_before . t = 1, the others say P J t = 0.
  const tangent =
    before === undefined
      ? first?.slice()
      : bordered(
          jacobian,
          ray,
          before,
          ray.map((x) => -x),
        );
  const size = tangent === undefined ? 0 : norm(tangent);
  if (tangent === undefined || !(size > 0 && Number.isFinite(size))) return undefined;
  scale(1 / size, tangent);
  return tangent;
}

/**
 * Solves (P J + k u t^T) x = -b, where k is the power of two next to the largest entry of J, so that the matrix is in
 * the units of J; undefined where it is singular.
 */
function bordered(jacobian: Float64Array, u: Float64Array, t: Float64Array, b: Float64Array): Float64Array | undefined {
  const n = u.length;
  const row = new Float64Array(n);
  for (let i = 0; i < n; i++) axpy(u[i]!, jacobian.subarray(i * n, (i + 1) * n), row);
  const matrix = jacobian.slice();
  const { unit } = unitScale(jacobian);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) matrix[i * n + j] = matrix[i * n + j]! + u[i]! * (unit * t[j]! - row[j]!);
  }
  return luFactor(matrix).solve(b.map((x) => -x));
}

/** The part P F of the field that strays from u, and its length. */
function strayOf(field: Float64Array, u: Float64Array): { readonly stray: Float64Array; readonly length: number } {
  const stray = field.slice();
  axpy(-dot(u, field), u, stray);
  return { stray, length: norm(stray) };
}

/** ||P F|| / ||F||. */
export function deviationOf(field: Float64Array, u: Float64Array): number {
  const size = norm(field);
  return size > 0 ? strayOf(field, u).length / size : 0;
}

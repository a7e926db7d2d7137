/** The Newton step of the natural map R(z) = z - Pi_C(z - eta F(z)), and the active set that it belongs to. */
import {
  dot,
  type Evaluation,
  isFiniteVector,
  negate,
  norm,
  type Proposal,
  scratchVector,
} from "../../authoring/index.ts";
import { gmres } from "../../linalg/krylov/gmres.ts";
import { shifted } from "../../linalg/maps/maps.ts";
import { naturalMapDerivative, projectionDerivative } from "../games/naturalMap.ts";

/** Longest Newton step, in units of ||z|| and ||R||. */
const longestStep = 2 ** 40;

/** Damping by default where GMRES does not solve the undamped system, in units of ||R|| / ||R_0||. */
const dampingOfSingular = 1;

/** Relative residual at which GMRES has solved a system, whatever the tolerance. */
const solvedTo = 1e-6;

/** What a Newton step needs to know of the run and of the options. */
interface NewtonSettings {
  /** Scale eta of the residual. */
  readonly scale: number;
  /** ||R|| / ||R_0||. */
  readonly share: number;
  readonly damping: number | undefined;
  readonly contraction: number;
  readonly relativeTolerance: number | undefined;
  readonly maxIterations: number | undefined;
}

/** Computes Newton's trial point for R(z) = 0 and evaluates it; undefined where there is none. */
export function newtonTrial(
  it: Proposal,
  residual: Float64Array,
  { scale, share, damping, contraction, relativeTolerance = Math.min(0.01, share), maxIterations }: NewtonSettings,
): { readonly trial: Evaluation | undefined; readonly iterations: number; readonly singular?: boolean } {
  const { at, point } = it;
  const { constraint } = at.problem;
  const n = point.length;
  const inside = scratchVector(it);
  for (let i = 0; i < n; i++) inside[i] = point[i]! - scale * at.field[i]!;
  const derivative = constraint === undefined ? undefined : projectionDerivative(constraint, inside);
  const map = naturalMapDerivative(at.linearize(), derivative, scale);
  const right = scratchVector(it);
  negate(residual, right);
  if (!isFiniteVector(right)) return { trial: undefined, iterations: 0 };
  const settings = { relativeTolerance, ...(maxIterations === undefined ? {} : { maxIterations }) };
  const solve = (tau: number) => gmres(tau === 0 ? map : shifted(map, tau * share), right, settings);
  let solved = solve(damping ?? 0);
  let { iterations } = solved;
  const unsolved = solved.relativeResidual > Math.max(relativeTolerance, solvedTo);
  if (damping === undefined && unsolved && solved.termination !== "non-finite") {
    solved = solve(dampingOfSingular);
    iterations += solved.iterations;
  }
  // Where -R is outside the range of V, not even the linear model would be accepted.
  if (solved.relativeResidual > contraction) return { trial: undefined, iterations, singular: true };
  const trial = scratchVector(it);
  for (let i = 0; i < n; i++) trial[i] = point[i]! + solved.x[i]!;
  constraint?.project(trial, trial);
  // J is singular to rounding where the step is that long, and F at its end would be nothing but rounding.
  const longest = longestStep * Math.max(norm(point), norm(residual));
  if (norm(solved.x) > longest) return { trial: undefined, iterations, singular: true };
  if (!isFiniteVector(trial)) return { trial: undefined, iterations };
  return { trial: it.evaluate(trial), iterations };
}

/**
 * A number that stands for the active set of C at z - eta F(z): two points with the same derivative of the projection
 * have the same number. Undefined where there is no constraint, or its projection has no derivative of its own.
 */
export function activeSet(it: Proposal, scale: number): number | undefined {
  const { at, point } = it;
  const { constraint } = at.problem;
  if (constraint?.linearizeProjection === undefined) return undefined;
  const weights = scratchVector(it);
  const vector = scratchVector(it);
  for (let i = 0; i < point.length; i++) vector[i] = point[i]! - scale * at.field[i]!;
  const derivative = constraint.linearizeProjection(vector);
  for (let i = 0; i < point.length; i++) weights[i] = 0.5 + (Math.imul(i + 1, 0x9e3779b1) >>> 0) / 2 ** 32;
  derivative.apply(weights, vector);
  return dot(weights, vector);
}

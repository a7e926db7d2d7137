/** What the first-order methods for games share. */
import type { Setting } from "../../arrow/row.ts";
import { failure } from "../../errors.ts";
import { norm } from "../../linalg/vector.ts";
import type { Problem } from "../../problems/problem.ts";
import { stepInside } from "../../problems/sets/convexSet.ts";
import { EvaluatedPoint } from "../../streams/loop/evaluation.ts";
import { vectorToFill } from "../../streams/loop/memory.ts";
import { sessionOf } from "../../streams/loop/records.ts";
import type { Evaluation, Iterate, Proposal } from "../../streams/types.ts";

/** @throws ERR_OPTION_RANGE */
export function checkStepSize(who: string, stepSize: number): void {
  if (stepSize > 0 && stepSize < Number.POSITIVE_INFINITY) return;
  throw failure("ERR_OPTION_RANGE", `${who}: expected a positive step size, got ${stepSize}`);
}

/** A step size that can be steered; zero is left out, since directions are jumps divided by it. */
export function stepSetting(value: number): Setting {
  return { value, min: 1e-300 };
}

/** Pi_C(z - eta F), a fresh array. */
export function projectedStep(problem: Problem, point: Float64Array, eta: number, field: Float64Array): Float64Array {
  const to = vectorToFill(point.length);
  stepInside(problem.constraint, point, -eta, field, to);
  return to;
}

/** A vector as long as the point, of any numbers, that may go out in a row. */
export function freshVector(it: Proposal): Float64Array {
  const n = it.point.length;
  return sessionOf(it)?.workspace?.take(n) ?? (it.at instanceof EvaluatedPoint ? it.at.beside() : vectorToFill(n));
}

/** The step whose end, before the projection that the loop makes, is `target`; eta stands in the row. */
export function moveTo(
  it: Proposal,
  target: Float64Array,
  eta: number,
): { readonly direction: Float64Array; readonly stepSize: number } {
  const { point } = it;
  const direction = new Float64Array(point.length);
  for (let i = 0; i < direction.length; i++) direction[i] = (target[i]! - point[i]!) / eta;
  return { direction, stepSize: eta };
}

/** Whether the row follows a restart, so that a method's memory of earlier points must begin anew. */
export function restarted(it: Iterate): boolean {
  return it.columns.restarted === 1;
}

/** ||a - b||. */
export function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum);
}

/** ||z - Pi_C(z - F(z))||. */
export function naturalResidualNorm(at: Evaluation): number {
  if (at.problem.constraint === undefined) return Math.sqrt(at.squaredNorm);
  return distance(at.point, projectedStep(at.problem, at.point, 1, at.field));
}

/**
 * 1 / (2 L), L = ||F(z') - F(z)|| / ||z' - z|| at a point z' a little way (1e-4 of 1 + ||z||) down the field; 1 where F
 * does not change. One evaluation.
 */
export function localStepSize(it: Proposal): number {
  const { point, at } = it;
  const size = Math.sqrt(at.squaredNorm);
  if (size === 0) return 1;
  const ahead = projectedStep(at.problem, point, (1e-4 * (1 + norm(point))) / size, at.field);
  const way = distance(point, ahead);
  if (way === 0) return 1;
  const change = distance(it.evaluate(ahead).field, at.field);
  return change > 0 && Number.isFinite(change) ? way / (2 * change) : 1;
}

/**
 * A vector as long as the point for the time of a call: the run's, where it uses its vectors again, else one an operator value.
 */
export function borrowedVector(): (it: Proposal, use: (vector: Float64Array) => void) => void {
  const own = scratchVector();
  return (it, use) => {
    const n = it.point.length;
    const workspace = sessionOf(it)?.workspace;
    const vector = workspace?.take(n) ?? own(n);
    use(vector);
    workspace?.giveBack(vector);
  };
}

/**
 * An array that is used again from step to step, one an operator value: several runs may share it, since nothing in it is
 * read in a later step.
 */
export function scratchVector(): (length: number) => Float64Array {
  let vector = new Float64Array(0);
  return (length) => {
    if (vector.length !== length) vector = new Float64Array(length);
    return vector;
  };
}

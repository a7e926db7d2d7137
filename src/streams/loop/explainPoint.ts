import type { Problem } from "../../problems/problem.ts";

/**
 * Says what is not a finite number at a point: a coordinate, or the operation of a traced function that first gave it,
 * or the component of F where operations are not known.
 *
 * @param lost whether the problem has a potential, and it is NaN
 */
export function explainPoint(
  problem: Problem,
  point: Float64Array,
  field: Float64Array,
  value: number,
  lost: boolean,
): string {
  const bad = point.findIndex((z) => !Number.isFinite(z));
  if (bad >= 0) return `the point is not finite: ${componentOf(problem, bad)} is ${point[bad]}`;
  const operation = problem.explainNotFinite?.(point);
  const entry = worstEntry(field);
  const what = lost
    ? `the loss is ${value}`
    : entry < 0
      ? `the value is ${value}`
      : `component ${componentOf(problem, entry)} of the field is ${field[entry]}`;
  return `${what} at a finite point${operation === undefined ? "" : `: ${operation}`}`;
}

/** Place of the first NaN, else of the first infinity; -1 if there is none. */
function worstEntry(field: Float64Array): number {
  const place = field.findIndex(Number.isNaN);
  return place >= 0 ? place : field.findIndex((f) => !Number.isFinite(f));
}

function componentOf(problem: Problem, place: number): string {
  const block = problem.blocks.find(({ offset, size }) => place >= offset && place < offset + size);
  return block === undefined ? String(place) : `${place} (${block.name}[${place - block.offset}])`;
}

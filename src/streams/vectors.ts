/** Vectors as long as the point, for the operators of a run. */
import { EvaluatedPoint } from "./loop/evaluation.ts";
import { vectorToFill } from "./loop/memory.ts";
import { sessionOf } from "./loop/records.ts";
import type { Proposal } from "./types.ts";

/**
 * A vector as long as the point that may go out in the row, as a direction or field does. It holds any numbers: write every entry.
 *
 * The run gives it: beside the row's other vectors where that is cheaper, and with `reuse` from those of rows that are gone.
 */
export function rowVector(it: Proposal): Float64Array {
  const n = it.point.length;
  return sessionOf(it)?.workspace?.take(n) ?? (it.at instanceof EvaluatedPoint ? it.at.beside() : vectorToFill(n));
}

/**
 * A vector as long as the point that is read in this step alone. It holds any numbers: write every entry. Each call in a step gives
 * another one; they must not go into the row or the state.
 */
export function scratchVector(it: Proposal): Float64Array {
  const n = it.point.length;
  const session = sessionOf(it);
  if (session === undefined) return vectorToFill(n);
  const { scratch, workspace } = session;
  const place = session.scratchTaken++;
  let vector = scratch[place];
  if (vector?.length !== n) {
    vector = workspace?.take(n) ?? vectorToFill(n);
    // It is the run's for good: what the workspace lends may be overwritten when the row is gone.
    workspace?.keep(vector);
    scratch[place] = vector;
  }
  return vector;
}

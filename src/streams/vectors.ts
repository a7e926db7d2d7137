/** Gives the operators of a run vectors as long as the point. */
import { EvaluatedPoint } from "./loop/evaluation.ts";
import { large, vectorToFill } from "./loop/memory.ts";
import { directionOf, sessionOf } from "./loop/records.ts";
import type { Proposal } from "./types.ts";

/**
 * Gives a vector as long as the point that may go out in the row, as a direction or field does. It holds arbitrary
 * numbers, so write every entry.
 *
 * The run gives it: it lies beside the row's other vectors where that is cheaper, and with `reuse` it comes from the
 * vectors of rows that are gone.
 *
 * @example
 * const double = defineUpdate({
 *   name: "double",
 *   refines: "direction",
 *   step(it) {
 *     const direction = rowVector(it);
 *     for (let i = 0; i < direction.length; i++) direction[i] = 2 * it.direction[i]!;
 *     return { direction };
 *   },
 * });
 */
export function rowVector(it: Proposal): Float64Array {
  const n = it.point.length;
  return sessionOf(it)?.workspace?.take(n) ?? (it.at instanceof EvaluatedPoint ? it.at.beside() : vectorToFill(n));
}

/**
 * Gives the vector into which an operator writes what replaces a vector of its state: that vector itself where nothing
 * else reads it any more, as with `reuse` once its row is over, and one of {@link rowVector} otherwise.
 *
 * The result may go out in the row. Entry i may be written once entry i of `before` has been read.
 *
 * @example
 * const heavyBall = defineUpdate({
 *   name: "heavyBall",
 *   refines: "direction",
 *   init: (first) => rowVector(first).fill(0),
 *   step(it, velocity) {
 *     const next = rowVectorOver(it, velocity);
 *     addScaled(it.direction, 0.9, velocity, next);
 *     return { state: next, direction: next };
 *   },
 * });
 * const rows = firstRows(quartic(), [1, 2], chain(heavyBall, gradientStep(0.02)), 3);
 * console.log(rows.map((it) => it.value.toFixed(4)).join(" "));
 * // 80.6500 52.1523 45.2979
 */
export function rowVectorOver(it: Proposal, before: Float64Array): Float64Array {
  return sessionOf(it)?.workspace?.isHeldOnce(before) === true ? before : rowVector(it);
}

/**
 * Gives a vector as long as the point that is used in this step only. It holds arbitrary numbers, so write every entry.
 *
 * Each call within a step gives another vector. They must not go into the row or the state.
 *
 * @example
 * const exactStep = defineUpdate({
 *   name: "exactStep",
 *   step(it) {
 *     const image = scratchVector(it);
 *     it.at.linearize().apply(it.direction, image);
 *     return { stepSize: -dot(image, it.at.field) / dot(image, image) };
 *   },
 * });
 * const rows = firstRows(quartic(), [1, 2], exactStep, 3);
 * console.log(rows.map((it) => it.squaredFieldNorm.toFixed(2)).join(" "));
 * // 2397.44 255.29 43.81
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
    // The run keeps it: a vector that the workspace lends may be overwritten once the row is gone.
    workspace?.keep(vector);
    scratch[place] = vector;
  }
  return vector;
}

/**
 * Gives the field G of a proposal whose direction is -G, where the array of the direction has not been made: for large
 * points it is made only if someone reads it, which takes a pass over the memory.
 *
 * An operator that reads every entry of the direction once may read G instead and turn the sign.
 *
 * @returns undefined if the direction is an array; then read `it.direction`
 * @example
 * const signs = defineUpdate({
 *   name: "signs",
 *   refines: "direction",
 *   step(it) {
 *     const opposite = oppositeOfDirection(it);
 *     const [from, sign] = opposite === undefined ? [it.direction, 1] : [opposite, -1];
 *     const direction = rowVector(it);
 *     for (let i = 0; i < direction.length; i++) direction[i] = sign * Math.sign(from[i]!);
 *     return { direction };
 *   },
 * });
 */
export function oppositeOfDirection(it: Proposal): Float64Array | undefined {
  if (it.point.length < large) return undefined;
  const direction = directionOf(it);
  if (direction === undefined) return it.at.field;
  return direction instanceof Float64Array ? undefined : direction.field;
}

import type { Columns, Settings } from "../arrow/row.ts";
import { checkSpec } from "./loop/checkSpec.ts";
import { inside } from "./loop/registration.ts";
import { type AnySpec, UpdateStep } from "./loop/steps.ts";
import type { Proposal, Update, UpdateSpec } from "./types.ts";

/**
 * Makes an update from a pure step function, which may choose direction, step size or an accepted trial point.
 *
 * `init` makes the state at the first proposal, and the `state` of each result replaces it. The run keeps it under the
 * operator's name, so checkpoints hold it. Proposals that are not running pass by. An update that replaces a direction
 * or step size chosen before it says so by `refines`; without that, replacing it is an error.
 *
 * Use {@link defineMeasure} when the operator reads the iterate but does not choose the step.
 *
 * @example
 * const momentum = (decay: number) => defineUpdate({
 *   name: "momentum", refines: "direction", settings: { decay: { value: decay, min: 0, max: 1 } },
 *   init: (first) => new Float64Array(first.point.length),
 *   step(it, velocity, { decay }) {
 *     const v = it.direction.map((d, i) => decay * velocity[i]! + d);
 *     return { state: v, direction: v };
 *   },
 * });
 * iterate(quartic(), [1, 2], chain(untilStep(2), momentum(0.9), gradientStep(0.02)))
 *   .subscribe((it) => console.log(it.step, it.value.toFixed(4)));
 * // 0 80.6500
 * // 1 52.1523
 * // 2 45.2979
 * @param spec name, columns, settings, `refines`, `init` and `step`, see {@link UpdateSpec}
 * @throws {TypeError | RangeError} ERR_OPTION_TYPE, ERR_OPTION_RANGE for a specification without name or step, or a
 *   setting outside its range; in the stream ERR_UNDECLARED, ERR_COLUMN_TWICE, ERR_COLUMN_CONFLICT,
 *   ERR_DIRECTION_DISCARDED, ERR_STEP_SIZE_DISCARDED, ERR_AFTER_ACCEPTED, ERR_SUBSCRIBED_TWICE, ERR_LATE_OPERATOR
 */
export function defineUpdate<State = undefined, const C extends Columns = {}, const S extends Settings = {}>(
  spec: UpdateSpec<State, C, S>,
): Update {
  checkSpec("defineUpdate", spec);
  const own = spec as unknown as AnySpec<Proposal>;
  const { refines } = spec;
  return (source) =>
    inside(own, source, (subscriber, slot, session) => new UpdateStep(subscriber, own, refines, slot, session));
}

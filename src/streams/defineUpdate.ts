import type { Columns, Settings } from "../arrow/row.ts";
import { checkSpec } from "./loop/checkSpec.ts";
import { inside } from "./loop/registration.ts";
import { type AnySpec, UpdateStep } from "./loop/steps.ts";
import type { Proposal, Update, UpdateSpec } from "./types.ts";

/**
 * An update from a pure step function: it may choose direction, step size or an accepted trial point.
 *
 * The state is made by `init` at the first proposal and replaced by the `state` of each result. The run keeps it under the operator's
 * name, so checkpoints hold it. Proposals that are not running pass by. An update that replaces a direction or step size which another
 * one chose before says so by `refines`; without it that is an error.
 *
 * @example
 * const momentum = ({ decay = 0.9 } = {}) => defineUpdate({
 *   name: "momentum", refines: "direction",
 *   settings: { decay: { value: decay, min: 0, max: 1 } },
 *   init: (first) => new Float64Array(first.point.length),
 *   step(it, velocity, { decay }) {
 *     const v = it.direction.map((d, i) => decay * velocity[i]! + d);
 *     return { state: v, direction: v };
 *   },
 * });
 * @throws {TypeError | RangeError} ERR_OPTION_TYPE, ERR_OPTION_RANGE for a specification without name or step, or a setting outside
 *   its range; in the stream ERR_UNDECLARED, ERR_COLUMN_TWICE, ERR_COLUMN_CONFLICT, ERR_DIRECTION_DISCARDED, ERR_STEP_SIZE_DISCARDED,
 *   ERR_AFTER_ACCEPTED, ERR_SUBSCRIBED_TWICE, ERR_LATE_OPERATOR
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

/** How operators are written: a pure step function becomes an operator that keeps its state in a slot of the run. */
import { Observable, type Subscriber } from "rxjs";
import type { Columns, Row, Settings } from "../arrow/row.ts";
import { failure } from "../errors.ts";
import { checkSpec } from "./loop/checkSpec.ts";
import { ambientSession, type Session, type Slot } from "./loop/session.ts";
import { type AnySpec, InsideStep, LateOperator, OutsideStep, UpdateStep } from "./loop/steps.ts";
import type { Iterate, Measure, MeasureSpec, Proposal, RowMeasure, Update, UpdateSpec } from "./types.ts";

/**
 * An update from a pure step function: it may choose direction, step size or an accepted trial.
 *
 * The state is made by `init` at the first proposal, replaced by the `state` of each result, and kept in the run under the
 * operator's name, so that checkpoints hold it. Proposals that are not running pass by. An update that builds on the direction or
 * step size chosen before it says `refines: true`; one that does not may not discard such a choice.
 *
 * @example
 * const momentum = ({ decay = 0.9 } = {}) => update({
 *   name: "momentum", refines: true,
 *   settings: { decay: { value: decay, min: 0, max: 1 } },
 *   init: (first) => new Float64Array(first.point.length),
 *   step(it, velocity, { decay }) {
 *     const v = it.direction.map((d, i) => decay * velocity[i]! + d);
 *     return { state: v, direction: v };
 *   },
 * });
 * @throws {TypeError | RangeError} ERR_OPTION_TYPE, ERR_OPTION_RANGE for a specification without name or step, or a setting outside
 *   its own range; in the stream ERR_DIRECTION_DISCARDED, ERR_STEP_SIZE_DISCARDED, ERR_AFTER_ACCEPTED, ERR_UNDECLARED,
 *   ERR_COLUMN_TWICE, ERR_COLUMN_CONFLICT, ERR_LATE_OPERATOR, ERR_SUBSCRIBED_TWICE
 */
export function update<State = undefined, const C extends Columns = {}, const S extends Settings = {}>(
  spec: UpdateSpec<State, C, S>,
): Update {
  checkSpec("update", spec);
  const own = spec as unknown as AnySpec<Proposal>;
  const { refines = false } = spec;
  return (source) =>
    inside(own, source, (subscriber, slot, session) => new UpdateStep(subscriber, own, refines, slot, session));
}

/**
 * A measure from a pure step function of an iterate: it may write declared columns and vectors, and end the run by a status.
 *
 * Stands inside the loop or after it. Inside, a status ends the run; after the loop it ends the stream, with this row as its last.
 * After a `merge` it keeps one state for each run.
 *
 * @example
 * const angle = measure({
 *   name: "angle", columns: { cosine: { meaning: "cosine between the direction and -F" } },
 *   step: (it) => ({ columns: { cosine: -dot(it.direction, it.at.field) / (norm(it.direction) * norm(it.at.field)) } }),
 * });
 * @throws as {@link update}
 */
export function measure<State = undefined, const C extends Columns = {}, const S extends Settings = {}>(
  spec: MeasureSpec<Iterate, State, C, S>,
): Measure {
  checkSpec("measure", spec);
  const own = spec as unknown as AnySpec<Iterate>;
  return <T extends Iterate>(source: Observable<T>) => measuring<T>(own as AnySpec<T>, source);
}

/**
 * A measure from a pure step function of plain rows: stands inside the loop, after it, and on replays.
 *
 * @example const untilSmall = measureRows({ name: "untilSmall", step: (row) => (row.squaredNorm < 1e-8 ? { status: "converged" } : undefined) });
 * @throws as {@link update}
 */
export function measureRows<State = undefined, const C extends Columns = {}, const S extends Settings = {}>(
  spec: MeasureSpec<Row, State, C, S>,
): RowMeasure {
  checkSpec("measureRows", spec);
  const own = spec as unknown as AnySpec<Row>;
  return <T extends Row>(source: Observable<T>) => measuring<T>(own as AnySpec<T>, source);
}

function measuring<T extends Row>(spec: AnySpec<T>, source: Observable<T>): Observable<T> {
  if (ambientSession() === undefined) {
    return new Observable((subscriber) => source.subscribe(new OutsideStep(subscriber, spec)));
  }
  return inside(spec, source, (subscriber, slot, session) => new InsideStep(subscriber, spec, slot, session));
}

/** Registers with the run that is being put together, in the order of the pipe. */
function inside<T extends Row>(
  spec: AnySpec<T>,
  source: Observable<T>,
  connect: (subscriber: Subscriber<T>, slot: Slot, session: Session) => Subscriber<T>,
): Observable<T> {
  const session = ambientSession();
  const slot = session?.register(spec, true);
  let subscribed = false;
  return new Observable((subscriber) => {
    if (session === undefined || slot === undefined) return source.subscribe(new LateOperator(subscriber, spec.name));
    if (subscribed) {
      throw failure(
        "ERR_SUBSCRIBED_TWICE",
        `${spec.name}: was applied once and subscribed twice (repeat, retry, or one pipe merged with itself?), so two would share one state${session.where()}`,
      );
    }
    subscribed = true;
    return source.subscribe(connect(subscriber, slot, session));
  });
}

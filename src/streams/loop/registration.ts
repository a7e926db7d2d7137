/** Gives operators their places in a run, while the update is put together, in the order of the pipe. */
import { Observable, type Subscriber } from "rxjs";
import type { Row } from "../../arrow/row.ts";
import { failure } from "../../errors.ts";
import { ambientSession, type Session } from "./session.ts";
import type { Slot } from "./slot.ts";
import { type AnySpec, InsideStep, LateOperator, OutsideStep } from "./steps.ts";

/** Applies a measure, inside the loop that is being put together or after a loop. */
export function measuring<T extends Row>(spec: AnySpec<T>, source: Observable<T>): Observable<T> {
  if (ambientSession() === undefined) {
    return new Observable((subscriber) => source.subscribe(new OutsideStep(subscriber, spec)));
  }
  return inside(spec, source, (subscriber, slot, session) => new InsideStep(subscriber, spec, slot, session));
}

/** Applies an operator and registers it with the run that is being put together. */
export function inside<T extends Row>(
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

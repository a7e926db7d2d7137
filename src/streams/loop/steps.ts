/** Passes rows through operators: calls the step function and puts its result into the row. */
import { Subscriber } from "rxjs";
import type { Columns, Row, Run, Settings } from "../../arrow/row.ts";
import { failure } from "../../errors.ts";
import type { MeasureResult, Proposal, Refines, Spec, UpdateResult } from "../types.ts";
import { chosen } from "./choices.ts";
import { CHOICE, choiceOf, directionIn, directionOf, sessionOf, withMove, withRow, withStatus } from "./records.ts";
import { extendRun, type Session, valuesOf } from "./session.ts";
import { type RestartScope, Slot } from "./slot.ts";
import { write } from "./writing.ts";

// Specifications and results without their type parameters.
type AnyResult = MeasureResult<unknown, Columns> & Partial<UpdateResult<unknown, Columns>>;
export type AnySpec<In> = Spec<In, unknown, Columns, Settings, AnyResult>;

/**
 * What all operators have in common: it calls the step function and keeps the state. A class, since closures cost twice
 * as much per row.
 */
abstract class Step<T extends Row> extends Subscriber<T> {
  constructor(
    protected readonly to: Subscriber<T>,
    protected readonly spec: AnySpec<T>,
  ) {
    super(to);
  }

  protected override _next(it: T): void {
    let result: T;
    try {
      result = this.take(it);
    } catch (error) {
      this.error(error);
      return;
    }
    this.pass(result);
  }

  /** The row as the operator passes it on. */
  protected abstract take(it: T): T;

  protected pass(it: T): void {
    this.to.next(it);
  }

  protected call(it: T, slot: Slot): AnyResult | undefined {
    if (slot.mustBegin) this.begin(it, slot);
    const { timetable } = slot;
    const settings =
      timetable === undefined ? slot.settings : timetable.valuesAt(it.step - slot.begun, slot.settings, whereOf(it));
    timetable?.write(it.columns);
    const result = this.spec.step(it, slot.state, settings) ?? undefined;
    if (result !== undefined && result.state !== undefined) slot.state = result.state;
    return result;
  }

  /** Makes the state, from what a restart left of the last one. */
  protected begin(it: T, slot: Slot): void {
    slot.state = this.spec.init?.(it, slot.begun < 0 ? undefined : slot.state, slot.settings);
    slot.begun = it.step;
  }
}

function whereOf(it: Row): string {
  return sessionOf(it)?.where() ?? "";
}

/** Checks that an operator sees each proposal once. */
function checkOnce(slot: Slot, session: Session, step: number): void {
  session.lastSeen = slot.name;
  if (slot.lastStep === step) {
    throw failure(
      "ERR_PROPOSAL",
      `${slot.name}: received step ${step} twice (merge, mergeMap, expand?)${session.where()}`,
    );
  }
  slot.lastStep = step;
}

/** An update, which may choose the step. */
export class UpdateStep extends Step<Proposal> {
  constructor(
    to: Subscriber<Proposal>,
    spec: AnySpec<Proposal>,
    private readonly refines: Refines | undefined,
    private readonly slot: Slot,
    private readonly session: Session,
  ) {
    super(to, spec);
  }

  protected override take(it: Proposal): Proposal {
    checkOnce(this.slot, this.session, it.step);
    if (it.status !== "running") return it;
    this.session.scratchTaken = 0;
    const result = this.call(it, this.slot);
    if (this.slot.decides !== undefined) this.#restart(it, this.slot.decides, result?.restart === true);
    else if (result?.restart !== undefined) throw misplacedRestart(this.slot.name, this.session);
    if (result === undefined) return it;
    write(result, it, this.slot, this.session);
    const direction = directionIn(result);
    const choice = chosen(it, result, direction, this.slot.name, this.refines, this.session);
    const status = result.status ?? "running";
    if (choice === undefined && status === "running") return it;
    const { stepSize = it.stepSize, next = it.next } = result;
    return withMove(it, {
      status,
      stepSize,
      direction: direction ?? directionOf(it),
      next,
      choice: choice ?? choiceOf(it),
    });
  }

  /** Restarts the scope and writes the column, before the operator's own columns, so that a conflict is noticed. */
  #restart(it: Proposal, scope: RestartScope, now: boolean): void {
    if (now) this.session.restart(scope, it.step);
    const columns = it.columns as Record<string, number | undefined>;
    columns.restarted = Math.max(columns.restarted ?? 0, now ? 1 : 0);
  }
}

function misplacedRestart(operator: string, session: Session): Error {
  return failure(
    "ERR_RESTART",
    `${operator}: returned restart, but there is nothing for it to restart; use restartable(${operator}(...), inner)${session.where()}`,
  );
}

/** A measure inside the loop. The row is not emitted yet, so columns are written in place. */
export class InsideStep<T extends Row> extends Step<T> {
  constructor(
    to: Subscriber<T>,
    spec: AnySpec<T>,
    private readonly slot: Slot,
    private readonly session: Session,
  ) {
    super(to, spec);
  }

  protected override take(it: T): T {
    checkOnce(this.slot, this.session, it.step);
    const result = this.call(it, this.slot);
    if (result === undefined) return it;
    write(result, it, this.slot, this.session);
    // The first status other than running stands.
    if (result.status === undefined || result.status === "running" || it.status !== "running") return it;
    return withStatus(it, result.status);
  }
}

/** A measure after the loop or on replayed rows. Rows are shared with others by then, so it copies what it changes. */
export class OutsideStep<T extends Row> extends Step<T> {
  /** Slot for each run. */
  readonly #slots = new WeakMap<object, Slot>();
  /** Runs with the operator's columns, by the runs without. */
  readonly #runs = new WeakMap<Run, Run>();
  /** Whether the present row ends the stream. */
  #ended = false;

  protected override take(it: T): T {
    if (CHOICE in it) throw late(this.spec.name);
    const session = sessionOf(it);
    const slot = this.#slotOf(session ?? it.run, session);
    if (this.spec.followsRestarts === true && it.columns.restarted === 1 && slot.begun >= 0) this.begin(it, slot);
    const result = this.call(it, slot);
    const run = this.#extended(it.run, slot);
    const ends = it.status === "running" && result?.status !== undefined && result.status !== "running";
    this.#ended = ends;
    const writes = result?.columns !== undefined || result?.vectors !== undefined;
    if (!writes && !ends && run === it.run) return it;
    const columns = result?.columns === undefined ? it.columns : { ...it.columns };
    const vectors = result?.vectors === undefined ? it.vectors : { ...it.vectors };
    if (result !== undefined) write(result, { run, columns, vectors, step: it.step }, slot, session);
    return withRow(it, { run, columns, vectors, status: ends ? result.status : it.status });
  }

  protected override pass(it: T): void {
    const ends = this.#ended;
    this.to.next(it);
    if (ends) this.complete();
  }

  #slotOf(key: object, session: Session | undefined): Slot {
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      const { spec } = this;
      slot =
        session?.register(spec, false) ??
        new Slot(spec.name, false, spec.columns ?? {}, spec.settings ?? {}, valuesOf(spec.settings));
      this.#slots.set(key, slot);
    }
    return slot;
  }

  #extended(run: Run, slot: Slot): Run {
    let extended = this.#runs.get(run);
    if (extended === undefined) {
      extended = extendRun(run, slot, this.spec.name);
      this.#runs.set(run, extended);
    }
    return extended;
  }
}

/** An operator at a place that a loop cannot know of; it throws at the first row. */
export class LateOperator<T extends Row> extends Subscriber<T> {
  constructor(
    to: Subscriber<T>,
    private readonly operator: string,
  ) {
    super(to);
  }

  protected override _next(it: T): void {
    this.error(
      typeof it === "object" && it !== null && CHOICE in it
        ? late(this.operator)
        : failure(
            "ERR_LATE_OPERATOR",
            `${this.operator}: is an update and stands after the loop; put it inside: iterate(problem, start, ${this.operator}(...))`,
          ),
    );
  }
}

function late(operator: string): Error {
  return failure(
    "ERR_LATE_OPERATOR",
    `${operator}: subscribed after the run began (inside mergeMap or switchMap?), so its state and columns would be lost; ` +
      "use choose() or switchMethod()",
  );
}

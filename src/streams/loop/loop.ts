/** The loop behind `iterate`. Each run has an object of its own. */

import { isObservable, Subject, type Subscriber } from "rxjs";
import type { Run, Status } from "../../arrow/row.ts";
import { failure } from "../../errors.ts";
import { cancelTurn, nextTurn, type Turn, warn } from "../../host.ts";
import type { Problem } from "../../problems/problem.ts";
import type { Checkpoint, Iterate, IterateOptions, Proposal, Update } from "../types.ts";
import { isCheckpoint, takeCheckpoint } from "./checkpoint.ts";
import { CheckpointClock } from "./checkpointClock.ts";
import type { EvaluatedPoint } from "./evaluation.ts";
import { large } from "./memory.ts";
import { Position } from "./position.ts";
import { checkReturned, complaintAbout, nothingReturned } from "./proposals.ts";
import { directionOf, IterateRecord, noChoice, ProposalRecord } from "./records.ts";
import { descriptionOf, Session, withAmbient } from "./session.ts";
import { Steering } from "./steering.ts";

/** The column that the loop writes where C projects by an algorithm that may end early. */
const inexactColumns = {
  inexactProjections: { meaning: "projections onto C in this step that ended before they had converged" },
} as const;

/** Longest time that a timer takes, in milliseconds; such a timer keeps the process alive while a run is paused. */
const longWait = 2 ** 31 - 1;

export class Loop {
  readonly #session: Session;
  readonly #steering: Steering;
  readonly #proposals = new Subject<Proposal>();
  readonly #slice: number;
  /** Milliseconds that earlier attempts took. */
  readonly #earlier: number;
  readonly #began = performance.now();
  #run: Run | undefined;
  readonly #position: Position;
  /** Number of inexact projections before the step to the present point, if somebody has looked at the point already. */
  #inexact: number | undefined;
  #feeding = false;
  #returned: Proposal | undefined;
  #updateCompleted = false;
  #ended = false;
  #working = false;
  #waiting = false;
  #turn: Turn | undefined;
  #keepAlive: ReturnType<typeof setTimeout> | undefined;
  readonly #clock: CheckpointClock;

  constructor(
    problem: Problem | ((step: number) => Problem),
    private readonly start: ArrayLike<number> | Checkpoint,
    private readonly update: Update,
    private readonly options: IterateOptions,
    private readonly subscriber: Subscriber<Iterate>,
  ) {
    const { name = "run", slice = 2, reuse, checkpoints } = options;
    this.#slice = slice;
    this.#clock = new CheckpointClock(checkpoints);
    const session = isCheckpoint(start)
      ? new Session(start.run, start.attempt + 1, start.operators, reuse, start.point.length)
      : new Session(name, 1, {}, reuse);
    if (isCheckpoint(start)) session.step = start.step;
    this.#session = session;
    this.#position = new Position(problem, start, session);
    this.#earlier = isCheckpoint(start) ? 1000 * start.seconds : 0;
    this.#steering = new Steering(session, checkpoints !== undefined, () => {
      const problem = this.#position.problemAt(session.step);
      this.#inexact ??= problem.constraint?.inexactProjections?.();
      return this.#position.look(problem);
    });
  }

  /** Puts the update together and starts the run; the function that it returns ends the run. */
  begin(): () => void {
    const { subscriber } = this;
    subscriber.add(() => this.#end());
    try {
      withAmbient(this.#session, () => this.#connect());
      const problem = this.#position.problemAt(this.#session.step);
      if (problem.constraint?.inexactProjections !== undefined) this.#session.declare(inexactColumns);
      this.#run = this.#session.seal(descriptionOf(problem, this.options.description));
      if (isCheckpoint(this.start)) this.#session.compareWith(this.start);
      const commands = this.#steering.listen(this.options.commands, this.#wake, (error) => this.#fail(error));
      if (commands !== undefined) subscriber.add(commands);
    } catch (error) {
      this.#fail(error);
    }
    if (!this.#ended && !subscriber.closed) this.#goOn();
    return () => this.#end();
  }

  /** Applies the update. Meanwhile every operator registers, in the order of the pipe. */
  #connect(): void {
    const answers: unknown = this.update(this.#proposals.asObservable());
    if (!isObservable(answers)) {
      throw failure(
        "ERR_NOT_OBSERVABLE",
        `iterate: expected the update to return an Observable, got ${typeof answers}; give an RxJS operator${this.#session.where()}`,
      );
    }
    this.subscriber.add(
      answers.subscribe({
        next: (it) => this.#take(it),
        error: (error) => this.#fail(error),
        complete: () => {
          this.#updateCompleted = true;
        },
      }),
    );
  }

  #goOn(): void {
    if (this.#slice === Number.POSITIVE_INFINITY) this.#work();
    else this.#turn = nextTurn(this.#work);
  }

  readonly #wake = (): void => {
    if (!this.#waiting) return;
    this.#waiting = false;
    clearTimeout(this.#keepAlive);
    this.#goOn();
  };

  readonly #work = (): void => {
    // A subscriber may send a command, which wakes the loop while it is at work.
    if (this.#working) return;
    this.#working = true;
    try {
      let until = Number.POSITIVE_INFINITY;
      while (!this.#ended) {
        // The clock is read before the boundary, which is crossed once per step: there a paused run counts its steps.
        const now = performance.now();
        // Each turn takes at least one step, however short the slice is.
        if (until === Number.POSITIVE_INFINITY) until = now + this.#slice;
        else if (now >= until) {
          this.#turn = nextTurn(this.#work);
          return;
        }
        const mayGo = this.#steering.boundary(this.#session.step);
        if (this.#ended) return;
        if (!mayGo) {
          this.#waiting = true;
          this.#keepAlive = setTimeout(() => {}, longWait);
          return;
        }
        this.#step(now);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#working = false;
    }
  };

  #step(now: number): void {
    const session = this.#session;
    const { step, count } = session;
    const problem = this.#position.problemAt(step);
    if (this.#ended) return;
    const inexact = this.#inexact ?? problem.constraint?.inexactProjections?.();
    this.#inexact = undefined;
    const at = this.#position.evaluated(problem);
    if (this.#ended) return;
    const seconds = (this.#earlier + now - this.#began) / 1000;
    this.#saveIfDue(at, now, seconds);
    if (this.#ended) return;
    // The square of a finite field may overflow, which does not mean that the run diverged.
    const finite = at.finite;
    const status: Status = this.#steering.stopping ? "stopped" : finite ? "running" : "diverged";
    const because = finite ? undefined : this.#position.explain(at);
    if (because !== undefined && ((at.lost && Number.isNaN(at.value)) || at.field.some(Number.isNaN))) {
      warn(`iterate: ${because}${session.where()}`);
    }
    session.at = at;
    const commands = this.#steering.takeApplied();
    const { point, value, squaredFieldNorm } = at;
    const facts = {
      run: this.#run!,
      step,
      seconds,
      evaluations: count.evaluations,
      products: count.products,
      value,
      squaredFieldNorm,
      point,
      columns: {},
      vectors: {},
      because,
      commands,
      at,
      evaluate: this.#position.evaluate,
      fieldAt: this.#position.fieldAt,
    };
    const direction = point.length < large ? at.negativeField() : undefined;
    const move = { status, stepSize: Number.NaN, direction, next: undefined, choice: noChoice };
    const answer = this.#feed(new ProposalRecord(session, facts, move));
    if (answer === undefined) return;
    checkReturned(answer, session);
    const chosen = directionOf(answer);
    const honest = inexact === undefined ? answer.status : this.#statusAfter(answer, problem, inexact);
    this.subscriber.next(
      new IterateRecord(
        session,
        {
          run: answer.run,
          step,
          seconds,
          status: honest,
          evaluations: count.evaluations,
          products: count.products,
          value: answer.value,
          squaredFieldNorm: answer.squaredFieldNorm,
          stepSize: answer.stepSize,
          point: answer.point,
          columns: answer.columns,
          vectors: answer.vectors,
          because: because ?? (answer.status === "stagnated" ? this.#position.explain(at) : undefined),
          commands,
          at,
        },
        chosen,
      ),
    );
    if (this.#ended) return;
    if (honest !== "running" || this.#updateCompleted) {
      this.#complete();
      return;
    }
    if (answer.next === undefined) this.#position.move(chosen, answer.stepSize);
    else this.#position.accept(answer.next as EvaluatedPoint);
    session.step = step + 1;
  }

  /**
   * Says in the row how many of its projections were not exact. A residual that came from one does not say that the
   * point solves the problem.
   */
  #statusAfter(answer: Proposal, problem: Problem, before: number): Status {
    const inexact = problem.constraint!.inexactProjections!() - before;
    if (this.#run!.columns.inexactProjections !== undefined) {
      (answer.columns as Record<string, number | undefined>).inexactProjections = inexact;
    }
    return inexact > 0 && answer.status === "converged" ? "stagnated" : answer.status;
  }

  /** Feeds a proposal to the update and gives its answer; undefined if the run has ended meanwhile. */
  #feed(proposal: Proposal): Proposal | undefined {
    this.#session.lastSeen = undefined;
    this.#returned = undefined;
    this.#feeding = true;
    this.#proposals.next(proposal);
    this.#feeding = false;
    if (this.#ended) return undefined;
    if (this.#returned !== undefined) return this.#returned;
    if (!this.#updateCompleted) throw nothingReturned(this.#session);
    this.#complete();
    return undefined;
  }

  /** Receives what the update emits. */
  #take(it: unknown): void {
    if (this.#ended) return;
    const complaint = complaintAbout(it, this.#session, this.#feeding, this.#returned !== undefined);
    if (complaint === undefined) this.#returned = it as Proposal;
    else this.#fail(complaint);
  }

  /**
   * Saves a checkpoint if one is due. This happens before the proposal is fed, so it holds the states after the last
   * row.
   */
  #saveIfDue(at: EvaluatedPoint, now: number, runSeconds: number): void {
    const { checkpoints } = this.options;
    if (checkpoints === undefined || !this.#clock.isDue(this.#session.step, now, this.#steering.checkpointAsked))
      return;
    this.#steering.checkpointAsked = false;
    checkpoints.save(takeCheckpoint(this.#session, at.point, runSeconds));
  }

  #fail(error: unknown): void {
    if (this.#ended) return;
    this.#end();
    this.subscriber.error(error);
  }

  #complete(): void {
    this.#end();
    this.#proposals.complete();
    this.subscriber.complete();
  }

  #end(): void {
    this.#ended = true;
    this.#waiting = false;
    cancelTurn(this.#turn);
    clearTimeout(this.#keepAlive);
  }
}

/** The loop behind `iterate`: one object a run. */
import { isObservable, Subject, type Subscriber } from "rxjs";
import type { Run, Status } from "../arrow/row.ts";
import { failure } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { norm } from "../linalg/vector.ts";
import type { Problem } from "../problems/problem.ts";
import { isCheckpoint, takeCheckpoint } from "./checkpoint.ts";
import { checkLength } from "./checks.ts";
import { type EvaluatedPoint, evaluateAt, evaluateStep, large } from "./evaluation.ts";
import { checkReturned, complaintAbout, nothingReturned } from "./proposals.ts";
import { directionIfMade, IterateRecord, noChoice, ProposalRecord } from "./records.ts";
import { Session, withAmbient } from "./session.ts";
import { Steering } from "./steering.ts";
import type { Checkpoint, Evaluation, Iterate, IterateOptions, Proposal, Update } from "./types.ts";

/** As long as a timer can be: keeps the process alive while a run is paused. */
const longWait = 2 ** 31 - 1;

export class Loop {
  readonly #session: Session;
  readonly #steering: Steering;
  readonly #proposals = new Subject<Proposal>();
  readonly #slice: number;
  /** Milliseconds of earlier attempts. */
  readonly #earlier: number;
  readonly #began = performance.now();
  #run: Run | undefined;
  #problemOfStep: { readonly step: number; readonly problem: Problem } | undefined;
  /** What is known where the loop stands. */
  #at: EvaluatedPoint | undefined;
  /** The step that leads away from there; undefined: none, `#at` is where the loop stands. */
  #move: { readonly direction: Float64Array | undefined; readonly stepSize: number } | undefined;
  #feeding = false;
  #returned: Proposal | undefined;
  #updateCompleted = false;
  #ended = false;
  #working = false;
  #waiting = false;
  #turn: NodeJS.Immediate | undefined;
  #keepAlive: NodeJS.Timeout | undefined;
  /** When a checkpoint was last taken; undefined: not yet. */
  #saved: number | undefined;

  constructor(
    private readonly problem: Problem | ((step: number) => Problem),
    private readonly start: ArrayLike<number> | Checkpoint,
    private readonly update: Update,
    private readonly options: IterateOptions,
    private readonly subscriber: Subscriber<Iterate>,
  ) {
    const { name = "run", slice = 2, checkpoints } = options;
    this.#slice = slice;
    const session = isCheckpoint(start)
      ? new Session(start.run, start.attempt + 1, start.operators)
      : new Session(name, 1);
    if (isCheckpoint(start)) session.step = start.step;
    this.#session = session;
    this.#earlier = isCheckpoint(start) ? 1000 * start.seconds : 0;
    this.#steering = new Steering(session, checkpoints !== undefined);
  }

  /** Puts the update together and starts; what it returns ends the run. */
  begin(): () => void {
    const { subscriber } = this;
    subscriber.add(() => this.#end());
    try {
      withAmbient(this.#session, () => this.#connect());
      this.#run = this.#session.seal(descriptionOf(this.#problemAt(this.#session.step), this.options.description));
      if (isCheckpoint(this.start)) this.#session.compareWith(this.start);
      const commands = this.#steering.listen(this.options.commands, this.#wake, (error) => this.#fail(error));
      if (commands !== undefined) subscriber.add(commands);
    } catch (error) {
      this.#fail(error);
    }
    if (!this.#ended && !subscriber.closed) this.#goOn();
    return () => this.#end();
  }

  /** Every helper registers while the update is applied, in the order of the pipe. */
  #connect(): void {
    const answers: unknown = this.update(this.#proposals.asObservable());
    if (!isObservable(answers)) {
      throw failure(
        "ERR_NOT_OBSERVABLE",
        `iterate: the update gave no Observable (${typeof answers}); expected an RxJS operator${this.#session.where()}`,
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
    else this.#turn = setImmediate(this.#work);
  }

  readonly #wake = (): void => {
    if (!this.#waiting) return;
    this.#waiting = false;
    clearTimeout(this.#keepAlive);
    this.#goOn();
  };

  readonly #work = (): void => {
    // A row's subscriber may send a command, which wakes the loop that is at work.
    if (this.#working) return;
    this.#working = true;
    try {
      let until = Number.POSITIVE_INFINITY;
      while (!this.#ended) {
        // Before the boundary: that is crossed once a step, since a paused run counts the steps it may take.
        const now = performance.now();
        // Each turn takes one step at least, however short the slice.
        if (until === Number.POSITIVE_INFINITY) until = now + this.#slice;
        else if (now >= until) {
          this.#turn = setImmediate(this.#work);
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
    const problem = this.#problemAt(step);
    if (this.#ended) return;
    const at = this.#evaluated(problem);
    if (this.#ended) return;
    const seconds = (this.#earlier + now - this.#began) / 1000;
    this.#saveIfDue(at, now, seconds);
    if (this.#ended) return;
    const status: Status = this.#steering.stopping
      ? "stopped"
      : Number.isFinite(at.squaredNorm)
        ? "running"
        : "diverged";
    session.at = at;
    const commands = this.#steering.takeApplied();
    const answer = this.#feed(
      new ProposalRecord(
        session,
        noChoice,
        this.#run!,
        step,
        seconds,
        status,
        count.evaluations,
        count.products,
        at.value,
        at.squaredNorm,
        Number.NaN,
        at.point,
        {},
        {},
        commands,
        at,
        at.point.length < large ? at.negativeField() : undefined,
        this.#evaluate,
        this.#fieldAt,
        undefined,
      ),
    );
    if (answer === undefined) return;
    checkReturned(answer, session);
    const direction = directionIfMade(answer);
    this.subscriber.next(
      new IterateRecord(
        session,
        answer.run,
        step,
        seconds,
        answer.status,
        count.evaluations,
        count.products,
        answer.value,
        answer.squaredNorm,
        answer.stepSize,
        answer.point,
        answer.columns,
        answer.vectors,
        commands,
        at,
        direction,
      ),
    );
    if (this.#ended) return;
    if (answer.status !== "running" || this.#updateCompleted) {
      this.#complete();
      return;
    }
    if (answer.next === undefined) this.#move = { direction, stepSize: answer.stepSize };
    else this.#at = answer.next as EvaluatedPoint;
    session.step = step + 1;
  }

  /** The proposal as the update gives it back; undefined: the run has ended meanwhile. */
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

  #take(it: unknown): void {
    if (this.#ended) return;
    const complaint = complaintAbout(it, this.#session, this.#feeding, this.#returned !== undefined);
    if (complaint === undefined) this.#returned = it as Proposal;
    else this.#fail(complaint);
  }

  /** F where the loop stands, unless it is known for this very problem. */
  #evaluated(problem: Problem): EvaluatedPoint {
    const { count } = this.#session;
    const before = this.#at;
    if (before === undefined) this.#at = this.#evaluatedStart(problem);
    else if (this.#move !== undefined) {
      const { direction, stepSize } = this.#move;
      // z + eta (-F) and z - eta F are the same bits.
      this.#at =
        direction === undefined
          ? evaluateStep(problem, before.point, before.field, -stepSize, count)
          : evaluateStep(problem, before.point, direction, stepSize, count);
    } else if (before.problem !== problem) this.#at = evaluateAt(problem, before.point, count);
    this.#move = undefined;
    return this.#at ?? before!;
  }

  #evaluatedStart(problem: Problem): EvaluatedPoint {
    const { count } = this.#session;
    if (!isCheckpoint(this.start)) return evaluateAt(problem, startInside(problem, this.start, this.#session), count);
    const at = evaluateAt(problem, this.start.point, count);
    // This point was evaluated, and counted, before the checkpoint was taken.
    count.evaluations = this.start.evaluations;
    count.products = this.start.products;
    return at;
  }

  readonly #fieldAt = (point: Float64Array, out: Float64Array): void => {
    const { problem } = this.#problemOfStep!;
    if (point.length !== problem.dimension || out.length !== problem.dimension) {
      const got =
        point.length === problem.dimension ? `a field of length ${out.length}` : `a point of length ${point.length}`;
      throw failure(
        "ERR_LENGTH",
        `fieldAt: expected a trial point and a field of length ${problem.dimension}, got ${got}${this.#session.where()}`,
      );
    }
    this.#session.count.evaluations++;
    problem.evaluate(point, out);
  };

  readonly #evaluate = (point: Float64Array, problem: Problem = this.#problemOfStep!.problem): Evaluation => {
    if (point.length !== problem.dimension) {
      throw failure(
        "ERR_LENGTH",
        `evaluate: expected a trial point of length ${problem.dimension}, got ${point.length}${this.#session.where()}`,
      );
    }
    return evaluateAt(problem, point, this.#session.count);
  };

  #problemAt(step: number): Problem {
    if (typeof this.problem !== "function") {
      this.#problemOfStep ??= { step, problem: this.problem };
    } else if (this.#problemOfStep?.step !== step) {
      const problem = this.problem(step);
      checkLength(problem, this.start);
      this.#problemOfStep = { step, problem };
    }
    return this.#problemOfStep!.problem;
  }

  /** Before the proposal is fed: so a checkpoint holds the states after the row before. */
  #saveIfDue(at: EvaluatedPoint, now: number, runSeconds: number): void {
    const { checkpoints } = this.options;
    if (checkpoints === undefined) return;
    const { every, seconds, save } = checkpoints;
    const first = this.#saved === undefined && (every !== undefined || seconds !== undefined);
    const byStep = every !== undefined && this.#session.step % every === 0;
    const byClock = seconds !== undefined && this.#saved !== undefined && now - this.#saved >= 1000 * seconds;
    if (!(first || byStep || byClock || this.#steering.checkpointAsked)) return;
    this.#saved = now;
    this.#steering.checkpointAsked = false;
    save(takeCheckpoint(this.#session, at.point, runSeconds));
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
    clearImmediate(this.#turn);
    clearTimeout(this.#keepAlive);
  }
}

/** The start, or where it lies outside C its projection, which a warning says. */
function startInside(problem: Problem, start: ArrayLike<number>, session: Session): ArrayLike<number> {
  const { constraint } = problem;
  if (constraint === undefined) return start;
  const given = Float64Array.from(start);
  const away = constraint.distance(given);
  // What rounding leaves of a projection is not worth another.
  if (away <= 1e-9 * (1 + norm(given))) return start;
  const inside = new Float64Array(given.length);
  constraint.project(given, inside);
  process.emitWarning(
    `iterate: the start lies ${away} outside the ${constraint.name} of ${problem.name}; the run begins at its projection${session.where()}`,
    "FluxionWarning",
  );
  return inside;
}

/** What the problem says of itself, and what the caller adds. */
function descriptionOf(problem: Problem, given: JsonValue | undefined): JsonValue {
  const own = { problem: problem.description ?? problem.name };
  if (given === undefined) return own;
  return typeof given === "object" && given !== null && !Array.isArray(given)
    ? { ...own, ...given }
    : { ...own, run: given };
}

import type { AppliedCommand, Row, Run, Status } from "../../arrow/row.ts";
import type { Problem } from "../../problems/problem.ts";
import type { Evaluation, Iterate, Proposal } from "../types.ts";
import type { EvaluatedPoint } from "./evaluation.ts";
import { large, negativeOf } from "./memory.ts";
import type { Session } from "./session.ts";

/** The run's memory, on every record that comes from a loop; a spread copies it. */
export const SESSION = Symbol("session");
/** Who chose what, on a proposal; a spread copies it. */
export const CHOICE = Symbol("choice");
/** On a record whose direction is the negative of a field other than that at its point. */
const NEGATED = Symbol("negated");

/** F at some point whose negative is a direction. */
export class NegatedField {
  #negative: Float64Array | undefined;

  constructor(readonly field: Float64Array) {}

  /** One array, made at the first look. */
  negativeField(): Float64Array {
    this.#negative ??= negativeOf(this.field);
    return this.#negative;
  }
}

/** As it was chosen, or the field whose negative it is. */
export type StepDirection = Float64Array | NegatedField;

/** The operators that chose, with what they chose: a value that differs was written by hand. */
export interface Choice {
  readonly direction: { readonly by: string; readonly value: StepDirection } | undefined;
  readonly stepSize: { readonly by: string; readonly value: number } | undefined;
  readonly next: { readonly by: string } | undefined;
}

export const noChoice: Choice = { direction: undefined, stepSize: undefined, next: undefined };

type MutableNumbers = Record<string, number | undefined>;
type MutableVectors = Record<string, Float64Array | undefined>;

interface Directed {
  direction: Float64Array;
  [NEGATED]?: NegatedField;
}

/**
 * The negative of a field, made where it is read. A property of each record's own, so that `{ ...it, stepSize }` has it too, but for
 * large points only: it makes a record 0.1 us dearer, -F of 500 numbers costs as much.
 */
const negative: PropertyDescriptor & ThisType<Iterate & Directed> = {
  get(): Float64Array {
    return (this[NEGATED] ?? (this.at as EvaluatedPoint)).negativeField();
  },
  enumerable: true,
  configurable: true,
};

function setDirection(record: Directed, direction: StepDirection | undefined): void {
  // What nearly every direction is comes first: finding that something is no instance of a class takes longer.
  if (direction instanceof Float64Array || (direction !== undefined && !(direction instanceof NegatedField))) {
    record.direction = direction;
    return;
  }
  if (direction !== undefined) record[NEGATED] = direction;
  Object.defineProperty(record, "direction", negative);
}

/** A record's direction, which is not made here; undefined: -F at its point. */
export function directionOf(it: Iterate): StepDirection | undefined {
  if (it.point.length < large) return it.direction;
  const own = Object.getOwnPropertyDescriptor(it, "direction");
  return own !== undefined && own.get === negative.get ? (it as Directed)[NEGATED] : it.direction;
}

/** What an operator chose as direction, if it did: an array for small points, where that costs less than a property that makes it. */
export function directionIn(result: {
  readonly direction?: Float64Array;
  readonly field?: Float64Array;
}): StepDirection | undefined {
  const { field } = result;
  if (field === undefined) return result.direction;
  return field.length < large ? negativeOf(field) : new NegatedField(field);
}

/** An emitted iterate. Classes with own fields, since a chain of object spreads costs microseconds. */
export class IterateRecord implements Iterate {
  [SESSION]: Session;
  declare readonly direction: Float64Array;

  constructor(
    session: Session,
    readonly run: Run,
    readonly step: number,
    readonly seconds: number,
    readonly status: Status,
    readonly evaluations: number,
    readonly products: number,
    readonly value: number,
    readonly squaredNorm: number,
    readonly stepSize: number,
    readonly point: Float64Array,
    readonly columns: MutableNumbers,
    readonly vectors: MutableVectors,
    readonly commands: readonly AppliedCommand[] | undefined,
    readonly at: Evaluation,
    direction: StepDirection | undefined,
  ) {
    this[SESSION] = session;
    setDirection(this, direction);
  }

  /** The same iterate as an operator after the loop hands it on. */
  with(run: Run, columns: MutableNumbers, vectors: MutableVectors, status: Status): IterateRecord {
    return new IterateRecord(
      this[SESSION],
      run,
      this.step,
      this.seconds,
      status,
      this.evaluations,
      this.products,
      this.value,
      this.squaredNorm,
      this.stepSize,
      this.point,
      columns,
      vectors,
      this.commands,
      this.at,
      directionOf(this),
    );
  }
}

/** A proposal on its way through the update. */
export class ProposalRecord implements Proposal {
  [SESSION]: Session;
  [CHOICE]: Choice;
  declare readonly direction: Float64Array;

  constructor(
    session: Session,
    choice: Choice,
    readonly run: Run,
    readonly step: number,
    readonly seconds: number,
    readonly status: Status,
    readonly evaluations: number,
    readonly products: number,
    readonly value: number,
    readonly squaredNorm: number,
    readonly stepSize: number,
    readonly point: Float64Array,
    readonly columns: MutableNumbers,
    readonly vectors: MutableVectors,
    readonly commands: readonly AppliedCommand[] | undefined,
    readonly at: Evaluation,
    direction: StepDirection | undefined,
    readonly evaluate: (point: Float64Array, problem?: Problem) => Evaluation,
    readonly fieldAt: (point: Float64Array, out: Float64Array) => void,
    readonly next: Evaluation | undefined,
  ) {
    this[SESSION] = session;
    this[CHOICE] = choice;
    setDirection(this, direction);
  }
}

/** A proposal with another step; its columns are shared, since inside the loop they are written in place. */
export function withStep(
  it: Proposal,
  choice: Choice,
  direction: StepDirection | undefined,
  stepSize: number,
  next: Evaluation | undefined,
  status: Status,
): ProposalRecord {
  return new ProposalRecord(
    sessionOf(it)!,
    choice,
    it.run,
    it.step,
    it.seconds,
    status,
    it.evaluations,
    it.products,
    it.value,
    it.squaredNorm,
    stepSize,
    it.point,
    it.columns as MutableNumbers,
    it.vectors as MutableVectors,
    it.commands,
    it.at,
    direction,
    it.evaluate,
    it.fieldAt,
    next,
  );
}

export function sessionOf(record: object): Session | undefined {
  return (record as { [SESSION]?: Session })[SESSION];
}

export function choiceOf(it: Proposal): Choice {
  return (it as Proposal & { [CHOICE]?: Choice })[CHOICE] ?? noChoice;
}

/** A row with another status. */
export function withStatus<T extends Row>(it: T, status: Status): T {
  if (!(CHOICE in it)) return withRow(it, it.run, it.columns, it.vectors, status);
  const proposal = it as unknown as Proposal;
  return withStep(
    proposal,
    choiceOf(proposal),
    directionOf(proposal),
    proposal.stepSize,
    proposal.next,
    status,
  ) as unknown as T;
}

/** A row as an operator after the loop hands it on: rows are shared with others by then. */
export function withRow<T extends Row>(
  it: T,
  run: Run,
  columns: Row["columns"],
  vectors: Row["vectors"],
  status: Status,
): T {
  if (it instanceof IterateRecord) return it.with(run, columns, vectors, status) as unknown as T;
  return { ...it, run, columns, vectors, status };
}

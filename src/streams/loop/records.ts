import type { AppliedCommand, Row, Run, Status } from "../../arrow/row.ts";
import type { Evaluation, Iterate, Proposal } from "../types.ts";
import type { EvaluatedPoint } from "./evaluation.ts";
import { large, negativeOf } from "./memory.ts";
import type { Session } from "./session.ts";
import type { Workspace } from "./workspace.ts";

/** Key of the run's memory, on every record that comes from a loop; a spread copies it. */
const SESSION = Symbol("session");
/** Key of who chose what, on a proposal; a spread copies it. */
export const CHOICE = Symbol("choice");
/** Key on a record whose direction is the negative of a field at another point. */
const NEGATED = Symbol("negated");

/** A field whose negative is a direction. */
export class NegatedField {
  #negative: Float64Array | undefined;

  constructor(readonly field: Float64Array) {}

  /** The negative: one array, made at the first access. */
  negativeField(workspace?: Workspace): Float64Array {
    this.#negative ??= negativeOf(this.field, workspace?.take(this.field.length));
    return this.#negative;
  }
}

/** A direction, or the field whose negative it is. */
export type StepDirection = Float64Array | NegatedField;

/** The operators that chose, with what they chose. Where a proposal has another value, that was written by hand. */
export interface Choice {
  readonly direction: { readonly by: string; readonly value: StepDirection } | undefined;
  readonly stepSize: { readonly by: string; readonly value: number } | undefined;
  readonly next: { readonly by: string } | undefined;
}

export const noChoice: Choice = { direction: undefined, stepSize: undefined, next: undefined };

/** A record whose direction is being set. */
interface Directed {
  direction: Float64Array;
  [NEGATED]?: NegatedField;
}

/**
 * The property `direction` that makes the negative of a field where it is read. It is an own property of each record,
 * so that `{ ...it, stepSize }` has it too. Only large points use it: it adds 0.1 us to a record, as much as -F of 500
 * numbers costs.
 */
const negative: PropertyDescriptor & ThisType<Iterate & Directed & { [SESSION]?: Session }> = {
  get(): Float64Array {
    return (this[NEGATED] ?? (this.at as EvaluatedPoint)).negativeField(this[SESSION]?.workspace);
  },
  enumerable: true,
  configurable: true,
};

function setDirection(record: Directed, direction: StepDirection | undefined): void {
  // Nearly every direction is an array, so that is tested first: a negative `instanceof` takes longer.
  if (direction instanceof Float64Array || (direction !== undefined && !(direction instanceof NegatedField))) {
    record.direction = direction;
    return;
  }
  if (direction !== undefined) record[NEGATED] = direction;
  Object.defineProperty(record, "direction", negative);
}

/** A record's direction, without making the array; undefined: -F at its point. */
export function directionOf(it: Iterate): StepDirection | undefined {
  if (it.point.length < large) return it.direction;
  const own = Object.getOwnPropertyDescriptor(it, "direction");
  return own !== undefined && own.get === negative.get ? (it as Directed)[NEGATED] : it.direction;
}

/**
 * The direction that an operator chose, if it did. For small points it is an array, which costs less there than a
 * property that makes it.
 */
export function directionIn(result: {
  readonly direction?: Float64Array;
  readonly field?: Float64Array;
}): StepDirection | undefined {
  const { field } = result;
  if (field === undefined) return result.direction;
  return field.length < large ? negativeOf(field) : new NegatedField(field);
}

/** What the records of one step have in common; each step makes one object of it. */
interface RowFacts {
  readonly run: Run;
  readonly step: number;
  readonly seconds: number;
  readonly evaluations: number;
  readonly products: number;
  readonly value: number;
  readonly squaredFieldNorm: number;
  readonly point: Float64Array;
  readonly columns: Row["columns"];
  readonly vectors: Row["vectors"];
  readonly because?: string | undefined;
  readonly commands?: readonly AppliedCommand[] | undefined;
  readonly at: Evaluation;
}

interface ProposalFacts extends RowFacts {
  readonly evaluate: Proposal["evaluate"];
  readonly fieldAt: Proposal["fieldAt"];
}

/** The step that a proposal has been given so far. */
interface Move {
  readonly status: Status;
  readonly stepSize: number;
  /** Direction of the step; undefined: -F at the point. */
  readonly direction: StepDirection | undefined;
  readonly next: Evaluation | undefined;
  readonly choice: Choice;
}

/** An emitted iterate. Records are classes with own fields, since a chain of object spreads costs microseconds. */
export class IterateRecord implements Iterate {
  [SESSION]: Session;
  readonly run: Run;
  readonly step: number;
  readonly seconds: number;
  readonly status: Status;
  readonly evaluations: number;
  readonly products: number;
  readonly value: number;
  readonly squaredFieldNorm: number;
  readonly stepSize: number;
  readonly point: Float64Array;
  readonly columns: Row["columns"];
  readonly vectors: Row["vectors"];
  readonly because: string | undefined;
  readonly commands: readonly AppliedCommand[] | undefined;
  readonly at: Evaluation;
  declare readonly direction: Float64Array;

  constructor(
    session: Session,
    facts: RowFacts & Pick<Move, "status" | "stepSize">,
    direction: StepDirection | undefined,
  ) {
    this[SESSION] = session;
    this.run = facts.run;
    this.step = facts.step;
    this.seconds = facts.seconds;
    this.status = facts.status;
    this.evaluations = facts.evaluations;
    this.products = facts.products;
    this.value = facts.value;
    this.squaredFieldNorm = facts.squaredFieldNorm;
    this.stepSize = facts.stepSize;
    this.point = facts.point;
    this.columns = facts.columns;
    this.vectors = facts.vectors;
    this.because = facts.because;
    this.commands = facts.commands;
    this.at = facts.at;
    setDirection(this, direction);
  }
}

/** A proposal on its way through the update. */
export class ProposalRecord implements Proposal {
  [SESSION]: Session;
  [CHOICE]: Choice;
  readonly run: Run;
  readonly step: number;
  readonly seconds: number;
  readonly status: Status;
  readonly evaluations: number;
  readonly products: number;
  readonly value: number;
  readonly squaredFieldNorm: number;
  readonly stepSize: number;
  readonly point: Float64Array;
  readonly columns: Row["columns"];
  readonly vectors: Row["vectors"];
  readonly because: string | undefined;
  readonly commands: readonly AppliedCommand[] | undefined;
  readonly at: Evaluation;
  declare readonly direction: Float64Array;
  readonly evaluate: Proposal["evaluate"];
  readonly fieldAt: Proposal["fieldAt"];
  readonly next: Evaluation | undefined;

  constructor(session: Session, facts: ProposalFacts, move: Move) {
    this[SESSION] = session;
    this[CHOICE] = move.choice;
    this.run = facts.run;
    this.step = facts.step;
    this.seconds = facts.seconds;
    this.status = move.status;
    this.evaluations = facts.evaluations;
    this.products = facts.products;
    this.value = facts.value;
    this.squaredFieldNorm = facts.squaredFieldNorm;
    this.stepSize = move.stepSize;
    this.point = facts.point;
    this.columns = facts.columns;
    this.vectors = facts.vectors;
    this.because = facts.because;
    this.commands = facts.commands;
    this.at = facts.at;
    this.evaluate = facts.evaluate;
    this.fieldAt = facts.fieldAt;
    this.next = move.next;
    setDirection(this, move.direction);
  }
}

/** The proposal with another step. Its columns are shared, since inside the loop they are written in place. */
export function withMove(it: Proposal, move: Move): ProposalRecord {
  return new ProposalRecord(sessionOf(it)!, it, move);
}

/** The run that a record comes from; undefined for replayed rows. */
export function sessionOf(record: object): Session | undefined {
  return (record as { [SESSION]?: Session })[SESSION];
}

/** Who has chosen what of a proposal so far. */
export function choiceOf(it: Proposal): Choice {
  return (it as Proposal & { [CHOICE]?: Choice })[CHOICE] ?? noChoice;
}

/** The row, inside the loop, with another status. */
export function withStatus<T extends Row>(it: T, status: Status): T {
  if (!(CHOICE in it)) return withRow(it, { run: it.run, columns: it.columns, vectors: it.vectors, status });
  const proposal = it as unknown as Proposal;
  const { stepSize, next } = proposal;
  const move = { status, stepSize, direction: directionOf(proposal), next, choice: choiceOf(proposal) };
  return withMove(proposal, move) as unknown as T;
}

/** The row as an operator after the loop passes it on: a copy, since rows are shared with others by then. */
export function withRow<T extends Row>(it: T, change: Pick<Row, "run" | "columns" | "vectors" | "status">): T {
  const { run, columns, vectors, status } = change;
  if (!(it instanceof IterateRecord)) return { ...it, run, columns, vectors, status };
  // Field by field, since a spread would make an object of another hidden class, which slows every reader of records.
  const facts = {
    run,
    step: it.step,
    seconds: it.seconds,
    status,
    evaluations: it.evaluations,
    products: it.products,
    value: it.value,
    squaredFieldNorm: it.squaredFieldNorm,
    stepSize: it.stepSize,
    point: it.point,
    columns,
    vectors,
    because: it.because,
    commands: it.commands,
    at: it.at,
  };
  return new IterateRecord(it[SESSION], facts, directionOf(it)) as unknown as T;
}

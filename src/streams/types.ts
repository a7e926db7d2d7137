import type { Observable, OperatorFunction } from "rxjs";
import type { SliceRequest } from "../arrow/lossSlice.ts";
import type { AppliedCommand, Row, Status } from "../arrow/row.ts";
import type { JsonValue } from "../json.ts";
import type { LinearMap } from "../linalg/linearMap.ts";
import type { Problem } from "../problems/problem.ts";

export type { AppliedCommand, Column, Columns, Row, Run, Setting, Settings, Status } from "../arrow/row.ts";

/** What is known about a problem at a point. It is computed once and shared; nobody may write to it. */
export interface Evaluation {
  /** The problem that was evaluated. */
  readonly problem: Problem;
  /** The point z. */
  readonly point: Float64Array;
  /** Loss L(z); NaN without a potential. */
  readonly value: number;
  /** Field F(z). */
  readonly field: Float64Array;
  /** Squared norm ||F||^2, computed at the first access. */
  readonly squaredFieldNorm: number;
  /** Gives the Jacobian J(z). It is cached, so all operators of a step share one. */
  linearize(): LinearMap;
  /**
   * Work of the run so far. Evaluations and products with the Jacobian count themselves; an operator that multiplies by
   * maps of its own adds its products. Undefined for an evaluation outside a run.
   */
  readonly count?: { evaluations: number; products: number } | undefined;
}

/** An iterate, as `iterate` emits it. */
export interface Iterate extends Row {
  /** The point z. */
  readonly point: Float64Array;
  /** The evaluation at the point. */
  readonly at: Evaluation;
  /** Direction of the step: -F at the point until an operator chooses another. */
  readonly direction: Float64Array;
}

/**
 * An iterate whose step is being chosen. All its fields are own properties, so `{ ...it, stepSize: 0.1 }` is a proposal
 * too.
 */
export interface Proposal extends Iterate {
  /**
   * Evaluates a trial point, which it copies, and counts the evaluation; `problem` defaults to the problem of this
   * step.
   */
  readonly evaluate: (point: Float64Array, problem?: Problem) => Evaluation;
  /**
   * Writes F at a trial point into `out` and counts the evaluation. It allocates nothing, for points whose field is
   * used once.
   */
  readonly fieldAt: (point: Float64Array, out: Float64Array) => void;
  /** The accepted trial, to which the loop moves without evaluating it again; undefined: the loop takes the step. */
  readonly next: Evaluation | undefined;
}

/** An operator that chooses the step; it stands inside `iterate`. */
export interface Update extends OperatorFunction<Proposal, Proposal> {}

/** An operator that reads iterates, inside the loop or after it. */
export type Measure = <T extends Iterate>(source: Observable<T>) => Observable<T>;

/** An operator that reads rows: inside the loop, after it, or on replays. */
export type RowMeasure = <T extends Row>(source: Observable<T>) => Observable<T>;

type Values<S> = { readonly [K in keyof S]: number };
type VectorName<C> = keyof { readonly [K in keyof C as C[K] extends { kind: "vector" } ? K : never]: K };
type NumberName<C> = Exclude<keyof C, VectorName<C>>;
/** Where the compiler does not know the names of columns, they are checked when they are written. */
type Named<C, Names extends PropertyKey, Others extends PropertyKey, V> = string extends keyof C
  ? { readonly [name: string]: V | undefined }
  : // The other names are listed too, since an object type without names would accept them.
    { readonly [K in Names]: V | undefined } & { readonly [K in Others]?: undefined };
type Numbers<C> = Named<C, NumberName<C>, VectorName<C>, number>;
type Vectors<C> = Named<C, VectorName<C>, NumberName<C>, Float64Array>;

/** The type of a state that a step may return: with typed arrays on any kind of buffer. */
type Widened<State> = State extends Float64Array
  ? Float64Array
  : State extends readonly unknown[] | ((...args: never) => unknown) | null
    ? State
    : State extends object
      ? { readonly [K in keyof State]: Widened<State[K]> }
      : State;

/** What the step function of a measure returns. */
export interface MeasureResult<State, C> {
  /** The new state. Default: the state stays. */
  readonly state?: Widened<State>;
  /** Numbers and categories for declared columns. */
  readonly columns?: Numbers<C>;
  /** Vectors for declared columns. */
  readonly vectors?: Vectors<C>;
  /** Status of the row; a status other than `running` makes it the last one. */
  readonly status?: Status;
}

/** What the step function of an update returns. */
export interface UpdateResult<State, C> extends MeasureResult<State, C> {
  /** Direction of the step. */
  readonly direction?: Float64Array;
  /**
   * Field at another point, in place of `direction`: the direction is its negative, which is made only where something
   * reads it.
   */
  readonly field?: Float64Array;
  /** Step size along the direction. */
  readonly stepSize?: number;
  /** Accepted trial point, as `it.evaluate` gave it. */
  readonly next?: Evaluation;
  /** Whether the operators inside `restartable` begin anew from this row on. */
  readonly restart?: boolean;
}

/** What an operator is made from. */
export interface Spec<In, State, C, S, Result> {
  /** Name of the operator in messages, checkpoints and settings. */
  readonly name: string;
  /** Columns that it may write. */
  readonly columns?: C;
  /** Settings with their ranges, steerable as `name.setting`. */
  readonly settings?: S;
  /**
   * Function that makes the state, at the first row and again after each restart. There `previous` is the last state,
   * of which the operator may keep what it has learnt. A state is plain data (numbers, arrays, typed arrays, objects),
   * since checkpoints hold it.
   */
  readonly init?: (first: In, previous: State | undefined, settings: Values<S>) => State;
  /**
   * Whether the state begins anew at every restart of the run, wherever the operator stands. Default false: it does so
   * only inside what is restarted.
   */
  readonly followsRestarts?: boolean;
  /**
   * Function of a row, the state and the settings that gives the result. It may overwrite its own state but nothing of
   * `it`.
   */
  readonly step: (it: In, state: State, settings: Values<S>) => Result | void;
}

/** What {@link defineUpdate} makes an update from. */
export interface UpdateSpec<State, C, S> extends Spec<Proposal, State, C, S, UpdateResult<NoInfer<State>, NoInfer<C>>> {
  /**
   * Part of an earlier operator's choice that this one may replace, since it builds on it. Default: nothing; replacing
   * a choice without saying so is an error.
   */
  readonly refines?: Refines;
}

/** The part of a step that an update builds on. */
export type Refines = "direction" | "stepSize" | "both";

/** What {@link defineMeasure} and {@link defineRowMeasure} make a measure from. */
export interface MeasureSpec<In, State, C, S>
  extends Spec<In, State, C, S, MeasureResult<NoInfer<State>, NoInfer<C>>> {}

/** Options of {@link iterate}. */
export interface IterateOptions {
  /** Name of the run. Default "run". */
  readonly name?: string;
  /** Data that the run's description holds in addition to that of the problem. */
  readonly description?: JsonValue;
  /** Stream of commands that steer the run. */
  readonly commands?: Observable<Command>;
  /**
   * Milliseconds of work between two yields to the event loop; Infinity: everything happens inside `subscribe`.
   * Default 2.
   */
  readonly slice?: number;
  /**
   * Whether the arrays of a row (`point`, `at.field`, `direction`) may be overwritten once the next row is being made.
   * Copy those that you keep; numbers and operators' states are safe. It pays for points of 512 numbers and more, where
   * fresh memory costs more than the arithmetic (`npm run bench -- games`); smaller ones are never overwritten.
   * Default false.
   */
  readonly reuse?: boolean;
  /** When checkpoints are taken, and the function that saves them. Default: none is taken. */
  readonly checkpoints?: {
    /** Number of steps between two checkpoints. */
    readonly every?: number;
    /** Seconds between two checkpoints. */
    readonly seconds?: number;
    /** Function that receives each checkpoint. */
    readonly save: (checkpoint: Checkpoint) => void;
  };
}

/** A command that steers a run. It takes effect at the boundary between two steps. */
export type Command = (
  | { readonly type: "pause" | "resume" | "stop" | "checkpoint" }
  | { readonly type: "step"; readonly count?: number }
  | { readonly type: "set"; readonly setting: string; readonly value: number }
  | { readonly type: "slice"; readonly asked?: SliceRequest; readonly take?: TakeSlice }
) & {
  /** Step for which the command waits (set in recorded commands). Default: the next one. */
  readonly step?: number;
  /** Function that receives the outcome. */
  readonly reply?: (outcome: AppliedCommand) => void;
};

/**
 * Function that looks at the point where a run stands, as {@link sliceCommand} makes it. It changes nothing, and the run
 * counts none of its work.
 *
 * @param place gives the evaluation at the point, and the point before the last step; undefined if there was none yet
 * @returns what was found, or why nothing was
 */
export type TakeSlice = (
  place: () => { readonly at: Evaluation; readonly from: Float64Array | undefined },
) => Pick<AppliedCommand, "slice" | "refused">;

/** The data from which a run can be resumed. */
export interface Checkpoint {
  /** Version of this format. */
  readonly format: 2;
  /** Name of the run. */
  readonly run: string;
  /** Attempt that saved it, counted from 1. */
  readonly attempt: number;
  /** Step that is to be taken next. */
  readonly step: number;
  /** Seconds since the run began, earlier attempts included. */
  readonly seconds: number;
  /** Number of evaluations so far. */
  readonly evaluations: number;
  /** Number of products with the Jacobian, or with a curvature matrix, so far. */
  readonly products: number;
  /** Point of the step. */
  readonly point: Float64Array;
  /** Memory of each operator, by name. */
  readonly operators: Readonly<Record<string, OperatorMemory>>;
}

/** What a checkpoint holds of an operator. */
export interface OperatorMemory {
  /** State of the operator. */
  readonly state: unknown;
  /** Step at which the state was begun; undefined if the operator has not met a row yet. */
  readonly begun: number | undefined;
  /** Last step at which it restarted the operators that it decides on; undefined if it did not. */
  readonly restarted: number | undefined;
  /** Values of its settings. */
  readonly settings: Readonly<Record<string, number>>;
  /** Whether it stands inside `iterate`, where it must stand again on resume. */
  readonly inside: boolean;
}

import type { Observable, OperatorFunction } from "rxjs";
import type { AppliedCommand, Row, Status } from "../arrow/row.ts";
import type { JsonValue } from "../json.ts";
import type { LinearMap } from "../linalg/linearMap.ts";
import type { Problem } from "../problems/problem.ts";

export type { AppliedCommand, Column, Columns, Row, Run, Setting, Settings, Status } from "../arrow/row.ts";

/** What is known of a problem at a point. Computed once, shared, never written to. */
export interface Evaluation {
  readonly problem: Problem;
  readonly point: Float64Array;
  /** L(z), NaN without a potential. */
  readonly value: number;
  /** F(z). */
  readonly field: Float64Array;
  /** ||F||^2, computed at the first look. */
  readonly squaredFieldNorm: number;
  /** J(z), cached: all operators of a step share one. */
  linearize(): LinearMap;
}

/** What `iterate` emits. `direction` is -F(point) until an operator chooses another. */
export interface Iterate extends Row {
  readonly point: Float64Array;
  readonly at: Evaluation;
  readonly direction: Float64Array;
}

/** An iterate whose step is being chosen. Own fields only, so `{ ...it, stepSize: 0.1 }` is a proposal. */
export interface Proposal extends Iterate {
  /** Evaluates a trial point, counted; `problem` defaults to the problem of this step. */
  readonly evaluate: (point: Float64Array, problem?: Problem) => Evaluation;
  /** Writes F at a trial point into `out`, counted: for points that are looked at once, since it takes no memory. */
  readonly fieldAt: (point: Float64Array, out: Float64Array) => void;
  /** Accepted trial: the loop goes there and evaluates nothing again. */
  readonly next: Evaluation | undefined;
}

/** Chooses the step: an operator that stands inside `iterate`. */
export interface Update extends OperatorFunction<Proposal, Proposal> {}

/** Reads iterates, inside or after the loop. */
export type Measure = <T extends Iterate>(source: Observable<T>) => Observable<T>;

/** Reads rows: inside the loop, after it, on replays. */
export type RowMeasure = <T extends Row>(source: Observable<T>) => Observable<T>;

type Values<S> = { readonly [K in keyof S]: number };
type VectorName<C> = keyof { readonly [K in keyof C as C[K] extends { kind: "vector" } ? K : never]: K };
type NumberName<C> = Exclude<keyof C, VectorName<C>>;
/** Columns whose names the compiler does not know are checked when they are written. */
type Named<C, Names extends PropertyKey, Others extends PropertyKey, V> = string extends keyof C
  ? { readonly [name: string]: V | undefined }
  : // The others are named too, since an object type with no names at all would let them pass.
    { readonly [K in Names]: V | undefined } & { readonly [K in Others]?: undefined };
type Numbers<C> = Named<C, NumberName<C>, VectorName<C>, number>;
type Vectors<C> = Named<C, VectorName<C>, NumberName<C>, Float64Array>;

/** A state may hand back a typed array that it was given, whatever buffer that lies in. */
type Widened<State> = State extends Float64Array
  ? Float64Array
  : State extends readonly unknown[] | ((...args: never) => unknown) | null
    ? State
    : State extends object
      ? { readonly [K in keyof State]: Widened<State[K]> }
      : State;

/** What a step hands back; all optional. */
export interface MeasureResult<State, C> {
  /** Left out: unchanged. */
  readonly state?: Widened<State>;
  readonly columns?: Numbers<C>;
  readonly vectors?: Vectors<C>;
  /** Other than `running`: this is the last row. */
  readonly status?: Status;
}

export interface UpdateResult<State, C> extends MeasureResult<State, C> {
  readonly direction?: Float64Array;
  /** In place of `direction`: F at another point. The direction is its negative, which is made only where something reads it. */
  readonly field?: Float64Array;
  readonly stepSize?: number;
  readonly next?: Evaluation;
  /** Begins anew what `restartable` holds, from this row on. */
  readonly restart?: boolean;
}

export interface Spec<In, State, C, S, Result> {
  /** In messages, checkpoints, settings. */
  readonly name: string;
  readonly columns?: C;
  /** Steerable as `name.setting`. */
  readonly settings?: S;
  /**
   * Makes the state, at the first row and again after each restart, where `previous` is the state before: what an operator has learnt
   * it may keep. Plain data: numbers, arrays, typed arrays, objects; checkpoints hold it.
   */
  readonly init?: (first: In, previous: State | undefined, settings: Values<S>) => State;
  /**
   * Whether the state begins anew at every restart of the run, wherever the operator stands. Default false: only inside what is
   * restarted.
   */
  readonly followsRestarts?: boolean;
  /** May overwrite its own state, never anything of `it`. */
  readonly step: (it: In, state: State, settings: Values<S>) => Result | void;
}

export interface UpdateSpec<State, C, S> extends Spec<Proposal, State, C, S, UpdateResult<NoInfer<State>, NoInfer<C>>> {
  /**
   * What of an earlier operator's choice this one may replace, since it builds on it. Default nothing: to replace a choice without
   * saying so is an error.
   */
  readonly refines?: Refines;
}

/** The part of a step that an update builds on. */
export type Refines = "direction" | "stepSize" | "both";

export interface MeasureSpec<In, State, C, S>
  extends Spec<In, State, C, S, MeasureResult<NoInfer<State>, NoInfer<C>>> {}

export interface IterateOptions {
  /** Default "run". */
  readonly name?: string;
  readonly description?: JsonValue;
  readonly commands?: Observable<Command>;
  /** Milliseconds of work between yields to the event loop; default 2; Infinity: all inside subscribe. */
  readonly slice?: number;
  /**
   * Whether the arrays of a row (`point`, `at.field`, `direction`) are overwritten once the next row is being made. Copy what you keep
   * of them; numbers and operators' states are safe. It pays for points of 512 numbers and more, where fresh memory costs more than
   * the arithmetic (`npm run bench -- games`); smaller ones are never overwritten. Default false.
   */
  readonly reuse?: boolean;
  readonly checkpoints?: {
    /** Steps between checkpoints. */
    readonly every?: number;
    /** Seconds between checkpoints. */
    readonly seconds?: number;
    readonly save: (checkpoint: Checkpoint) => void;
  };
}

export type Command = (
  | { readonly type: "pause" | "resume" | "stop" | "checkpoint" }
  | { readonly type: "step"; readonly count?: number }
  | { readonly type: "set"; readonly setting: string; readonly value: number }
) & {
  /** Wait for this step (set in recorded commands). */
  readonly step?: number;
  readonly reply?: (outcome: AppliedCommand) => void;
};

export interface Checkpoint {
  readonly format: 2;
  readonly run: string;
  readonly attempt: number;
  readonly step: number;
  readonly seconds: number;
  readonly evaluations: number;
  readonly products: number;
  readonly point: Float64Array;
  readonly operators: Readonly<Record<string, OperatorMemory>>;
}

export interface OperatorMemory {
  readonly state: unknown;
  /** The step at which the state was begun; undefined: it has not met a row yet. */
  readonly begun: number | undefined;
  /** The last step at which it restarted what it holds. */
  readonly restarted: number | undefined;
  readonly settings: Readonly<Record<string, number>>;
  /** Stands inside `iterate`: must be there on resume. */
  readonly inside: boolean;
}

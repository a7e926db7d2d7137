import type { Columns, Settings } from "../../arrow/row.ts";
import type { Timetable } from "./scheduling.ts";

/** What a run must know about an operator to give it a place. */
export interface OperatorSpec {
  readonly name: string;
  readonly columns?: Columns | undefined;
  readonly settings?: Settings | undefined;
  readonly followsRestarts?: boolean | undefined;
}

/** Operators that are restarted together. */
export interface RestartScope {
  /** Step of the last restart; -1 before the first one. */
  restartedAt: number;
}

/** An operator's place in one run: its state and the present values of its settings. */
export class Slot {
  state: unknown;
  /** Step at which `state` was begun; -1 before the first row. */
  begun = -1;
  /** Step that it saw last; -1 before the first one. */
  lastStep = -1;
  /** Scopes whose restarts begin its state anew. */
  readonly scopes: RestartScope[] = [];
  /** Scope that it restarts; undefined for most operators. */
  decides: RestartScope | undefined;
  /** Schedules that its settings follow; undefined for most operators. */
  timetable: Timetable | undefined;

  constructor(
    /** Name in the run: `momentum`, and `momentum#2` for a second one. */
    readonly name: string,
    /** Whether it stands inside `iterate`. */
    readonly inside: boolean,
    readonly columns: Columns,
    readonly ranges: Settings,
    /** Values that each step is given; they change only at the boundary between two steps. */
    readonly settings: Record<string, number>,
  ) {}

  /** Whether the state must be made: at the first row, and after a restart. */
  get mustBegin(): boolean {
    const { begun, scopes } = this;
    if (begun < 0) return true;
    for (let i = 0; i < scopes.length; i++) if (scopes[i]!.restartedAt > begun) return true;
    return false;
  }
}

import type { Columns, Run, Setting, Settings } from "../../arrow/row.ts";
import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import type { Problem } from "../../problems/problem.ts";
import type { Checkpoint, OperatorMemory } from "../types.ts";
import type { EvaluatedPoint, WorkCount } from "./evaluation.ts";
import { mergeColumns } from "./mergeColumns.ts";
import type { Appointment, Timetable } from "./scheduling.ts";
import { type OperatorSpec, type RestartScope, Slot } from "./slot.ts";
import { ownArray, withArrays } from "./stateArrays.ts";
import { Workspace } from "./workspace.ts";

/** Columns that the loop declares for an operator that decides on restarts. */
const restartColumns = { restarted: { meaning: "1: the first row after a restart" } } as const;

/** The memory of one run: its operators' slots, its columns and settings, and how much work it has done. */
export class Session {
  readonly count: WorkCount = { evaluations: 0, products: 0 };
  /** Name of the operator that saw the present proposal last. */
  lastSeen: string | undefined;
  /** Evaluation where the loop stands; a proposal with another direction than its -F was changed. */
  at: EvaluatedPoint | undefined;
  /** Step that the loop is at. */
  step = 0;
  /** Source of vectors that are used again; undefined: each vector is fresh. */
  readonly workspace: Workspace | undefined;
  /** Vectors that are lent for an operator's step. */
  readonly scratch: Float64Array[] = [];
  /** Number of them that are in use. */
  scratchTaken = 0;
  /** Scope of every restart of the run. */
  readonly #restarts: RestartScope = { restartedAt: -1 };
  /** Scopes in which the operators that register now stand. */
  #scopes: readonly RestartScope[] = [];
  /** Scope on which the operators that register now decide. */
  #decides: RestartScope | undefined;
  /** Schedules for the operators that register now. */
  #appointments: readonly Appointment[] = [];
  /** Makes timetables; given by the first that schedules, so that a program without schedules carries none of it. */
  #timetableOf: typeof Timetable.of | undefined;
  /** Settings of the operators that register now, for messages about schedules. */
  #scheduledSettings: string[] | undefined;
  readonly #slots = new Map<string, Slot>();
  #columns: Columns = {};
  #run: Run | undefined;

  constructor(
    readonly name: string,
    readonly attempt: number,
    private readonly restored: Readonly<Record<string, OperatorMemory>> = {},
    reuse = false,
    /** Dimension of the points of a restored run. */
    private readonly dimension = 0,
  ) {
    if (reuse) this.workspace = new Workspace(() => this.#slots.values());
  }

  /** Gives an operator its slot, with what the checkpoint holds of it. */
  register(spec: OperatorSpec, inside: boolean): Slot {
    const name = this.#freeName(spec.name);
    const decides = inside ? this.#decides : undefined;
    const columns = decides === undefined ? (spec.columns ?? {}) : { ...spec.columns, ...restartColumns };
    const timetable = inside ? this.#timetableOf?.(name, spec.settings ?? {}, this.#appointments) : undefined;
    if (inside) this.#columns = mergeColumns(spec.name, this.#columns, { ...columns, ...timetable?.columns });
    this.#scheduledSettings?.push(...Object.keys(spec.settings ?? {}).map((key) => `${name}.${key}`));
    const slot = new Slot(name, inside, columns, spec.settings ?? {}, valuesOf(spec.settings));
    slot.decides = decides;
    slot.timetable = timetable;
    if (inside) slot.scopes.push(...this.#scopes);
    if (inside && spec.followsRestarts === true) slot.scopes.push(this.#restarts);
    const memory = Object.hasOwn(this.restored, name) ? this.restored[name] : undefined;
    if (memory !== undefined && memory.inside === inside) {
      slot.begun = memory.begun ?? -1;
      if (decides !== undefined && memory.restarted !== undefined) this.restart(decides, memory.restarted);
      const state = structuredClone(memory.state);
      slot.state = this.workspace === undefined ? state : this.workspace.adopt(state, this.dimension);
      for (const key of Object.keys(slot.settings)) slot.settings[key] = memory.settings[key] ?? slot.settings[key]!;
    }
    this.#slots.set(name, slot);
    return slot;
  }

  /** Declares columns that the loop itself writes. */
  declare(columns: Columns): void {
    this.#columns = mergeColumns("iterate", this.#columns, columns);
  }

  /** Makes a scope for operators that are restarted together. */
  openScope(): RestartScope {
    return { restartedAt: -1 };
  }

  /** Applies a part of the update whose operators are restarted with a scope, or decide on its restarts. */
  within<T>(place: { readonly inside: RestartScope } | { readonly decides: RestartScope }, apply: () => T): T {
    const [scopes, decides] = [this.#scopes, this.#decides];
    this.#decides = "decides" in place ? place.decides : undefined;
    if ("inside" in place) this.#scopes = [...scopes, place.inside];
    try {
      return apply();
    } finally {
      this.#scopes = scopes;
      this.#decides = decides;
    }
  }

  /** Applies a part of the update whose settings follow schedules, and notes the settings that there are. */
  scheduling<T>(
    timetableOf: typeof Timetable.of,
    appointments: readonly Appointment[],
    settings: string[],
    apply: () => T,
  ): T {
    this.#timetableOf = timetableOf;
    const [outer, outerSettings] = [this.#appointments, this.#scheduledSettings];
    this.#appointments = [...outer, ...appointments];
    this.#scheduledSettings = settings;
    try {
      return apply();
    } finally {
      this.#appointments = outer;
      this.#scheduledSettings = outerSettings;
      outerSettings?.push(...settings);
    }
  }

  /** Restarts a scope: its operators, and those that follow every restart, begin anew. */
  restart(scope: RestartScope, step: number): void {
    scope.restartedAt = Math.max(scope.restartedAt, step);
    this.#restarts.restartedAt = Math.max(this.#restarts.restartedAt, step);
  }

  /** Closes the registration of operators inside the loop: what all rows have in common is known from now on. */
  seal(description: Run["description"]): Run {
    const settings: Record<string, Setting> = {};
    for (const slot of this.#slots.values()) Object.assign(settings, qualifiedSettings(slot));
    this.#run = {
      name: this.name,
      attempt: this.attempt,
      columns: this.#columns,
      settings,
      ...(description === undefined ? {} : { description }),
    };
    return this.#run;
  }

  get run(): Run {
    if (this.#run === undefined) throw new Error("internal: the session of a run is not sealed");
    return this.#run;
  }

  get slots(): Iterable<Slot> {
    return this.#slots.values();
  }

  /**
   * Compares the operators inside with those of the checkpoint.
   *
   * @throws ERR_RESUME unless they are the same
   */
  compareWith(checkpoint: Checkpoint): void {
    const now = new Set([...this.#slots.values()].filter((slot) => slot.inside).map((slot) => slot.name));
    const then = Object.entries(checkpoint.operators).filter(([, memory]) => memory.inside);
    const lacking = then.map(([name]) => name).filter((name) => !now.has(name));
    for (const [name] of then) now.delete(name);
    if (lacking.length === 0 && now.size === 0) return;
    const complaints = [
      ...(lacking.length === 0 ? [] : [`the checkpoint has memory of ${lacking.join(", ")}, which the update lacks`]),
      ...(now.size === 0 ? [] : [`the update has ${[...now].join(", ")}, which the checkpoint does not know`]),
    ];
    throw failure(
      "ERR_RESUME",
      `iterate: ${complaints.join("; ")}; resume with the update that the run began with${this.where()}`,
    );
  }

  /**
   * Copies what a checkpoint keeps of the operators.
   *
   * @throws ERR_STATE for a state that cannot be copied
   */
  remember(): Record<string, OperatorMemory> {
    const memories: Record<string, OperatorMemory> = {};
    // Measures after the loop register at their first row. Until then the memory of the last attempt stands for them.
    for (const [name, memory] of Object.entries(this.restored)) if (!memory.inside) memories[name] = memory;
    for (const { name, inside, begun, decides, settings, state } of this.#slots.values()) {
      try {
        memories[name] = {
          state: structuredClone(this.workspace === undefined ? state : withArrays(state, ownArray)),
          begun: begun < 0 ? undefined : begun,
          restarted: decides === undefined || decides.restartedAt < 0 ? undefined : decides.restartedAt,
          settings: { ...settings },
          inside,
        };
      } catch (cause) {
        throw failure(
          "ERR_STATE",
          `${name}: its state cannot be saved in a checkpoint (${(cause as Error).message}); keep plain data in it: ` +
            `numbers, arrays, typed arrays, objects${this.where()}`,
          { cause },
        );
      }
    }
    return memories;
  }

  /** Names of operators in the order of the pipe, for messages. */
  get names(): string {
    return [...this.#slots.keys()].join(", ") || "none";
  }

  /** The end of every message from within a run: ` (run "run", step 3)`. */
  where(): string {
    return ` (run "${this.name}", step ${this.step})`;
  }

  #freeName(name: string): string {
    if (!this.#slots.has(name)) return name;
    for (let k = 2; ; k++) if (!this.#slots.has(`${name}#${k}`)) return `${name}#${k}`;
  }
}

let ambient: Session | undefined;

/** The run whose update is being put together at present. */
export function ambientSession(): Session | undefined {
  return ambient;
}

/** Calls `act` while a session is the ambient one. */
export function withAmbient<T>(session: Session, act: () => T): T {
  const before = ambient;
  ambient = session;
  try {
    return act();
  } finally {
    ambient = before;
  }
}

/** The problem's own description together with the caller's. */
export function descriptionOf(problem: Pick<Problem, "name" | "description">, given: JsonValue | undefined): JsonValue {
  const own = { problem: problem.description ?? problem.name };
  if (given === undefined) return own;
  return typeof given === "object" && given !== null && !Array.isArray(given)
    ? { ...own, ...given }
    : { ...own, run: given };
}

/** The run with further columns and settings, as an operator after the loop passes it on. */
export function extendRun(run: Run, slot: Slot, who: string): Run {
  const columns = mergeColumns(who, run.columns, slot.columns);
  const settings = qualifiedSettings(slot);
  if (columns === run.columns && Object.keys(settings).length === 0) return run;
  return { ...run, columns, settings: { ...run.settings, ...settings } };
}

/** Range and present value of each setting, by its full name `momentum.decay`. */
function qualifiedSettings(slot: Slot): Record<string, Setting> {
  const settings: Record<string, Setting> = {};
  for (const [key, range] of Object.entries(slot.ranges)) {
    settings[`${slot.name}.${key}`] = { ...range, value: slot.settings[key]! };
  }
  return settings;
}

/** The values of settings. */
export function valuesOf(settings: Settings = {}): Record<string, number> {
  return Object.fromEntries(Object.entries(settings).map(([key, { value }]) => [key, value]));
}

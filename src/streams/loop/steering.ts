/** Applies commands from outside when they are due, and records them. */
import type { Subscription } from "rxjs";
import type { AppliedCommand } from "../../arrow/row.ts";
import { didYouMean } from "../../didYouMean.ts";
import { describeRange, inRange } from "../../range.ts";
import type { Command, IterateOptions, TakeSlice } from "../types.ts";
import type { Session } from "./session.ts";
import type { Slot } from "./slot.ts";

/** Steers one run. Commands wait here until the boundary before a step. */
export class Steering {
  /** Whether a command has stopped the run. */
  stopping = false;
  /** Whether a command has asked for a checkpoint. */
  checkpointAsked = false;
  #queue: Command[] = [];
  #applied: AppliedCommand[] = [];
  #paused = false;
  /** Number of steps that a paused run may still take. */
  #allowance = 0;
  /** Whether further commands may come. */
  #open = false;

  constructor(
    private readonly session: Session,
    private readonly canSave: boolean,
    /** Gives the point where the run stands. */
    private readonly place: Parameters<TakeSlice>[0],
  ) {}

  /** Starts to listen. `wake` is called whenever a waiting run may go on. */
  listen(
    commands: IterateOptions["commands"],
    wake: () => void,
    fail: (error: unknown) => void,
  ): Subscription | undefined {
    if (commands === undefined) return undefined;
    this.#open = true;
    return commands.subscribe({
      next: (command) => {
        this.#queue.push(command);
        wake();
      },
      error: fail,
      complete: () => {
        this.#open = false;
        wake();
      },
    });
  }

  /**
   * Applies the commands that are due before a step. Returns whether the step may be taken; if not, the run waits for a
   * command.
   */
  boundary(step: number): boolean {
    // A reply may send further commands, so this goes on until no command is due.
    while (this.#queue.some((command) => isDue(command, step))) {
      const queue = this.#queue;
      this.#queue = queue.filter((command) => !isDue(command, step));
      for (const command of queue) if (isDue(command, step)) this.#apply(command, step);
    }
    // Once the stream of commands has ended nothing could let a paused run go on: the queue is for later steps.
    if (this.#paused && !this.#open && this.#allowance === 0) this.#paused = false;
    if (this.stopping || !this.#paused) return true;
    if (this.#allowance === 0) return false;
    this.#allowance--;
    return true;
  }

  /** Takes the commands that took effect since the last row. */
  takeApplied(): readonly AppliedCommand[] | undefined {
    if (this.#applied.length === 0) return undefined;
    const applied = this.#applied;
    this.#applied = [];
    return applied;
  }

  #apply(command: Command, step: number): void {
    const late = command.step !== undefined && command.step < step ? `step ${command.step} is over` : undefined;
    const { refused, slice } =
      late === undefined && command.type === "slice" && command.take !== undefined
        ? command.take(this.place)
        : { refused: late ?? this.#act(command), slice: undefined };
    const outcome: AppliedCommand = {
      type: command.type,
      ...(command.type === "set" ? { setting: command.setting, value: command.value } : {}),
      ...(command.type === "step" && command.count !== undefined ? { count: command.count } : {}),
      ...(slice === undefined ? {} : { slice }),
      step,
      ...(refused === undefined ? {} : { refused }),
    };
    this.#applied.push(outcome);
    command.reply?.(outcome);
  }

  /** Carries a command out. Returns why it has no effect; undefined if it has one. */
  #act(command: Command): string | undefined {
    switch (command.type) {
      case "pause":
        if (this.#paused && this.#allowance === 0) return "the run is paused already";
        this.#paused = true;
        this.#allowance = 0;
        return undefined;
      case "resume":
        if (!this.#paused) return "the run is not paused";
        this.#paused = false;
        return undefined;
      case "step": {
        const { count = 1 } = command;
        if (!(Number.isInteger(count) && count > 0)) return `expected a positive number of steps, got ${count}`;
        this.#paused = true;
        this.#allowance = count;
        return undefined;
      }
      case "stop":
        this.stopping = true;
        return undefined;
      case "checkpoint":
        if (!this.canSave)
          return "the run does not save checkpoints: iterate was called without the option checkpoints";
        this.checkpointAsked = true;
        return undefined;
      case "set":
        return this.#set(command.setting, command.value);
      case "slice":
        return "a slice that was recorded is not computed again";
      default:
        return `there is no command "${(command as { readonly type: string }).type}"`;
    }
  }

  #set(setting: string, value: number): string | undefined {
    const found = findSetting(this.session.slots, setting);
    if (found === undefined) {
      const names = [...this.session.slots].flatMap((slot) =>
        Object.keys(slot.ranges).map((key) => `${slot.name}.${key}`),
      );
      const near = didYouMean(setting, names);
      return `there is no setting "${setting}".${near === "" ? ` The settings are: ${names.join(", ") || "none"}` : near}`;
    }
    const { slot, key } = found;
    const range = slot.ranges[key]!;
    if (!inRange(value, range)) return `expected ${setting} to be ${describeRange(range)}, got ${value}`;
    slot.settings[key] = value;
    return undefined;
  }
}

function isDue(command: Command, step: number): boolean {
  return command.step === undefined || command.step <= step;
}

function findSetting(
  slots: Iterable<Slot>,
  setting: string,
): { readonly slot: Slot; readonly key: string } | undefined {
  for (const slot of slots) {
    for (const key of Object.keys(slot.ranges)) if (setting === `${slot.name}.${key}`) return { slot, key };
  }
  return undefined;
}

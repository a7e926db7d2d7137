/** Runs of the quartic that a test steers. */
import { Subject } from "rxjs";
import type { AppliedCommand } from "../../src/arrow/row.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { chain } from "../../src/streams/chain.ts";
import { iterate } from "../../src/streams/iterate.ts";
import type { Checkpoint, Command, Iterate, IterateOptions } from "../../src/streams/types.ts";

/** Momentum with a constant step, for so many steps. */
export const rule = (steps = 8) => chain(untilStep(steps), momentum(), gradientStep(0.01));

/** A run inside this call that one steers by hand. */
export class Steered {
  readonly rows: Iterate[] = [];
  readonly replies: AppliedCommand[] = [];
  readonly checkpoints: Checkpoint[] = [];
  readonly errors: unknown[] = [];
  readonly commands = new Subject<Command>();
  completed = false;

  constructor({ steps = 8, onRow = (_row: Iterate) => {}, ...options }: SteeredOptions = {}) {
    const { commands, rows } = this;
    const checkpoints = { save: (checkpoint: Checkpoint) => void this.checkpoints.push(checkpoint) };
    iterate(quartic(), [1, 2], rule(steps), {
      slice: Number.POSITIVE_INFINITY,
      commands,
      checkpoints,
      ...options,
    }).subscribe({
      next: (row) => {
        rows.push(row);
        onRow.call(this, row, this);
      },
      error: (error) => this.errors.push(error),
      complete: () => {
        this.completed = true;
      },
    });
  }

  send(command: Command): void {
    this.commands.next({ ...command, reply: (outcome) => void this.replies.push(outcome) });
  }

  get step(): number {
    return this.rows.length === 0 ? -1 : this.rows.at(-1)!.step;
  }
}
type SteeredOptions = IterateOptions & {
  readonly steps?: number;
  readonly onRow?: (row: Iterate, run: Steered) => void;
};

/** A run that pauses before a step. */
export const pausedAt = (step: number) =>
  new Steered({
    onRow: (row, run) => {
      if (row.step === step - 1) run.send({ type: "pause" });
    },
  });

import { from, NEVER, Subject, throwError } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { AppliedCommand } from "../../../src/arrow/row.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../../src/operators/steps/momentum.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { defineMeasure } from "../../../src/streams/defineMeasure.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import type { Checkpoint, Command, Iterate, IterateOptions } from "../../../src/streams/types.ts";
import { collect } from "../../support/collect.ts";
import { counted } from "../../support/countedProblem.ts";
import * as fc from "../../support/fastCheck.ts";
import { assertSameRows } from "../../support/sameRows.ts";

const rule = (steps = 8) => chain(untilStep(steps), momentum(), gradientStep(0.01));

/** A run inside this call that one steers by hand. */
class Steered {
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

/** Rows without their times. */
const timeless = (rows: readonly Iterate[]): Iterate[] => rows.map((row) => ({ ...row, seconds: 0 }));
/** The commands that a run recorded, as they are put in again. */
const recordedIn = (rows: readonly Iterate[]): Command[] => rows.flatMap((row) => (row.commands ?? []) as Command[]);
const pausedAt = (step: number) =>
  new Steered({
    onRow: (row, run) => {
      if (row.step === step - 1) run.send({ type: "pause" });
    },
  });

const test = suite("steering");

test("pauses before the next step, takes single steps, and resumes", () => {
  const run = pausedAt(3);
  assert.is(run.step, 2);
  run.send({ type: "step" });
  assert.is(run.step, 3);
  run.send({ type: "step", count: 2 });
  assert.is(run.step, 5);
  assert.not.ok(run.completed);
  run.send({ type: "resume" });
  assert.is(run.step, 8);
  assert.ok(run.completed);
  assert.equal(run.replies, [
    { type: "pause", step: 3 },
    { type: "step", step: 3 },
    { type: "step", count: 2, step: 4 },
    { type: "resume", step: 6 },
  ]);
});

test("records each command in the row before which it took effect, refusals too", () => {
  const run = pausedAt(3);
  run.send({ type: "pause" });
  run.send({ type: "set", setting: "momentum.decay", value: 0.5 });
  run.send({ type: "resume" });
  const commands = run.rows.map((row) => row.commands);
  assert.equal(commands[3], [
    { type: "pause", step: 3 },
    { type: "pause", step: 3, refused: "the run is paused already" },
    { type: "set", setting: "momentum.decay", value: 0.5, step: 3 },
    { type: "resume", step: 3 },
  ]);
  for (const k of [0, 1, 2, 4, 5, 8]) assert.is(commands[k], undefined);
});

test("the run goes on by itself after a running run's step command, and pauses after that many", () => {
  const run = new Steered({
    onRow: (row, steered) => {
      if (row.step === 1) steered.send({ type: "step", count: 3 });
    },
  });
  assert.is(run.step, 4);
  run.send({ type: "resume" });
  assert.is(run.step, 8);
});

test("pause interrupts a count of steps", () => {
  const run = new Steered({
    onRow: (row, steered) => {
      if (row.step === 1) steered.send({ type: "step", count: 5 });
      if (row.step === 3) steered.send({ type: "pause" });
    },
  });
  assert.is(run.step, 3);
  assert.not.ok(run.replies.some((reply) => reply.refused !== undefined));
  run.send({ type: "resume" });
  assert.is(run.step, 8);
});

test("counts steps right however short the slices are", async () => {
  const commands = new Subject<Command>();
  const rows: Iterate[] = [];
  iterate(quartic(), [1, 2], rule(20), { commands, slice: 1e-6 }).subscribe((row) => rows.push(row));
  // Each slice is a turn of the event loop, and more turns than steps show that no further step is taken.
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  commands.next({ type: "step", count: 7 });
  await turns();
  assert.is(rows.length, 7);
  commands.next({ type: "step", count: 4 });
  await turns();
  assert.is(rows.length, 11);
  commands.next({ type: "stop" });
  await turns();
  assert.is(rows.length, 12);
});

test("stop makes the next row the last, while paused too", () => {
  const running = new Steered({
    onRow: (row, run) => {
      if (row.step === 3) run.send({ type: "stop" });
    },
  });
  assert.is(running.step, 4);
  assert.ok(running.completed);
  const last = running.rows.at(-1)!;
  assert.is(last.status, "stopped");
  assert.ok(Number.isNaN(last.stepSize));
  assert.equal(last.commands, [{ type: "stop", step: 4 }]);

  const paused = pausedAt(2);
  paused.send({ type: "stop" });
  assert.ok(paused.completed);
  assert.is(paused.rows.at(-1)!.status, "stopped");
  assert.is(paused.step, 2);
});

test("set changes a setting from the next step on, and nothing else", () => {
  const run = pausedAt(3);
  run.send({ type: "set", setting: "gradientStep.stepSize", value: 0.02 });
  run.send({ type: "resume" });
  assert.equal(
    run.rows.slice(0, 8).map((row) => row.stepSize),
    [0.01, 0.01, 0.01, 0.02, 0.02, 0.02, 0.02, 0.02],
  );
  assert.is(run.rows[5]!.run.settings["gradientStep.stepSize"]!.value, 0.01);
});

test("set refuses unknown settings with the nearest name, and values out of range", () => {
  const run = pausedAt(1);
  const refusal = (setting: string, value: number): string | undefined => {
    run.send({ type: "set", setting, value });
    return run.replies.at(-1)!.refused;
  };
  assert.is(
    refusal("gradientStep.stepsize", 1),
    'there is no setting "gradientStep.stepsize". Did you mean "gradientStep.stepSize"?',
  );
  assert.is(
    refusal("temperature", 1),
    'there is no setting "temperature". The settings are: momentum.decay, gradientStep.stepSize',
  );
  assert.is(refusal("momentum.decay", 1.5), "expected momentum.decay to be a number in [-1, 1], got 1.5");
  assert.is(refusal("gradientStep.stepSize", -1), "expected gradientStep.stepSize to be a positive number, got -1");
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, "0.1" as unknown as number]) {
    assert.match(refusal("momentum.decay", value)!, /expected momentum\.decay to be a number in \[-1, 1\], got/);
  }
  assert.is(refusal("momentum.decay", 1), undefined);
  assert.is(refusal("momentum.decay", -1), undefined);
  run.send({ type: "resume" });
  assert.ok(run.completed);
});

test("set reaches a measure after the loop, once it has met a row", () => {
  const scaled = defineMeasure({
    name: "scaled",
    settings: { factor: { value: 1, min: 0 } },
    columns: { scaled: { meaning: "factor" } },
    step: (_it, _state, { factor }) => ({ columns: { scaled: factor } }),
  });
  const commands = from<Command[]>([
    { type: "set", setting: "scaled.factor", value: 3, step: 2 },
    { type: "set", setting: "scaled.factor", value: -3, step: 3 },
  ]);
  const rows: Iterate[] = [];
  iterate(quartic(), [1, 2], rule(4), { commands, slice: Number.POSITIVE_INFINITY })
    .pipe(scaled)
    .subscribe((row) => rows.push(row));
  assert.equal(
    rows.map((row) => row.columns.scaled),
    [1, 1, 3, 3, 3],
  );
  assert.match(rows[3]!.commands![0]!.refused!, /a non-negative number, got -3/);
});

test("refuses what has no effect, and says why", () => {
  const run = pausedAt(1);
  const refusal = (command: Command): string | undefined => {
    run.send(command);
    return run.replies.at(-1)!.refused;
  };
  assert.is(refusal({ type: "pause" }), "the run is paused already");
  assert.is(refusal({ type: "step", count: 0 }), "expected a positive number of steps, got 0");
  assert.is(refusal({ type: "step", count: 1.5 }), "expected a positive number of steps, got 1.5");
  assert.is(refusal({ type: "pause", step: 0 }), "step 0 is over");
  assert.is(refusal({ type: "faster" } as never), 'there is no command "faster"');
  run.send({ type: "resume" });
  assert.ok(run.completed);
  const going = new Steered({
    onRow: (row, steered) => {
      if (row.step === 2) steered.send({ type: "resume" });
    },
  });
  assert.is(going.replies[0]!.refused, "the run is not paused");
});

test("checkpoint saves before the next step, and is refused where nothing is kept", () => {
  const run = pausedAt(3);
  run.send({ type: "checkpoint" });
  assert.is(run.checkpoints.length, 0);
  run.send({ type: "resume" });
  assert.equal(
    run.checkpoints.map(({ step }) => step),
    [3],
  );
  const commands = from<Command[]>([{ type: "checkpoint", step: 1 }]);
  const rows: Iterate[] = [];
  iterate(quartic(), [1, 2], rule(), { commands, slice: Number.POSITIVE_INFINITY }).subscribe((row) => rows.push(row));
  assert.is(
    rows[1]!.commands![0]!.refused,
    "the run does not save checkpoints: iterate was called without the option checkpoints",
  );
});

test("a command with a step waits for it", () => {
  const run = new Steered({
    commands: from<Command[]>([
      { type: "set", setting: "gradientStep.stepSize", value: 0.03, step: 5 },
      { type: "set", setting: "gradientStep.stepSize", value: 0.02, step: 2 },
    ]),
  });
  assert.equal(
    run.rows.slice(0, 8).map((row) => row.stepSize),
    [0.01, 0.01, 0.02, 0.02, 0.02, 0.03, 0.03, 0.03],
  );
});

test("recorded commands reproduce the rows bit for bit, pauses, single steps and refusals included", () => {
  const live = pausedAt(2);
  live.send({ type: "step", count: 2 });
  live.send({ type: "set", setting: "momentum.decay", value: 0.3 });
  live.send({ type: "set", setting: "momentum.decai", value: 0.3 });
  live.send({ type: "step" });
  live.send({ type: "pause" });
  live.send({ type: "set", setting: "gradientStep.stepSize", value: 0.02 });
  live.send({ type: "resume" });
  assert.ok(live.completed);
  const commands = recordedIn(live.rows);
  assert.is(commands.length, 8);
  const again = new Steered({ commands: from(commands) });
  assertSameRows(timeless(again.rows), timeless(live.rows));
  assert.equal(recordedIn(again.rows), commands);
});

test("recorded commands reproduce any run, whenever its commands came", () => {
  const command: fc.Arbitrary<Command> = fc.oneof(
    fc.constantFrom<Command>({ type: "pause" }, { type: "resume" }, { type: "checkpoint" }),
    fc.record({ type: fc.constant("step" as const), count: fc.integer({ min: 0, max: 4 }) }),
    fc.record({
      type: fc.constant("set" as const),
      setting: fc.constantFrom("momentum.decay", "gradientStep.stepSize", "momentum.rate"),
      value: fc.double({ min: -0.5, max: 1.5, noNaN: true }).map((value) => value / 20),
    }),
  );
  const schedule = fc.array(fc.record({ after: fc.integer({ min: 0, max: 12 }), command }), { maxLength: 12 });
  fc.assert(
    fc.property(schedule, (entries) => {
      const pending = [...entries].sort((a, b) => a.after - b.after);
      const live = new Steered({
        steps: 12,
        onRow: (row, run) => {
          while (pending.length > 0 && pending[0]!.after <= row.step) run.send(pending.shift()!.command);
        },
      });
      // What is left comes while the run is paused; then nobody is there any more.
      while (!live.completed && pending.length > 0) live.send(pending.shift()!.command);
      live.commands.complete();
      assert.ok(live.completed);
      assert.is(live.step, 12);
      const commands = recordedIn(live.rows);
      const again = new Steered({ steps: 12, commands: from(commands) });
      assertSameRows(timeless(again.rows), timeless(live.rows));
      assert.equal(
        again.checkpoints.map(({ step }) => step),
        live.checkpoints.map(({ step }) => step),
      );
    }),
    { seed: 31, numRuns: 300 },
  );
});

test("recorded commands reproduce a run that was stopped", () => {
  const live = pausedAt(2);
  live.send({ type: "step", count: 2 });
  live.send({ type: "stop" });
  const again = new Steered({ commands: from(recordedIn(live.rows)) });
  assertSameRows(timeless(again.rows), timeless(live.rows));
  assert.is(again.rows.at(-1)!.status, "stopped");
});

test("a paused run goes on when its commands complete, since nobody is left to resume it", () => {
  const run = pausedAt(3);
  assert.is(run.step, 2);
  run.commands.complete();
  assert.is(run.step, 8);
  assert.ok(run.completed);
});

test("a paused run whose remaining commands wait for later steps goes on to them", () => {
  const run = new Steered({
    commands: from<Command[]>([
      { type: "pause", step: 2 },
      { type: "set", setting: "gradientStep.stepSize", value: 0.02, step: 4 },
    ]),
  });
  assert.ok(run.completed);
  assert.is(run.rows[4]!.stepSize, 0.02);
});

test("hears a command that is sent from a reply", () => {
  const commands = new Subject<Command>();
  const rows: Iterate[] = [];
  let completed = false;
  iterate(quartic(), [1, 2], rule(), { commands, slice: Number.POSITIVE_INFINITY }).subscribe({
    next(row) {
      rows.push(row);
      if (row.step === 2) commands.next({ type: "pause", reply: () => commands.next({ type: "resume" }) });
    },
    complete: () => {
      completed = true;
    },
  });
  assert.ok(completed);
  assert.equal(rows[3]!.commands, [
    { type: "pause", step: 3 },
    { type: "resume", step: 3 },
  ]);
});

test("commands may come before the run begins", async () => {
  const commands = new Subject<Command>();
  const outcome = collect(iterate(quartic(), [1, 2], rule(), { commands }));
  commands.next({ type: "set", setting: "gradientStep.stepSize", value: 0.05 });
  const { values } = await outcome;
  assert.is(values[0]!.stepSize, 0.05);
});

test("an error of the commands is the run's error, while paused too", () => {
  const boom = new Error("socket lost");
  const run = pausedAt(3);
  run.commands.error(boom);
  assert.equal(run.errors, [boom]);
  assert.is(run.step, 2);
  const atOnce = new Steered({ commands: throwError(() => boom) });
  assert.equal(atOnce.errors, [boom]);
  assert.is(atOnce.rows.length, 0);
});

test("does not wait for commands that never come, and stops listening at its end", () => {
  const silent = new Steered({ commands: NEVER });
  assert.ok(silent.completed);
  const run = new Steered();
  assert.ok(run.completed);
  assert.not.ok(run.commands.observed);
});

test("unsubscribing while paused, or from a reply, ends everything", async () => {
  const problem = counted(quartic());
  const commands = new Subject<Command>();
  const subscription = iterate(problem, [1, 2], rule(), { commands, slice: Number.POSITIVE_INFINITY }).subscribe(
    (row) => {
      if (row.step === 1) commands.next({ type: "pause" });
    },
  );
  subscription.unsubscribe();
  assert.not.ok(commands.observed);
  assert.is(problem.calls.evaluate, 2);

  const other = new Subject<Command>();
  const before = process.getActiveResourcesInfo().length;
  const second = iterate(problem, [1, 2], rule(), { commands: other }).subscribe();
  other.next({ type: "pause", reply: () => second.unsubscribe() });
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.is(problem.calls.evaluate, 2);
  assert.is(process.getActiveResourcesInfo().length, before);
});

test("seconds go on while the run is paused", async () => {
  const commands = new Subject<Command>();
  const rows: Iterate[] = [];
  const ended = new Promise<void>((resolve) => {
    iterate(quartic(), [1, 2], rule(3), { commands }).subscribe({
      next(row) {
        rows.push(row);
        if (row.step === 1) commands.next({ type: "pause" });
      },
      complete: resolve,
    });
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.is(rows.length, 2);
  commands.next({ type: "resume" });
  await ended;
  assert.ok(rows[2]!.seconds - rows[1]!.seconds > 0.02);
});

test.run();

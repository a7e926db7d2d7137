import { from, NEVER, Subject, throwError } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { quartic } from "../../../src/problems/quartic.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import type { Command, Iterate } from "../../../src/streams/types.ts";
import { collect } from "../../support/collect.ts";
import { counted } from "../../support/countedProblem.ts";
import * as fc from "../../support/fastCheck.ts";
import { assertSameRows } from "../../support/sameRows.ts";
import { pausedAt, rule, Steered } from "../../support/steered.ts";

/** Rows without their times. */
const timeless = (rows: readonly Iterate[]): Iterate[] => rows.map((row) => ({ ...row, seconds: 0 }));
/** The commands that a run recorded, as they are put in again. */
const recordedIn = (rows: readonly Iterate[]): Command[] => rows.flatMap((row) => (row.commands ?? []) as Command[]);

const test = suite("recorded commands, and how steering ends");

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

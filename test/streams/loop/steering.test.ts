import { from, Subject } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { quartic } from "../../../src/problems/quartic.ts";
import { defineMeasure } from "../../../src/streams/defineMeasure.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import type { Command, Iterate } from "../../../src/streams/types.ts";
import { pausedAt, rule, Steered } from "../../support/steered.ts";

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

test.run();

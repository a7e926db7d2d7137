import { suite } from "uvu";
import * as assert from "uvu/assert";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { newtonMR } from "../../../src/operators/newton/newtonMR.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../../src/operators/steps/momentum.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { randomSource } from "../../../src/random.ts";
import { chain } from "../../../src/streams/chain.ts";
import { choose } from "../../../src/streams/choose.ts";
import { defineMeasure } from "../../../src/streams/defineMeasure.ts";
import { defineUpdate } from "../../../src/streams/defineUpdate.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import { switchMethod } from "../../../src/streams/switchMethod.ts";
import type { Checkpoint, Measure, Update } from "../../../src/streams/types.ts";
import { assertError, checkError } from "../../support/assert.ts";
import { assertResumes, comparable, recordRun } from "../../support/checkpoints.ts";
import { collect } from "../../support/collect.ts";
import { assertSameRows } from "../../support/sameRows.ts";

/** Running mean of the points: a vector and a column, the state grows with neither. */
function averaging(name: string): Measure {
  return defineMeasure({
    name,
    columns: {
      [`${name}Square`]: { meaning: "square of the mean's first coordinate" },
      [`${name}Point`]: { meaning: "mean of the points", kind: "vector" },
    },
    init: (first) => ({ sum: new Float64Array(first.point.length), count: 0 }),
    step(it, state) {
      const sum = state.sum.map((s, i) => s + it.point[i]!);
      const mean = sum.map((s) => s / (state.count + 1));
      const square = mean[0]! ** 2;
      return {
        state: { sum, count: state.count + 1 },
        columns: { [`${name}Square`]: square },
        vectors: { [`${name}Point`]: mean },
      };
    },
  });
}

const resume = suite("resume");

resume("goes on bit for bit: momentum, and means inside and after the loop", () => {
  const make = (): Update =>
    chain(untilStep(12), averaging("inside"), momentum(), momentum({ decay: 0.5 }), gradientStep(0.01));
  const rows = assertResumes(quartic(), [1, 2], make, { after: () => averaging("after"), least: 13 });
  assert.equal(rows[5]!.columns.insideSquare, rows[5]!.columns.afterSquare);
});

resume("goes on bit for bit: a line search with its accepted trials, evaluations and products", () => {
  const settings = { search: { stepSize: 1, shrink: 0.9, sufficientDecrease: 0.1, pureStep: 0.1 } } as const;
  const rows = assertResumes(quartic(), [1, 0.5], () => chain(untilStep(12), newtonMR(settings)));
  assert.ok(rows.at(-1)!.evaluations > rows.length + 3, "the search tried points");
  assert.ok(rows.at(-1)!.products > rows.length);
});

resume("goes on bit for bit: before, at and after the switch of a method", () => {
  const make = (): Update =>
    chain(
      untilStep(10),
      switchMethod(
        gradientStep(0.01),
        chain(momentum(), averaging("second"), gradientStep(0.02)),
        (it) => it.step === 5,
      ),
    );
  const { checkpoints } = recordRun(quartic(), [1, 2], make());
  assert.is(checkpoints.get(5)!.operators.momentum!.begun, undefined);
  assert.is(checkpoints.get(6)!.operators.momentum!.begun, undefined);
  assert.is(checkpoints.get(7)!.operators.momentum!.begun, 6);
  const rows = assertResumes(quartic(), [1, 2], make, { least: 11 });
  assert.is(rows[5]!.stepSize, 0.01);
  assert.is(rows[6]!.stepSize, 0.02);
  assert.is(rows[6]!.columns.secondSquare, rows[6]!.point[0]! ** 2);
});

resume("goes on bit for bit: minibatches, noise from (seed, step), an accepted trial of the batch before", () => {
  const noise = defineUpdate({
    name: "noise",
    refines: "direction",
    step: (it) => {
      const random = randomSource(7, "noise", it.step);
      return { direction: it.direction.map((d) => d + random.normal()) };
    },
  });
  const accept = defineUpdate({
    name: "accept",
    step: (it) => ({ stepSize: 0.01, next: it.evaluate(it.point.map((z, i) => z + 0.01 * it.direction[i]!)) }),
  });
  const batches = [0, 1, 2].map((k): Problem => {
    const whole = quartic();
    return {
      ...whole,
      evaluate(point, field) {
        const value = whole.evaluate(point, field);
        field[0] = field[0]! + k;
        return value + k * point[0]!;
      },
    };
  });
  assertResumes(
    (step) => batches[step % 3]!,
    [1, 2],
    () =>
      chain(
        untilStep(9),
        noise,
        choose((it) => it.step % 2, accept, gradientStep(0.02)),
      ),
    { least: 10 },
  );
});

resume("goes on bit for bit: settings that were changed on the way", () => {
  const rows = assertResumes(quartic(), [1, 2], () => chain(untilStep(9), momentum(), gradientStep(0.01)), {
    commands: [
      { type: "set", setting: "momentum.decay", value: 0.25, step: 3 },
      { type: "set", setting: "gradientStep.stepSize", value: 0.03, step: 5 },
    ],
    least: 10,
  });
  assert.is(rows[4]!.stepSize, 0.01);
  assert.is(rows[5]!.stepSize, 0.03);
});

resume("gives what comes after the loop fresh to a measure that is new there", () => {
  const make = (): Update => chain(untilStep(6), gradientStep(0.01));
  const whole = recordRun(quartic(), [1, 2], make());
  const rest = recordRun(quartic(), whole.checkpoints.get(4)!, make(), { after: averaging("after") });
  assert.equal(rest.rows[0]!.vectors.afterPoint, rest.rows[0]!.point);
});

resume("keeps the memory of a measure after the loop through attempts that end before their first row", () => {
  const make = (): Update => chain(untilStep(6), gradientStep(0.01));
  const whole = recordRun(quartic(), [1, 2], make(), { after: averaging("after") });
  const second = recordRun(quartic(), whole.checkpoints.get(3)!, make(), { after: averaging("after") });
  const third = recordRun(quartic(), second.checkpoints.get(3)!, make(), { after: averaging("after") });
  assertSameRows(comparable(third.rows), comparable(whole.rows.slice(3)));
  assert.is(third.rows[0]!.run.attempt, 3);
});

resume("refuses an update that lacks an operator of the checkpoint, or has another one", () => {
  const { checkpoints } = recordRun(quartic(), [1, 2], chain(untilStep(3), momentum(), gradientStep(0.1)));
  const checkpoint = checkpoints.get(2)!;
  assertError(
    () => recordRun(quartic(), checkpoint, chain(untilStep(3), gradientStep(0.1))),
    "ERR_RESUME",
    /^iterate: the checkpoint has memory of momentum, which the update lacks; resume with the update that the run began with \(run "run", step 2\)$/,
  );
  assertError(
    () => recordRun(quartic(), checkpoint, chain(untilStep(3), momentum(), momentum(), gradientStep(0.1))),
    "ERR_RESUME",
    /^iterate: the update has momentum#2, which the checkpoint does not know; resume/,
  );
  assertError(
    () => recordRun(quartic(), checkpoint, chain(untilStep(3), averaging("mean"), gradientStep(0.1))),
    "ERR_RESUME",
    /the checkpoint has memory of momentum, which the update lacks; the update has mean, which the checkpoint does not know/,
  );
});

resume("refuses what is no checkpoint, one of another run, one of another dimension", () => {
  const { checkpoints } = recordRun(quartic(), [1, 2], chain(untilStep(3), gradientStep(0.1)), { name: "a" });
  const checkpoint = checkpoints.get(1)!;
  const resumed = (changes: object, name?: string): (() => unknown) => {
    const start = { ...checkpoint, ...changes } as Checkpoint;
    return () => iterate(quartic(), start, gradientStep(0.1), name === undefined ? {} : { name });
  };
  assertError(resumed({ format: 1 }), "ERR_RESUME", /a checkpoint that iterate saved; got an object of format 1/);
  for (const missing of ["point", "step", "operators"]) {
    assertError(resumed({ [missing]: undefined }), "ERR_RESUME", /lacks its point, step or operators/);
  }
  assertError(resumed({ operators: null }), "ERR_RESUME", /lacks its point, step or operators/);
  assertError(resumed({}, "b"), "ERR_RESUME", /this one is of the run "a", and the option name says "b"/);
  assertError(resumed({ point: new Float64Array(3) }), "ERR_LENGTH", /a checkpoint whose point has length 2, got 3/);
  resumed({}, "a")();
});

resume.run();

const saving = suite("takeCheckpoint");
const saved = (options: object, rule: Update = gradientStep(0.01)): number[] => {
  const at: number[] = [];
  const save = (checkpoint: Checkpoint): void => void at.push(checkpoint.step);
  recordRun(quartic(), [1, 2], chain(untilStep(10), rule), { checkpoints: { ...options, save } });
  return at;
};

saving("comes every so many steps, before the step", () => {
  assert.equal(saved({ every: 3 }), [0, 3, 6, 9]);
  assert.equal(saved({ every: 100 }), [0]);
});

saving("comes by the clock, at first at once", () => {
  const slow = defineUpdate({
    name: "slow",
    step(it) {
      const until = performance.now() + (it.step === 4 ? 20 : 0);
      while (performance.now() < until);
      return { stepSize: 0.01 };
    },
  });
  const at = saved({ seconds: 0.015 }, slow);
  assert.is(at[0], 0);
  assert.ok(at.includes(5), `saved at ${at}`);
});

saving("comes on command only, where neither steps nor seconds are given", () => assert.equal(saved({}), []));

saving("copies everything: the run cannot change it afterwards", () => {
  const inPlace = defineUpdate({
    name: "inPlace",
    init: () => ({ list: [0] }),
    step(it, state) {
      state.list.push(it.step);
      return { stepSize: 0.01 };
    },
  });
  const kept: Checkpoint[] = [];
  recordRun(quartic(), [1, 2], chain(untilStep(3), inPlace), {
    checkpoints: { every: 1, save: (checkpoint) => void kept.push(checkpoint) },
  });
  assert.equal(
    kept.map(({ operators }) => operators.inPlace!.state),
    [undefined, { list: [0, 0] }, { list: [0, 0, 1] }, { list: [0, 0, 1, 2] }],
  );
  assert.is(kept[1]!.point.buffer.byteLength, 16);
});

saving("refuses a state that cannot be copied, and names its operator", async () => {
  const holding = defineUpdate({ name: "holding", init: () => ({ f: () => 1 }), step: () => ({ stepSize: 0.01 }) });
  const options = { checkpoints: { every: 2, save: () => {} } };
  const { values, error } = await collect(iterate(quartic(), [1, 2], chain(untilStep(4), holding), options));
  assert.is(values.length, 2);
  checkError(
    error,
    "ERR_STATE",
    /^holding: its state cannot be saved in a checkpoint \(.*could not be cloned.*\); keep plain data in it: numbers, arrays, typed arrays, objects \(run "run", step 2\)$/,
  );
});

saving("an error thrown by save is the run's error; unsubscribing in save ends the run there", async () => {
  const boom = new Error("disk full");
  const failing = {
    checkpoints: {
      every: 2,
      save(checkpoint: Checkpoint) {
        if (checkpoint.step === 2) throw boom;
      },
    },
  };
  const { values, error } = await collect(iterate(quartic(), [1, 2], gradientStep(0.01), failing));
  assert.is(error, boom);
  assert.is(values.length, 2);

  let fed = 0;
  const counting = defineUpdate({
    name: "counting",
    step: () => {
      fed++;
      return { stepSize: 0.01 };
    },
  });
  const quitting = {
    checkpoints: { every: 2, save: (c: Checkpoint) => void (c.step === 2 && subscription.unsubscribe()) },
  };
  const subscription = iterate(quartic(), [1, 2], counting, quitting).subscribe();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(fed, 2);
});

saving.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import type { Problem } from "../../src/problems/problem.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { defineUpdate } from "../../src/streams/defineUpdate.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import { iterate } from "../../src/streams/iterate.ts";
import type { Checkpoint, IterateOptions, Update } from "../../src/streams/types.ts";
import { assertError, checkError } from "../support/assert.ts";
import { collect } from "../support/collect.ts";

const test = suite("iterate: misuse and errors");

test("passes on what a problem or an operator throws, unchanged", async () => {
  const boom = new Error("boom");
  const throwing: Problem = {
    ...quartic(),
    evaluate() {
      throw boom;
    },
  };
  assert.is((await collect(iterate(throwing, [1, 2], gradientStep(0.1)))).error, boom);
  const inAStep = defineUpdate({
    name: "throwing",
    step(it) {
      if (it.step === 2) throw boom;
      return { stepSize: 0.01 };
    },
  });
  const outcome = await collect(iterate(quartic(), [1, 2], inAStep));
  assert.is(outcome.error, boom);
  assert.is(outcome.values.length, 2);
});

test("refuses what can be no run at once", () => {
  const go = gradientStep(0.1);
  const wrong = (value: unknown): never => value as never;
  assertError(
    () => iterate(quartic(), [1, 2], wrong(3)),
    "ERR_OPTION_TYPE",
    /expected an update as third argument, got number/,
  );
  assertError(() => iterate(quartic(), [1, 2], wrong(null)), "ERR_OPTION_TYPE", /got null/);
  assertError(
    () => iterate(quartic(), wrong(undefined), go),
    "ERR_OPTION_TYPE",
    /a start point or a checkpoint, got undefined/,
  );
  assertError(() => iterate(quartic(), wrong(null), go), "ERR_OPTION_TYPE", /got null/);
  assertError(() => iterate(wrong("quartic"), [1, 2], go), "ERR_OPTION_TYPE", /expected a problem, .*got string/);
  assertError(
    () => iterate(quartic(), [1, 2, 3], go),
    "ERR_LENGTH",
    /a start of length 2, got 3; the problem is quartic/,
  );
  assertError(() => iterate(quartic(), [1, Number.NaN], go), "ERR_NOT_FINITE", /got NaN as entry 1/);
  assertError(() => iterate(quartic(), wrong(["1", 2]), go), "ERR_NOT_FINITE", /got 1 as entry 0/);
  const options =
    (o: IterateOptions): (() => unknown) =>
    () =>
      iterate(quartic(), [1, 2], go, o);
  const save = (): void => {};
  assertError(options({ slice: 0 }), "ERR_OPTION_RANGE", /slice to be a positive number of milliseconds, got 0/);
  assertError(options({ slice: Number.NaN }), "ERR_OPTION_RANGE", /got NaN/);
  assertError(
    options({ checkpoints: { every: 1.5, save } }),
    "ERR_OPTION_RANGE",
    /every to be a positive number of steps, got 1.5/,
  );
  assertError(
    options({ checkpoints: { seconds: 0, save } }),
    "ERR_OPTION_RANGE",
    /seconds to be a positive number, got 0/,
  );
  assertError(
    options({ checkpoints: { save: wrong("file") } }),
    "ERR_OPTION_TYPE",
    /save to be a function, got string/,
  );
  assertError(() => iterate(quartic(), {} as Checkpoint, go), "ERR_RESUME", /format undefined/);
});

test("says in the stream that an update did not return an Observable", async () => {
  for (const [answer, kind] of [
    [undefined, "undefined"],
    [3, "number"],
    [Promise.resolve(1), "object"],
  ] as const) {
    const { values, error } = await collect(iterate(quartic(), [1, 2], (() => answer) as never));
    assert.is(values.length, 0);
    checkError(
      error,
      "ERR_NOT_OBSERVABLE",
      new RegExp(
        `^iterate: expected the update to return an Observable, got ${kind}; give an RxJS operator \\(run "run", step 0\\)$`,
      ),
    );
  }
});

test("passes on what the update throws while it is put together", async () => {
  const boom = new Error("boom");
  const update: Update = () => {
    throw boom;
  };
  assert.is((await collect(iterate(quartic(), [1, 2], update))).error, boom);
  // The next run is put together as if nothing had happened.
  assert.is(firstRows(quartic(), [1, 2], gradientStep(0.1), 2).length, 2);
});

test.run();

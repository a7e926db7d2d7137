import { suite } from "uvu";
import * as assert from "uvu/assert";
import { average } from "../../src/operators/measures/average.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { chain } from "../../src/streams/chain.ts";
import { choose } from "../../src/streams/choose.ts";
import { defineMeasure } from "../../src/streams/defineMeasure.ts";
import { defineUpdate } from "../../src/streams/defineUpdate.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import { restartable } from "../../src/streams/restartable.ts";
import type { Measure, Update } from "../../src/streams/types.ts";
import { assertError } from "../support/assert.ts";
import { assertResumes } from "../support/checkpoints.ts";

/** Says restart in these steps. */
const at = (...steps: readonly number[]): Update =>
  defineUpdate({ name: "decide", step: (it) => ({ restart: steps.includes(it.step) }) });

/** Counts the rows since its state was begun, and how often that happened. */
const age = (name: string, followsRestarts = false): Measure =>
  defineMeasure({
    name,
    columns: { [name]: { meaning: "rows since the state was begun" }, [`${name}Begun`]: { meaning: "how often" } },
    followsRestarts,
    init: (_first, previous?: { rows: number; begun: number }) => ({ rows: 0, begun: (previous?.begun ?? 0) + 1 }),
    step(_it, state) {
      state.rows++;
      return { columns: { [name]: state.rows, [`${name}Begun`]: state.begun } };
    },
  });

const column = (rows: readonly { readonly columns: Readonly<Record<string, number | undefined>> }[], name: string) =>
  rows.map(({ columns }) => columns[name]);

const restarting = suite("restartable");

restarting("begins the states inside anew, hands them the old ones, and leaves those outside alone", () => {
  const update = chain(
    restartable(at(3), chain(age("inner") as Update, gradientStep(0.01))),
    age("outer") as Update,
    age("following", true) as Update,
  );
  const rows = firstRows(quartic(), [1, 2], update, 5, { after: age("after", true) });
  assert.equal(column(rows, "restarted"), [0, 0, 0, 1, 0]);
  assert.equal(column(rows, "inner"), [1, 2, 3, 1, 2]);
  assert.equal(column(rows, "innerBegun"), [1, 1, 1, 2, 2]);
  assert.equal(column(rows, "outer"), [1, 2, 3, 4, 5]);
  assert.equal(column(rows, "following"), [1, 2, 3, 1, 2]);
  assert.equal(column(rows, "after"), [1, 2, 3, 1, 2]);
});

restarting("takes momentum's velocity away", () => {
  const fresh = firstRows(quartic(), [1, 2], chain(momentum(), gradientStep(0.01)), 4);
  const restarted = restartable(at(3), chain(momentum(), gradientStep(0.01)));
  const rows = firstRows(quartic(), [1, 2], restarted, 4);
  assert.equal(rows[2]!.direction, fresh[2]!.direction);
  assert.equal(
    rows[3]!.direction,
    rows[3]!.at.field.map((f) => -f),
  );
  assert.not.equal(fresh[3]!.direction, rows[3]!.direction);
});

restarting("reaches what waits in a branch that was not chosen", () => {
  const inner = choose(
    (it) => (it.step === 2 || it.step === 5 ? 1 : 0),
    chain(age("first") as Update, gradientStep(0.01)),
    chain(age("second") as Update, gradientStep(0.02)),
  );
  const rows = firstRows(quartic(), [1, 2], restartable(at(4), inner), 7);
  assert.equal(column(rows, "first"), [1, 2, undefined, 3, 1, undefined, 2]);
  assert.equal(column(rows, "second"), [undefined, undefined, 1, undefined, undefined, 1, undefined]);
});

restarting("may be nested: an outer restart reaches everything, an inner one its own", () => {
  const named = (name: string, ...steps: number[]): Update =>
    defineUpdate({ name, step: (it) => ({ restart: steps.includes(it.step) }) });
  const inner = restartable(named("inner", 2), chain(age("deep") as Update, gradientStep(0.01)));
  const update = restartable(named("outer", 4), chain(age("shallow") as Update, inner));
  const rows = firstRows(quartic(), [1, 2], update, 6);
  assert.equal(column(rows, "shallow"), [1, 2, 3, 4, 1, 2]);
  assert.equal(column(rows, "deep"), [1, 2, 1, 2, 1, 2]);
  assert.equal(column(rows, "restarted"), [0, 0, 1, 0, 1, 0]);
});

restarting("is resumed to the same rows from every step", () => {
  const make = (): Update =>
    chain(
      restartable(at(3, 7), chain(age("inner") as Update, momentum(), gradientStep(0.01))),
      age("following", true) as Update,
      average() as Update,
      defineMeasure({
        name: "end",
        step: (it) => (it.step === 9 ? { status: "stopped" } : undefined),
      }) as Update,
    );
  assertResumes(quartic(), [1, 2], make, { least: 10 });
});

restarting("is said by nobody else, and wants updates", () => {
  assertError(
    () => firstRows(quartic(), [1, 2], chain(at(1), gradientStep(0.1)), 2),
    "ERR_RESTART",
    /^decide: returned restart, but there is nothing for it to restart; use restartable\(decide\(\.\.\.\), inner\)/,
  );
  assertError(() => restartable(at(1), {} as Update), "ERR_OPTION_TYPE", /restartable: .*part 2/);
});

restarting.run();

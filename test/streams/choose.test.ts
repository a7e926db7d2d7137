import { take, tap } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { chain } from "../../src/streams/chain.ts";
import { choose } from "../../src/streams/choose.ts";
import { defineUpdate } from "../../src/streams/defineUpdate.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import { iterate } from "../../src/streams/iterate.ts";
import type { Update } from "../../src/streams/types.ts";
import { assertError, checkError } from "../support/assert.ts";
import { collect } from "../support/collect.ts";
import { fed } from "../support/fed.ts";

const choosing = suite("choose");

choosing("feeds each proposal to the update that is chosen for it, and to no other", () => {
  const rule = choose(
    (it) => (it.step % 3 === 2 ? 1 : 0),
    chain(fed("a"), gradientStep(0.01)),
    chain(fed("b"), gradientStep(0.02)),
  );
  const rows = firstRows(quartic(), [1, 2], rule, 7);
  assert.equal(
    rows.map((row) => row.stepSize),
    [0.01, 0.01, 0.02, 0.01, 0.01, 0.02, 0.01],
  );
  assert.equal(
    rows.map((row) => [row.columns.a, row.columns.b]),
    [
      [1, undefined],
      [2, undefined],
      [undefined, 1],
      [3, undefined],
      [4, undefined],
      [undefined, 2],
      [5, undefined],
    ],
  );
});

choosing("makes all branches' columns and settings known at the first row", () => {
  const rule = choose(() => 0, gradientStep(0.01), chain(momentum(), fed("b"), gradientStep(0.02)));
  const [row] = firstRows(quartic(), [1, 2], rule, 1);
  assert.equal(Object.keys(row!.run.columns), ["b"]);
  assert.equal(Object.keys(row!.run.settings), ["gradientStep.stepSize", "momentum.decay", "gradientStep#2.stepSize"]);
});

choosing("branches that choose need not agree with one another, but with what stands before them", async () => {
  const branch = choose(() => 0, gradientStep(0.01), gradientStep(0.02));
  const { error } = await collect(iterate(quartic(), [1, 2], chain(gradientStep(0.5), branch)));
  checkError(error, "ERR_STEP_SIZE_DISCARDED", /^gradientStep#2: would discard the step size that gradientStep chose/);
});

choosing("refuses an index of no update, and hands on what its function throws", async () => {
  for (const index of [2, -1, 0.5, Number.NaN]) {
    const { error } = await collect(
      iterate(
        quartic(),
        [1, 2],
        choose(() => index, gradientStep(0.1), gradientStep(0.2)),
      ),
    );
    checkError(error, "ERR_OPTION_RANGE", /^choose: expected an index from 0 to 1, got .* at step 0$/);
  }
  const boom = new Error("boom");
  const throwing = choose(() => {
    throw boom;
  }, gradientStep(0.1));
  assert.is((await collect(iterate(quartic(), [1, 2], throwing))).error, boom);
});

choosing("ends the run when a branch completes, and hands on a branch's error", async () => {
  const rows = firstRows(
    quartic(),
    [1, 2],
    choose((it) => it.step % 2, gradientStep(0.1), chain(gradientStep(0.1), take(2))),
    100,
  );
  assert.is(rows.at(-1)!.step, 3);
  const broken = defineUpdate({
    name: "broken",
    step() {
      throw new Error("broken");
    },
  });
  const { values, error } = await collect(
    iterate(
      quartic(),
      [1, 2],
      choose((it) => it.step % 2, gradientStep(0.1), broken),
    ),
  );
  assert.is(values.length, 1);
  assert.match(String(error), /broken/);
});

choosing("tells its branches when the run completes", () => {
  let completed = 0;
  const branch = (): Update => chain(gradientStep(0.1), tap({ complete: () => void completed++ }));
  firstRows(
    quartic(),
    [1, 2],
    chain(
      untilStep(2),
      choose(() => 0, branch(), branch()),
    ),
    100,
  );
  assert.is(completed, 2);
});

choosing("refuses what is no function or no operator", () => {
  assertError(
    () => choose(0 as never, gradientStep(0.1)),
    "ERR_OPTION_TYPE",
    /^choose: expected a function of the proposal, got number/,
  );
  assertError(
    () => choose(() => 0, {} as never),
    "ERR_OPTION_TYPE",
    /^choose: expected operators, as in choose\(a, b\), got an object as part 1/,
  );
});

choosing.run();

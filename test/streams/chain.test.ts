import { take, tap } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { chain } from "../../src/streams/chain.ts";
import { choose } from "../../src/streams/choose.ts";
import { defineMeasure } from "../../src/streams/defineMeasure.ts";
import { defineUpdate } from "../../src/streams/defineUpdate.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import { iterate } from "../../src/streams/iterate.ts";
import { switchMethod } from "../../src/streams/switchMethod.ts";
import type { Measure, Update } from "../../src/streams/types.ts";
import { assertError, checkError } from "../support/assert.ts";
import { comparable, recordRun } from "../support/checkpoints.ts";
import { collect } from "../support/collect.ts";
import { assertSameRows } from "../support/sameRows.ts";

/** How many steps it was fed, as a column. */
const fed = (name: string): Measure =>
  defineMeasure({
    name,
    columns: { [name]: { meaning: "steps it was fed" } },
    init: () => ({ count: 0 }),
    step: (_it, { count }) => ({ state: { count: count + 1 }, columns: { [name]: count + 1 } }),
  });
const timeless = comparable;

const methods = suite("chain");

methods("is the pipe of its parts, in order", () => {
  const order: string[] = [];
  const mark = (name: string): Update => defineUpdate({ name, step: () => void order.push(name) });
  firstRows(quartic(), [1, 2], chain(mark("a"), chain(mark("b"), mark("c")), gradientStep(0.1)), 1);
  assert.equal(order, ["a", "b", "c"]);
});

methods("of no parts is the identity", () => {
  assertError(() => firstRows(quartic(), [1, 2], chain(), 1), "ERR_NO_STEP_SIZE");
  const rows = firstRows(quartic(), [1, 2], chain(chain(), gradientStep(0.1), chain()), 2);
  assert.is(rows.length, 2);
});

methods("may begin with a measure, and stop there before the last update is paid for", () => {
  let updates = 0;
  const costly = defineUpdate({
    name: "costly",
    step: () => {
      updates++;
      return { stepSize: 0.1 };
    },
  });
  firstRows(quartic(), [1, 2], chain(untilStep(3), costly), 100);
  assert.is(updates, 3);
  updates = 0;
  firstRows(quartic(), [1, 2], chain(costly, untilStep(3)), 100);
  assert.is(updates, 4);
});

methods("refuses parts that are no operators", () => {
  const wrong =
    (part: unknown): (() => unknown) =>
    () =>
      chain(gradientStep(0.1), part as Update);
  assertError(wrong(3), "ERR_OPTION_TYPE", /^chain: expected operators, as in chain\(a, b\), got 3 as part 2/);
  assertError(wrong(null), "ERR_OPTION_TYPE", /got null as part 2/);
});

methods.run();

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

const switching = suite("switchMethod");
const first = (): Update => chain(fed("a"), gradientStep(0.01));
const second = (): Update => chain(fed("b"), momentum(), gradientStep(0.02));

switching("goes on with the second update from the step after the event, and never back", () => {
  const rows = firstRows(
    quartic(),
    [1, 2],
    switchMethod(first(), second(), (it) => it.columns.a === 3),
    8,
  );
  assert.equal(
    rows.map((row) => row.stepSize),
    [0.01, 0.01, 0.01, 0.02, 0.02, 0.02, 0.02, 0.02],
  );
  assert.equal(rows[3]!.columns, { b: 1 });
  const descent = rows[3]!.at.field.map((f) => -f);
  assert.equal(rows[3]!.direction, descent, "the second method's momentum begins there");
});

switching("may happen at the first step, or never", () => {
  const sizes = (when: () => boolean): number[] =>
    firstRows(quartic(), [1, 2], switchMethod(first(), second(), when), 3).map((row) => row.stepSize);
  assert.equal(
    sizes(() => true),
    [0.01, 0.02, 0.02],
  );
  assert.equal(
    sizes(() => false),
    [0.01, 0.01, 0.01],
  );
});

switching("sees what the first update chose", () => {
  const seen: number[] = [];
  firstRows(
    quartic(),
    [1, 2],
    switchMethod(gradientStep(0.01), second(), (it) => {
      seen.push(it.stepSize);
      return it.step === 1;
    }),
    5,
  );
  assert.equal(seen, [0.01, 0.01]);
});

switching("is not asked about a last row, which leads nowhere", () => {
  const asked: number[] = [];
  const rule = switchMethod(gradientStep(0.01), gradientStep(0.02), (it) => {
    asked.push(it.step);
    return false;
  });
  firstRows(quartic(), [1, 2], chain(untilStep(2), rule), 9);
  assert.equal(asked, [0, 1]);
});

switching("is made once a run: a second subscription begins with the first update again", async () => {
  const run$ = iterate(
    quartic(),
    [1, 2],
    chain(
      untilStep(6),
      switchMethod(first(), second(), (it) => it.step === 2),
    ),
  );
  const one = await collect(run$);
  const two = await collect(run$);
  assertSameRows(timeless(two.values), timeless(one.values));
  assert.is(two.values[2]!.stepSize, 0.01);
});

switching("resumes with the update the run had: before the switch, and after it", () => {
  const make = (): Update =>
    chain(
      untilStep(9),
      switchMethod(first(), second(), (it) => it.step === 4),
    );
  const whole = recordRun(quartic(), [1, 2], make());
  for (const step of [2, 4, 5, 7, 9]) {
    const rest = recordRun(quartic(), whole.checkpoints.get(step)!, make());
    assertSameRows(comparable(rest.rows), comparable(whole.rows.slice(step)), `from step ${step}`);
  }
  assert.equal(whole.checkpoints.get(4)!.operators.switchMethod!.state, { switched: false });
  assert.equal(whole.checkpoints.get(5)!.operators.switchMethod!.state, { switched: true });
});

switching("nests: a second switch has a state of its own", () => {
  const inner = switchMethod(gradientStep(0.02), gradientStep(0.03), (it) => it.step === 3);
  const rows = firstRows(
    quartic(),
    [1, 2],
    switchMethod(gradientStep(0.01), inner, (it) => it.step === 1),
    6,
  );
  assert.equal(
    rows.map((row) => row.stepSize),
    [0.01, 0.01, 0.02, 0.02, 0.03, 0.03],
  );
});

switching("hands on what its condition throws, and refuses what is none", async () => {
  const boom = new Error("boom");
  const rule = switchMethod(first(), second(), () => {
    throw boom;
  });
  assert.is((await collect(iterate(quartic(), [1, 2], rule))).error, boom);
  assertError(
    () => switchMethod(first(), second(), 3 as never),
    "ERR_OPTION_TYPE",
    /^switchMethod: expected a function of the proposal as third argument, got number/,
  );
  assertError(() => switchMethod(first(), undefined as never, () => true), "ERR_OPTION_TYPE", /got nothing as part 2/);
});

switching.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { chain } from "../../src/streams/chain.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import { iterate } from "../../src/streams/iterate.ts";
import { switchMethod } from "../../src/streams/switchMethod.ts";
import type { Update } from "../../src/streams/types.ts";
import { assertError } from "../support/assert.ts";
import { comparable, recordRun } from "../support/checkpoints.ts";
import { collect } from "../support/collect.ts";
import { fed, timeless } from "../support/fed.ts";
import { assertSameRows } from "../support/sameRows.ts";

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

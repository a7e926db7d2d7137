import { suite } from "uvu";
import * as assert from "uvu/assert";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { chain } from "../../src/streams/chain.ts";
import { defineUpdate } from "../../src/streams/defineUpdate.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import type { Update } from "../../src/streams/types.ts";
import { assertError } from "../support/assert.ts";

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

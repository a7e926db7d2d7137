/** What every operator says of wrong options: the functions and their options are read from the sources, so new ones are covered. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isFluxionError } from "../../src/errors.ts";
import * as operators from "../../src/operators/index.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import type { Row } from "../../src/streams/types.ts";
import { assertError } from "../support/assert.ts";
import { makeOperator, operatorTable, usableOptions } from "../support/operatorTable.ts";

/** A call that makes the operator of an entry. */
function call(name: string, ...options: readonly unknown[]): () => unknown {
  return () => makeOperator(name, ...options);
}

function usable(name: string): object {
  return usableOptions(operatorTable.find((operator) => operator.name === name)!);
}

const options = suite("options of operators");

options("are found in the sources", () => {
  assert.ok(operatorTable.length > 45, operatorTable.map(({ name }) => name).join(", "));
});

options("that are no object are refused: momentum(0.9) would keep its default", () => {
  for (const { name } of operatorTable) {
    const message = new RegExp(`^${name}: expected an object of options, such as \\{ \\w+: value \\}, got`);
    for (const wrong of [0.9, "0.9", null, [0.9]]) assertError(call(name, wrong), "ERR_OPTION_TYPE", message);
  }
});

options("may be left out exactly where all of them have defaults", () => {
  for (const { name, optional } of operatorTable) {
    if (optional) assert.type(call(name)(), "function", name);
    else assertError(call(name), "ERR_OPTION_TYPE", new RegExp(`^${name}: expected an object of options`));
    const hint = `${name} has required options: list them in \`required\` of test/support/operatorTable.ts`;
    assert.not.throws(call(name, usable(name)), undefined, hint);
    assert.type(call(name, usable(name))(), "function", name);
  }
});

options("that an operator does not have are refused by name", () => {
  for (const { name } of operatorTable) {
    const message = new RegExp(`^${name}: there is no option "tol"\\..*The options are`);
    assertError(call(name, { ...usable(name), tol: 1 }), "ERR_OPTION_UNKNOWN", message);
  }
});

/** What is thrown, or what the run refused. */
function answer(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isFluxionError(error)) return error.message;
    throw error;
  }
  return "";
}

/** The settings of an operator that can be built from its options, found by a run of one row. */
function settingsOf(name: string): readonly string[] {
  const operator = call(name, usable(name))() as Parameters<typeof firstRows>[2];
  let row: Row | undefined;
  try {
    [row] = firstRows(quartic(), [1, 2], operator, 1);
  } catch {
    // Not on this problem, or not alone: its settings are tried by its own test.
  }
  return Object.keys(row?.run.settings ?? {});
}

options("have one range each, at construction and when they are steered", async () => {
  const { of } = await import("rxjs");
  let tried = 0;
  for (const { name } of operatorTable) {
    for (const setting of settingsOf(name)) {
      const [owner, key] = setting.split(".") as [string, string];
      if (owner !== name) continue;
      for (const value of [0, -1, -2, 0.5, 1, 2, 1e300, -1e-300]) {
        const built = answer(call(name, { ...usable(name), [key]: value }));
        const operator = call(name, usable(name))() as Parameters<typeof firstRows>[2];
        const replies: (string | undefined)[] = [];
        const reply = ({ refused }: { readonly refused?: string }): number => replies.push(refused);
        const commands = of({ type: "set" as const, setting, value, reply });
        try {
          firstRows(quartic(), [1, 2], operator, 1, { commands });
        } catch {
          // What the step does with the value is not the question.
        }
        const where = `${setting} = ${value}`;
        // Two options may contradict each other, which a single setting cannot.
        assert.is(replies[0] === undefined, built === "", `${where}: steered ${replies[0]}, built ${built}`);
        if (built !== "") assert.is(replies[0]?.replace(`${owner}.`, ""), built.replace(`${owner}: `, ""), where);
        tried++;
      }
    }
  }
  assert.ok(tried > 100, `${tried}`);
});

options("of gradientStep, which is a number, are the same when it is steered", async () => {
  const { of } = await import("rxjs");
  for (const value of [0, -1, Number.POSITIVE_INFINITY]) {
    const built = answer(() => operators.gradientStep(value));
    const replies: (string | undefined)[] = [];
    const reply = ({ refused }: { readonly refused?: string }): number => replies.push(refused);
    const commands = of({ type: "set" as const, setting: "gradientStep.stepSize", value, reply });
    firstRows(quartic(), [1, 2], operators.gradientStep(0.1), 1, { commands });
    assert.is(`gradientStep: ${replies[0]?.replace("gradientStep.", "")}`, built);
  }
});

options.run();
